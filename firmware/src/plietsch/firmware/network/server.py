"""A small network server: it joins devices, checks what they send, answers, and says so as ChirpStack would.

No clock, no socket:

    gateways → hear(copy) … settle(now) → events, downlinks → gateways → sent(downlink)
    applications → command(topic, payload)

Copies of a frame that arrive within 200 ms are one uplink. Whatever is refused is counted under its reason in `refused`
and logged; nothing is refused silently.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable

from plietsch.firmware.network import downlinks, events, frames, joining, refusals, uplinks, windows
from plietsch.firmware.network import mac_commands as mac
from plietsch.firmware.network.answering import Answerer, Downlink
from plietsch.firmware.network.devices import Device
from plietsch.firmware.network.gateways import Copy
from plietsch.firmware.network.refusals import Refused
from plietsch.firmware.network.settings import Settings
from plietsch.firmware.network.uplinks import Uplink

__all__ = ["Device", "Downlink", "NetworkServer", "Settings"]

log = logging.getLogger(__name__)

DEDUPLICATION_WINDOW_S = 0.2
TOLERANCE_S = 1e-6  # of a time in Unix seconds, which a float holds to 0.2 µs

COMMAND = "command"
# ChirpStack's codes and words (chirpstack/src/uplink/join.rs and data.rs).
JOIN_LOGS = {
    refusals.WRONG_MIC: ("UPLINK_MIC", "MIC of join-request is invalid, make sure keys are correct"),
    refusals.NONCE_USED: ("OTAA", "DevNonce has already been used"),
}
AGAIN_SAID = "Uplink was flagged as re-transmission / frame-counter did not increment"
RESET_SAID = "Frame-counter reset or rollover detected"

Publish = Callable[[str, events.Json], None]


class NetworkServer:
    """Checks uplinks of registered `devices` and hands events to `publish(topic, event)`.

    `new_id` makes the ids of events and downlinks; `new_address` proposes device addresses. `settings` may be replaced
    at any time: devices are told what changed when they send next.
    """

    def __init__(
        self,
        devices: Iterable[Device],
        publish: Publish,
        new_address: Callable[[], int],
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        settings: Settings | None = None,
    ) -> None:
        self.devices = {device.info.dev_eui: device for device in devices}
        self.settings = settings or Settings()
        self.refused: Counter[str] = Counter()
        self.retransmissions = 0
        self._publish = publish
        self._new_address = new_address
        self._new_id = new_id
        self._answerer = Answerer(self._say)
        self._by_address: dict[int, Device] = {}
        self._windows: dict[bytes, list[Copy]] = {}

    @property
    def dropped(self) -> Counter[str]:
        """How many downlinks could not be sent, by ChirpStack's word for why."""
        return self._answerer.dropped

    @property
    def waiting(self) -> int:
        """How many downlinks from applications have not been sent yet."""
        return sum(device.queue.unsent for device in self.devices.values())

    @property
    def next_due_s(self) -> float | None:
        """When `settle` has something to do next, in Unix seconds; None if nothing was heard."""
        firsts = [min(copy.heard_at_s for copy in copies) for copies in self._windows.values()]
        return min(firsts) + DEDUPLICATION_WINDOW_S if firsts else None

    def hear(self, copy: Copy) -> None:
        """Take a copy of a frame from a gateway."""
        self._windows.setdefault(copy.phy_payload, []).append(copy)

    def settle(self, now_s: float) -> list[Downlink]:
        """Handle every frame whose first copy is older than the window; return what is to be sent back."""
        due = [
            phy
            for phy, copies in self._windows.items()
            if now_s - min(c.heard_at_s for c in copies) >= DEDUPLICATION_WINDOW_S - TOLERANCE_S
        ]
        answers = [self._handle(phy, self._windows.pop(phy), now_s) for phy in due]
        return [answer for answer in answers if answer]

    def sent(self, downlink: Downlink, ok: bool = True, reason: str = "INTERNAL_ERROR") -> None:
        """Take a gateway's word that it sends a downlink, or does not for `reason` (a TxAckStatus of ChirpStack)."""
        self._answerer.settle(self.devices[downlink.dev_eui], downlink, None if ok else reason)

    def command(self, topic: str, payload: bytes) -> bool:
        """Take a message of a topic `application/…/device/…/command/down`; return False if it is refused."""
        try:
            application_id, dev_eui = downlinks.parse_topic(topic)
        except downlinks.Refused as error:
            return self._refuse_command(topic, error)
        device = self.devices.get(dev_eui)
        if device and device.info.application_id != application_id:
            return self._refuse_command(topic, "the device belongs to another application")
        return self.enqueue(dev_eui, payload)

    def enqueue(self, dev_eui: str, payload: bytes) -> bool:
        """Put the downlink that a command's JSON describes into a device's queue; return False if it is refused."""
        try:
            if not (device := self.devices.get(dev_eui)):
                raise downlinks.Refused("nobody has registered the device")
            device.queue.put(downlinks.parse(dev_eui, payload, self._new_id))
        except downlinks.Refused as error:
            return self._refuse_command(dev_eui, error)
        return True

    def request(self, dev_eui: str, *commands: mac.DownCommand) -> None:
        """Send MAC commands of one kind with the next downlink, whatever the settings."""
        self.devices[dev_eui].requests.append(commands)

    def _handle(self, phy_payload: bytes, copies: list[Copy], now_s: float) -> Downlink | None:
        copies = windows.best_first(copies)
        try:
            frame = frames.parse(phy_payload)
            if isinstance(frame, frames.JoinRequest):
                return self._join(frame, copies, now_s)
            return self._data(frame, copies, now_s)
        except frames.Malformed as error:
            self._refuse(Refused(refusals.MALFORMED, str(error)))
        except Refused as refused:
            self._refuse(refused)
        return None

    def _join(self, request: frames.JoinRequest, copies: list[Copy], now_s: float) -> Downlink | None:
        device = self.devices.get(request.dev_eui)
        if device is None or device.join_eui != request.join_eui:
            raise Refused(refusals.UNKNOWN_DEVICE, request.dev_eui)
        set_id, time_s = self._new_id(), copies[0].heard_at_s
        try:
            joining.check(device, request, copies)
        except Refused as refused:
            if said := JOIN_LOGS.get(refused.reason):
                self._say(device, "log", events.log(device.info, time_s, "ERROR", *said, {"deduplication_id": set_id}))
            raise
        accept = self._begin_session(device, request)
        answer = self._answerer.accept(device, accept, copies, now_s)
        if device.session:
            self._say(device, "join", events.join(device.info, set_id, time_s, device.session.dev_addr))
        return answer

    def _begin_session(self, device: Device, request: frames.JoinRequest) -> bytes:
        if device.session:
            del self._by_address[device.session.dev_addr]
        while (address := self._new_address()) in self._by_address:
            pass
        self._by_address[address] = device
        return joining.accept(device, request, address, self.settings)

    def _data(self, frame: frames.DataUp, copies: list[Copy], now_s: float) -> Downlink | None:
        device = self._by_address.get(frame.dev_addr)
        if device is None or device.session is None:
            raise Refused(refusals.UNKNOWN_ADDRESS, f"{frame.dev_addr:08x}")
        set_id = self._new_id()
        try:
            uplink = uplinks.check(device.session, frame, copies)
        except Refused as refused:
            if refused.reason == refusals.REPLAYED:
                self._warn(device, copies[0].heard_at_s, set_id, "UPLINK_F_CNT_RESET", RESET_SAID)
            raise
        if uplink.again:
            return self._again(device, uplink, set_id, now_s)
        uplinks.count(device.session, uplink)
        self._publish_up(device, uplink, set_id)
        return self._answerer.answer(device, uplink, set_id, self.settings, now_s)

    def _again(self, device: Device, uplink: Uplink, set_id: str, now_s: float) -> Downlink | None:
        """Handle a frame that was heard before: there is no second `up`, but a confirmed one still wants its ACK."""
        self.retransmissions += 1
        self._warn(device, uplink.heard_at_s, set_id, "UPLINK_F_CNT_RETRANSMISSION", AGAIN_SAID)
        if uplink.frame.confirmed and self.settings.acknowledge_again:
            return self._answerer.acknowledge_again(device, uplink, self.settings, now_s)
        return None

    def _publish_up(self, device: Device, uplink: Uplink, set_id: str) -> None:
        frame, info = uplink.frame, device.info
        for command in uplink.commands:
            if isinstance(command, mac.DevStatusAns):
                battery, margin_db = command.battery, command.margin_db
                self._say(device, "status", events.status(info, set_id, uplink.heard_at_s, battery, margin_db))
        event = events.up(
            info,
            set_id,
            uplink.copies,
            frame.dev_addr,
            uplink.f_cnt,
            frame.f_port,
            uplink.data,
            adr=frame.adr,
            confirmed=frame.confirmed,
        )
        self._say(device, "up", event)
        if frame.ack and (item := device.queue.take_unacknowledged()):
            f_cnt_down = item.f_cnt_down or 0
            self._say(device, "ack", events.ack(info, set_id, uplink.heard_at_s, item.item_id, True, f_cnt_down))

    def _say(self, device: Device, kind: str, event: events.Json) -> None:
        self._publish(device.info.topic(kind), event)

    def _warn(self, device: Device, time_s: float, set_id: str, code: str, said: str) -> None:
        context = {"deduplication_id": set_id}
        self._say(device, "log", events.log(device.info, time_s, "WARNING", code, said, context))

    def _refuse(self, refused: Refused) -> None:
        self.refused[refused.reason] += 1
        log.warning("network server refused a frame: %s", refused)

    def _refuse_command(self, what: str, why: object) -> bool:
        self.refused[COMMAND] += 1
        log.warning("network server refused a command for %s: %s", what, why)
        return False
