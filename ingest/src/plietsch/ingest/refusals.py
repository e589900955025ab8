"""Why a broker will not have us, and what a person can do about it. Reason codes are those of MQTT 5, section 2.4;
paho translates the five of MQTT 3.1.1 into them."""

import ssl
from typing import NamedTuple

UNSUPPORTED_VERSION = 0x84
_TAKEN_OVER = 0x8E
_NO_SUBSCRIPTION_EXISTED = 0x11
_FIRST_FAILURE = 0x80


class Failure(NamedTuple):
    """What ended a connection. One that is `lasting` will be there again at the next attempt."""

    why: str
    hint: str = ""
    lasting: bool = False


_CONNECTING = {
    UNSUPPORTED_VERSION: "It does not speak this version of MQTT: set PLIETSCH_MQTT_VERSION to auto.",
    0x85: "It does not accept this client id: see PLIETSCH_BROKER_CLIENT_ID.",
    0x86: "Look at user and password in PLIETSCH_BROKER_URL; they stand there URL-encoded.",
    0x87: "It does not let this user in: look at user and password in PLIETSCH_BROKER_URL, and at its access rules.",
    0x8A: "The broker has banned this client.",
}
_SUBSCRIBING = {
    0x87: "The broker does not let this user read these topics: look at its access rules.",
    0x8F: "See PLIETSCH_MQTT_TOPIC: the topic filter has an error.",
    0x9E: "The broker cannot share subscriptions: run one worker, without PLIETSCH_MQTT_SHARE.",
}
_NO_CERTIFICATE = "Perhaps it wants a certificate of ours that it trusts: PLIETSCH_BROKER_CERTIFICATE_FILE."
_TWO_WORKERS = "Two workers need two: see PLIETSCH_BROKER_CLIENT_ID."
CLOSED = Failure("the broker closed the connection")
CANNOT_SHARE = Failure("the broker cannot share the messages among workers", _SUBSCRIBING[0x9E], lasting=True)


def connecting(reason: int, name: str) -> Failure:
    """The broker said no to CONNECT."""
    return Failure(f"the broker refused the connection: {name}", _CONNECTING.get(reason, ""), reason in _CONNECTING)


def subscribing(topic: str, reason: int, name: str) -> Failure | None:
    """What the broker's answer to SUBSCRIBE means; None: it will deliver until it is acknowledged."""
    if reason >= _FIRST_FAILURE:
        hint = _SUBSCRIBING.get(reason, "Look at the broker's access rules.")
        return Failure(f"the broker refused the subscription to {topic}: {name}", hint, lasting=True)
    if reason == 0:
        return Failure(
            f"the broker delivers {topic} without waiting for acknowledgements only",
            "It must grant QoS 1: look at its limit of QoS.",
            lasting=True,
        )
    return None


def nothing_ended(reasons: list[int]) -> bool:
    """Whether none of the subscriptions that were to end was there."""
    return bool(reasons) and all(reason == _NO_SUBSCRIPTION_EXISTED for reason in reasons)


def ended(client_id: str, reason: int, name: str, *, said: bool, error: OSError | None) -> Failure:
    """The connection ended; `said` that the broker gave the reason."""
    if said and reason == _TAKEN_OVER:
        return Failure(f"another client uses the client id {client_id}", _TWO_WORKERS, lasting=True)
    if said:
        return Failure(f"the broker ended the connection: {name}")
    if error is not None:
        return unreachable(error)
    return CLOSED


def closed_again(client_id: str) -> Failure:
    """Without a word, and soon after all was granted: so mosquitto does it when a client's session is taken over."""
    why = f"the broker closes the connection again and again: perhaps another client uses the client id {client_id}"
    return Failure(why, _TWO_WORKERS, lasting=True)


def unreachable(error: OSError) -> Failure:
    """No connection, or one that broke."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(
            f"the broker's certificate is not accepted: {error.verify_message}",
            "Name the authority that signed it with PLIETSCH_BROKER_CA_FILE.",
            lasting=True,
        )
    if isinstance(error, ssl.SSLError):
        alert = str(error.reason or error).lower().replace("_", " ")
        certificate = "certificate" in alert or "unknown ca" in alert
        # TLS 1.3 lets a client in before it looks at its certificate, and may then hang up before it has said why.
        hint = _NO_CERTIFICATE if certificate or isinstance(error, ssl.SSLEOFError) else ""
        return Failure(f"TLS with the broker failed: {alert}", hint, lasting=certificate)
    return Failure(error.strerror or str(error) or type(error).__name__)
