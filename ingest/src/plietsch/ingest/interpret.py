"""What a message means: a pure function from a message and the registry to what is to be written.

topic or event malformed, or DevEUI wrong → an error
device not registered                     → quarantine
`up`                                      → the frame as it came, always; observations, or an event that is what the
                                            node says of itself; an error for what became none
any other event                           → an event of the device, and what follows from it
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from plietsch.ingest import device_events, events, messages, node_events, objects, observing, payload
from plietsch.ingest.clock import Clock
from plietsch.ingest.device_events import DeviceEventRow, DownlinkChange, HealthChange
from plietsch.ingest.messages import Message
from plietsch.ingest.observing import Frame
from plietsch.ingest.reasons import Problem, Reason
from plietsch.ingest.registry import Device, Registry
from plietsch.ingest.rows import ObservationRow, UplinkRow

# A network that dates an event later than this after it came in here has a gateway whose clock is wrong: ChirpStack
# takes a gateway's GPS time unchecked.
AHEAD = timedelta(hours=1)


class Outcome(NamedTuple):
    """What one message becomes.

    `kind` is that of the event, empty where the topic names none. `timeless` says that the event named no time, so that
    its rows carry the time of receipt instead. `late` counts the observations that were heard more than an hour after
    they were measured.
    """

    message: Message
    dev_eui: str | None = None
    device_id: int | None = None
    kind: str = ""
    uplink: UplinkRow | None = None
    observations: Sequence[ObservationRow] = ()
    late: int = 0
    device_event: DeviceEventRow | None = None
    health: HealthChange | None = None
    downlink: DownlinkChange | None = None
    problem: Problem | None = None
    quarantined: bool = False
    timeless: bool = False

    @property
    def clock(self) -> Clock | None:
        """What is wrong with the node's clock."""
        return self.uplink.clock if self.uplink else None

    @property
    def repeats(self) -> UUID | None:
        """The frame of which this one is a copy."""
        return self.uplink.repeats if self.uplink else None


def dev_eui(message: Message) -> str | None:
    """The DevEUI that the topic names, if it is one."""
    try:
        return events.parse_topic(message.topic).dev_eui
    except events.EventError:
        return None


def interpret(message: Message, registry: Registry) -> Outcome:
    """Say what is to be written for a message; never raises for what a message contains."""
    try:
        topic = events.parse_topic(message.topic)
    except events.TopicMalformed as error:
        return Outcome(message, problem=Problem(Reason.TOPIC_MALFORMED, str(error)))
    device = registry.find(topic.dev_eui)
    try:
        return _event(message, topic, device)
    except events.EventMalformed as error:
        problem = Problem(Reason.EVENT_MALFORMED, str(error))
        return Outcome(message, topic.dev_eui, device.id if device else None, topic.kind, problem=problem)


def when_heard(event_time: datetime, received_at: datetime) -> datetime:
    """When the network heard a frame, by the time that it gave and that at which the event came in here."""
    return event_time if event_time - received_at <= AHEAD else received_at


def refused(outcome: Outcome, detail: str) -> Outcome:
    """What is left of an outcome whose data the database refused."""
    problem = Problem(Reason.STORE_FAILED, detail)
    return Outcome(outcome.message, outcome.dev_eui, outcome.device_id, outcome.kind, problem=problem)


def mistaken(message: Message, error: Exception) -> Outcome:
    """What is left of a message with which `interpret` failed: that it came, and how."""
    problem = Problem(Reason.INTERPRET_FAILED, f"{type(error).__name__}: {error}")
    return Outcome(message, dev_eui(message), problem=problem)


def _event(message: Message, topic: events.Topic, device: Device | None) -> Outcome:
    event = events.decode(topic.kind, message.payload)
    said = event.device_info.dev_eui.lower() if event.device_info else ""
    if said and said != topic.dev_eui:
        problem = Problem(Reason.DEVICE_MISMATCH, f"The topic names {topic.dev_eui}, the message {said[:32]}.")
        return Outcome(message, topic.dev_eui, device.id if device else None, topic.kind, problem=problem)
    if device is None:
        return Outcome(message, topic.dev_eui, kind=topic.kind, quarantined=True)
    heard_at = events.event_time(event)
    event_id = events.event_id(event) or messages.message_id(message)
    if isinstance(event, events.Uplink):
        return _uplink(message, event, device, event_id, heard_at)
    recorded = device_events.record(
        topic.kind, message.payload, event, device.id, event_id, heard_at or message.received_at, message.received_at
    )
    return Outcome(
        message,
        topic.dev_eui,
        device.id,
        topic.kind,
        device_event=recorded.event,
        health=recorded.health,
        downlink=recorded.downlink,
        timeless=heard_at is None,
    )


def _uplink(
    message: Message, event: events.Uplink, device: Device, event_id: UUID, said_at: datetime | None
) -> Outcome:
    event_time = said_at or message.received_at
    heard_at = when_heard(event_time, message.received_at)
    made = _object(event, device)
    frame = Frame(event.f_port or 0, event.data or b"", made)
    observations, late, wrong, problem = observing.observe(frame, device, heard_at)
    rx_info = bytes(event.rx_info)
    uplink = UplinkRow(
        event_time,
        event_id,
        device.id,
        event.dev_addr or "",
        event.f_cnt or 0,
        frame.f_port,
        frame.data,
        event.dr,
        event.tx_info.frequency if event.tx_info else None,
        event.spreading_factor,
        b"[]" if rx_info == b"null" else rx_info,
        message.received_at,
        wrong,
        None,
        _storable(made),
    )
    timeless = said_at is None
    outcome = Outcome(
        message, device.dev_eui, device.id, "up", uplink, observations, late, None, None, None, problem, False, timeless
    )
    return _with_said(outcome, uplink, heard_at) if observing.says_of_itself(device, frame.f_port) else outcome


def _with_said(outcome: Outcome, uplink: UplinkRow, heard_at: datetime) -> Outcome:
    """The outcome of a frame in which a node says something of itself."""
    try:
        recorded = node_events.record(uplink, heard_at)
    except payload.PayloadError as error:
        return outcome._replace(problem=Problem(Reason(error.code), str(error)))
    return outcome._replace(device_event=recorded.event, health=recorded.health)


def _object(event: events.Uplink, device: Device) -> bytes:
    """What the network server's codec made of the frame, where it is needed: our own payload says the same and more."""
    if device.type is not None and device.type.decoder == "plietsch":
        return b""
    content = bytes(event.object)
    return b"" if content == b"null" else content


def _storable(content: bytes) -> bytes | None:
    """An object that the database takes; one that it does not is kept with the message."""
    if not content:
        return None
    try:
        objects.parse(content)
    except objects.Unreadable:
        return None
    return content
