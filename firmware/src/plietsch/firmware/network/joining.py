"""Over-the-air activation, from the network's side (TS001-1.0.4, section 6.2)."""

from collections.abc import Sequence

from plietsch.firmware.network import crypto, eu868, frames, refusals, session
from plietsch.firmware.network.devices import Device
from plietsch.firmware.network.gateways import Copy
from plietsch.firmware.network.refusals import Refused
from plietsch.firmware.network.settings import Settings

NET_ID = bytes(3)


def check(device: Device, request: frames.JoinRequest, copies: Sequence[Copy]) -> None:
    """Raise Refused unless the device may join with this request.

    A DevNonce counts up and is never used again (section 6.2.5); ChirpStack would take one that was left out before.
    """
    if copies[0].radio.frequency_hz not in eu868.JOIN_CHANNELS_HZ:
        raise Refused(refusals.WRONG_CHANNEL, f"join-request at {copies[0].radio.frequency_hz} Hz")
    if crypto.mic(device.app_key, request.signed) != request.mic:
        raise Refused(refusals.WRONG_MIC, f"join-request of {request.dev_eui}")
    if request.dev_nonce <= max(device.dev_nonces, default=-1):
        raise Refused(refusals.NONCE_USED, f"{request.dev_nonce} of {request.dev_eui}")


def accept(device: Device, request: frames.JoinRequest, dev_addr: int, settings: Settings) -> bytes:
    """Begin the device's session; return the join-accept."""
    device.dev_nonces.add(request.dev_nonce)
    join_nonce = len(device.dev_nonces).to_bytes(3, "little")
    keys = crypto.session_keys(device.app_key, join_nonce, NET_ID, request.dev_nonce.to_bytes(2, "little"))
    device.session = session.begin(dev_addr, keys, settings)
    device.outgoing = None
    return frames.join_accept(
        device.app_key,
        join_nonce,
        NET_ID,
        dev_addr,
        settings.rx1_delay_s,
        settings.rx1_offset,
        settings.rx2_data_rate,
        settings.cf_list_hz,
    )
