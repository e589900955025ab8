"""What a device is answered: chosen from what waits for it, put into a frame, given to a gateway, and seen off."""

import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from plietsch.firmware.network import downlinks, events, negotiation, windows
from plietsch.firmware.network.composing import Composed, Matter, compose
from plietsch.firmware.network.devices import Device, Outgoing
from plietsch.firmware.network.gateways import Copy, Radio
from plietsch.firmware.network.session import Session
from plietsch.firmware.network.settings import Settings
from plietsch.firmware.network.uplinks import Uplink
from plietsch.firmware.network.windows import NoSlot, Slot

log = logging.getLogger(__name__)

EXPIRED_SAID = "Device queue-item discarded because it has expired"
SIZE_SAID = "Device queue-item discarded because it exceeds the max. payload size"

Say = Callable[[Device, str, events.Json], None]


@dataclass(frozen=True, slots=True)
class Downlink:
    """A frame for a device that a gateway is to begin sending at `at_s` (Unix seconds)."""

    dev_eui: str
    gateway_id: str
    phy_payload: bytes
    radio: Radio
    at_s: float
    downlink_id: int = 0


class Answerer:
    """Makes downlinks; events go to `say(device, kind, event)`, what no gateway could send is counted in `dropped`."""

    def __init__(self, say: Say) -> None:
        self.dropped: Counter[str] = Counter()
        self._say = say
        self._gateways = windows.Gateways()
        self._ids: Iterator[int] = itertools.count(1)

    def accept(self, device: Device, phy_payload: bytes, copies: Sequence[Copy], now_s: float) -> Downlink | None:
        """Return a join-accept on its way."""
        reason = ""
        for window in windows.of_join(copies[0].radio):
            try:
                slot = self._gateways.take(window, len(phy_payload), copies, now_s)
            except NoSlot as error:
                reason = str(error)
            else:
                return _downlink(device, slot, phy_payload, next(self._ids))
        self._drop(device, reason)
        return None

    def answer(self, device: Device, uplink: Uplink, set_id: str, settings: Settings, now_s: float) -> Downlink | None:
        """Return what a device is told after a new uplink; None if there is nothing, or nobody to say it."""
        session = device.session
        if session is None:
            return None
        rx1 = windows.of_session(session, uplink.copies[0].radio)[0]
        self._give_up(device, uplink, set_id)
        asked = [*device.requests, *negotiation.wishes(session, settings, now_s)]
        matter = Matter(
            ack=uplink.frame.confirmed,
            must_send=uplink.frame.adr_ack_req or negotiation.must_answer(uplink.commands),
            blocks=[*negotiation.answers(uplink.commands, uplink.copies), *negotiation.askable(asked, uplink.commands)],
            item=self._next_item(device, rx1.limit_bytes, now_s),
            more=len(device.queue) > 1,
            adr=settings.adr,
        )
        return self._send(device, session, uplink, matter, now_s) if matter else None

    def acknowledge_again(self, device: Device, uplink: Uplink, settings: Settings, now_s: float) -> Downlink | None:
        """Return another ACK for a confirmed frame, with the answers to its questions."""
        session = device.session
        if session is None or uplink.heard_at_s - session.last_heard_at_s < session.rx1_delay_s:
            return None  # a copy that took its time: no device sends again before its windows are over
        session.last_heard_at_s = uplink.heard_at_s
        matter = Matter(
            ack=True,
            must_send=False,
            blocks=negotiation.answers(uplink.commands, uplink.copies),
            item=None,
            more=len(device.queue) > 0,
            adr=settings.adr,
        )
        return self._send(device, session, uplink, matter, now_s)

    def settle(self, device: Device, downlink: Downlink, reason: str | None) -> None:
        """Take it that a gateway sends a downlink, or does not for a reason."""
        outgoing, device.outgoing = device.outgoing, None
        if reason is not None:
            self._gateways.release(downlink.gateway_id, downlink.at_s)
            self._drop(device, reason, downlink.at_s if outgoing else None)
        elif outgoing and outgoing.downlink_id == downlink.downlink_id and (item := outgoing.item):
            self._item_sent(device, downlink, outgoing, item)

    def _send(self, device: Device, session: Session, uplink: Uplink, matter: Matter, now_s: float) -> Downlink | None:
        reason = ""
        for window in windows.of_session(session, uplink.copies[0].radio):
            composed = compose(session, matter, window.limit_bytes)
            try:
                slot = self._gateways.take(window, composed.frame.phy_bytes, uplink.copies, now_s)
            except NoSlot as error:
                reason = str(error)
            else:
                return self._commit(device, session, composed, slot, now_s)
        self._drop(device, reason, uplink.heard_at_s)
        return None

    def _commit(self, device: Device, session: Session, composed: Composed, slot: Slot, now_s: float) -> Downlink:
        session.f_cnt_down += 1
        negotiation.sent(session, composed.blocks, now_s)
        for block in composed.blocks:
            if block in device.requests:
                device.requests.remove(block)
        if composed.item:
            composed.item.f_cnt_down = composed.frame.f_cnt
        downlink_id = next(self._ids)
        device.outgoing = Outgoing(downlink_id, composed.item, slot.window.delay_s, slot.copy.uplink_id)
        phy_payload = composed.frame.encode(session.nwk_s_key, session.app_s_key)
        return _downlink(device, slot, phy_payload, downlink_id)

    def _give_up(self, device: Device, uplink: Uplink, set_id: str) -> None:
        """Say of a confirmed downlink that its device did not acknowledge it, if there is one."""
        if item := device.queue.take_unacknowledged():
            f_cnt_down = item.f_cnt_down or 0
            event = events.ack(device.info, set_id, uplink.heard_at_s, item.item_id, False, f_cnt_down)
            self._say(device, "ack", event)

    def _next_item(self, device: Device, limit_bytes: int, now_s: float) -> downlinks.Item | None:
        """Return what is to be sent next; throw away, and say so, what is late or too long."""
        while item := device.queue.first():
            context = {"queue_item_id": item.item_id}
            if item.expires_at_s is not None and item.expires_at_s < now_s:
                code, said = "EXPIRED", EXPIRED_SAID
            elif len(item.data) > limit_bytes:
                code, said = "DOWNLINK_PAYLOAD_SIZE", SIZE_SAID
                context |= {"max_payload_size": str(limit_bytes), "item_size": str(len(item.data))}
            else:
                return item
            device.queue.remove(item)
            self._say(device, "log", events.log(device.info, now_s, "ERROR", code, said, context))
        return None

    def _item_sent(self, device: Device, downlink: Downlink, outgoing: Outgoing, item: downlinks.Item) -> None:
        if item.confirmed:
            item.unacknowledged = True
        else:
            device.queue.remove(item)
        event = events.txack(
            device.info,
            downlink.at_s,
            item.item_id,
            item.f_cnt_down or 0,
            downlink.downlink_id,
            downlink.gateway_id,
            downlink.radio,
            outgoing.delay_s,
            outgoing.uplink_id,
        )
        self._say(device, "txack", event)

    def _drop(self, device: Device, reason: str, time_s: float | None = None) -> None:
        """Count a downlink that was not sent; ChirpStack logs it, unless it is a join-accept (no `time_s`)."""
        self.dropped[reason] += 1
        # A region whose gateways are busy has one each second: the summary counts them.
        log.debug("no gateway sends a downlink to %s: %s", device.info.dev_eui, reason)
        if time_s is not None:
            self._say(device, "log", events.log(device.info, time_s, "ERROR", "DOWNLINK_GATEWAY", reason))


def _downlink(device: Device, slot: Slot, phy_payload: bytes, downlink_id: int) -> Downlink:
    gateway_id = slot.copy.gateway.gateway_id
    return Downlink(device.info.dev_eui, gateway_id, phy_payload, slot.window.radio, slot.at_s, downlink_id)
