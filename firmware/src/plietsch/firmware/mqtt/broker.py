"""Where the broker is, and who one is there.

A password may stand in the address. It goes to the broker and nowhere else: neither into a log nor into an error.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from plietsch.firmware import errors

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
HINT = (
    "Write it like mqtt://127.0.0.1:1883 or mqtts://user:password@host:8883, "
    "with percent-encoding for special characters in user and password."
)


class Broker(NamedTuple):
    """The address of a broker, in parts; `tls` is whether it is to be spoken to through TLS."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = None

    def __str__(self) -> str:
        """Return what may be logged."""
        return f"{self.host}:{self.port}"


def parse(url: str) -> Broker:
    """Take apart "mqtt[s]://[user[:password]@]host[:port]"; raise BrokerUrlInvalid."""
    try:
        parts = urlsplit(url if "//" in url else f"mqtt://{url}")
        port = parts.port
    except ValueError as error:
        raise _invalid(url) from error
    beyond = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or port == 0 or beyond:
        raise _invalid(url)
    return Broker(
        host=parts.hostname,
        port=port or DEFAULT_PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=_decoded(parts.username),
        password=_decoded(parts.password),
    )


def _decoded(text: str | None) -> str | None:
    return unquote(text) if text else None


def _invalid(url: str) -> errors.BrokerUrlInvalid:
    without_user = re.sub(r"^([\w+.-]+://)?.*@", r"\1…@", url)
    return errors.BrokerUrlInvalid(f"{without_user!r} is not the address of a broker", HINT)
