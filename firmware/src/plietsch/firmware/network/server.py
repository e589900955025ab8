"""A small network server: it joins nodes, checks what they send, and says so as ChirpStack would. No clock, no socket.

    gateways → hear(copy) … settle(now) → events, downlinks

Copies of a frame that arrive within 200 ms are one uplink. Whatever is refused is counted under its reason in `refused`
and logged; nothing is refused silently.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from plietsch.firmware.network import crypto, events, frames
from plietsch.firmware.network.gateways import Copy

log = logging.getLogger(__name__)

DEDUPLICATION_WINDOW_S = 0.2
NET_ID = bytes(3)
RX1_DELAY_S = 1
LARGEST_GAP = 0x8000  # beyond half of the 16 bits on air, a counter went backwards

MALFORMED = "malformed frame"
UNKNOWN_DEVICE = "unknown device"
UNKNOWN_ADDRESS = "unknown device address"
WRONG_MIC = "wrong MIC"
NONCE_USED = "DevNonce used before"
REPLAYED = "frame counter used before"

Publish = Callable[[str, events.Json], None]


@dataclass(slots=True)
class Device:
    """A registered device: keys, the nonces it has used, and its session if it has one."""

    info: events.DeviceInfo
    join_eui: str
    app_key: bytes
    dev_nonces: set[int] = field(default_factory=lambda: set[int]())
    session: "Session | None" = None
    pending_join: events.Json | None = None


@dataclass(slots=True)
class Session:
    """What a join agreed on; `next_f_cnt` is the lowest counter that is still acceptable."""

    dev_addr: int
    nwk_s_key: bytes
    app_s_key: bytes
    next_f_cnt: int = 0


@dataclass(frozen=True, slots=True)
class Downlink:
    """A frame for a device."""

    dev_eui: str
    phy_payload: bytes


class NetworkServer:
    """Checks uplinks of registered `devices` and hands events to `publish(topic, event)`.

    `new_id` makes deduplication ids; `new_address` proposes device addresses.
    """

    def __init__(
        self,
        devices: Iterable[Device],
        publish: Publish,
        new_address: Callable[[], int],
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self.devices = {device.info.dev_eui: device for device in devices}
        self.refused: Counter[str] = Counter()
        self._publish = publish
        self._new_address = new_address
        self._new_id = new_id
        self._by_address: dict[int, Device] = {}
        self._windows: dict[bytes, list[Copy]] = {}

    def hear(self, copy: Copy) -> None:
        """Take a copy of a frame from a gateway."""
        self._windows.setdefault(copy.phy_payload, []).append(copy)

    def settle(self, now_s: float) -> list[Downlink]:
        """Handle every frame whose first copy is older than the window; return what is to be sent back."""
        due = [
            phy
            for phy, copies in self._windows.items()
            if now_s - min(c.heard_at_s for c in copies) >= DEDUPLICATION_WINDOW_S
        ]
        answers = [self._handle(phy, self._windows.pop(phy)) for phy in due]
        return [answer for answer in answers if answer]

    def _handle(self, phy_payload: bytes, copies: list[Copy]) -> Downlink | None:
        copies.sort(key=lambda copy: copy.snr_db, reverse=True)
        try:
            frame = frames.parse(phy_payload)
        except frames.Malformed as error:
            return self._refuse(MALFORMED, str(error))
        if isinstance(frame, frames.JoinRequest):
            return self._join(frame, copies)
        return self._data(frame, copies)

    def _join(self, request: frames.JoinRequest, copies: list[Copy]) -> Downlink | None:
        device = self.devices.get(request.dev_eui)
        if device is None or device.join_eui != request.join_eui:
            return self._refuse(UNKNOWN_DEVICE, request.dev_eui)
        if crypto.mic(device.app_key, request.signed) != request.mic:
            return self._refuse(WRONG_MIC, f"join-request of {request.dev_eui}")
        if request.dev_nonce in device.dev_nonces:
            return self._refuse(NONCE_USED, f"{request.dev_nonce} of {request.dev_eui}")
        device.dev_nonces.add(request.dev_nonce)
        accept = self._begin_session(device, request)
        if device.session:
            time_s = copies[0].heard_at_s
            device.pending_join = events.join(device.info, self._new_id(), time_s, device.session.dev_addr)
        return Downlink(request.dev_eui, accept)

    def _begin_session(self, device: Device, request: frames.JoinRequest) -> bytes:
        join_nonce = len(device.dev_nonces).to_bytes(3, "little")
        dev_nonce = request.dev_nonce.to_bytes(2, "little")
        keys = crypto.session_keys(device.app_key, join_nonce, NET_ID, dev_nonce)
        if device.session:
            del self._by_address[device.session.dev_addr]
        device.session = Session(self._free_address(), *keys)
        self._by_address[device.session.dev_addr] = device
        return frames.join_accept(device.app_key, join_nonce, NET_ID, device.session.dev_addr, RX1_DELAY_S)

    def _free_address(self) -> int:
        while (address := self._new_address()) in self._by_address:
            pass
        return address

    def _data(self, frame: frames.DataUp, copies: list[Copy]) -> None:
        device = self._by_address.get(frame.dev_addr)
        if device is None or device.session is None:
            return self._refuse(UNKNOWN_ADDRESS, f"{frame.dev_addr:08x}")
        session = device.session
        f_cnt = full_counter(session.next_f_cnt, frame.f_cnt_16)
        if f_cnt < 0 or crypto.data_mic(session.nwk_s_key, frame.dev_addr, f_cnt, crypto.UP, frame.signed) != frame.mic:
            return self._refuse(WRONG_MIC, f"data of {device.info.dev_eui}")
        if f_cnt < session.next_f_cnt:
            return self._refuse(REPLAYED, f"{f_cnt} of {device.info.dev_eui}")
        session.next_f_cnt = f_cnt + 1
        self._publish_join(device)
        self._publish_up(device, session, frame, f_cnt, copies)
        return None

    def _publish_join(self, device: Device) -> None:
        if device.pending_join:
            self._publish(device.info.topic("join"), device.pending_join)
            device.pending_join = None

    def _publish_up(
        self, device: Device, session: Session, frame: frames.DataUp, f_cnt: int, copies: list[Copy]
    ) -> None:
        key = session.app_s_key if frame.f_port else session.nwk_s_key
        data = crypto.crypt(key, frame.dev_addr, f_cnt, crypto.UP, frame.data)
        event = events.up(
            device.info,
            self._new_id(),
            copies,
            frame.dev_addr,
            f_cnt,
            frame.f_port,
            data if frame.f_port else b"",
            adr=frame.adr,
            confirmed=frame.confirmed,
        )
        self._publish(device.info.topic("up"), event)

    def _refuse(self, reason: str, what: str) -> None:
        self.refused[reason] += 1
        log.warning("network server refused a frame: %s (%s)", reason, what)


def full_counter(next_f_cnt: int, f_cnt_16: int) -> int:
    """Return the 32-bit counter with these low 16 bits nearest to the expected one; negative if there is none."""
    gap = (f_cnt_16 - next_f_cnt) & 0xFFFF
    return next_f_cnt + gap - (0x10000 if gap >= LARGEST_GAP else 0)
