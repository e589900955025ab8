"""What a message means: a pure function from a message and the registry to what is to be written.

topic, JSON or DevEUI wrong → an error
device not registered       → quarantine
`up`                        → the frame as it came, always; observations; an error for what did not become one
any other event             → an event of the device
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from plietsch.ingest import events, messages, payload, quality, times
from plietsch.ingest.messages import Message
from plietsch.ingest.reasons import Reason
from plietsch.ingest.registry import Device, Registry

# LoRaWAN's own port: MAC commands, no data of the application.
_MAC_PORT = 0


class UplinkRow(NamedTuple):
    """A row of `uplink`; `rx_info` is JSON."""

    event_time: datetime
    event_id: UUID
    device_id: int
    dev_addr: str
    f_cnt: int
    f_port: int
    payload: bytes
    data_rate: int | None
    frequency_hz: int | None
    spreading_factor: int | None
    rx_info: bytes
    received_at: datetime


class ObservationRow(NamedTuple):
    """A row of `observation`."""

    datastream_id: int
    phenomenon_time: datetime
    result: float | None
    result_time: datetime
    quality: int


class DeviceEventRow(NamedTuple):
    """A row of `device_event`; `detail` is JSON."""

    event_time: datetime
    event_id: UUID
    device_id: int
    kind: str
    detail: bytes
    received_at: datetime


class Problem(NamedTuple):
    """Why a message, or a part of it, could not become observations; the detail is a sentence for the operator."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one message becomes.

    `timeless` says that the event named no time, so that its rows carry the time of receipt instead.
    """

    message: Message
    dev_eui: str | None = None
    device_id: int | None = None
    uplink: UplinkRow | None = None
    observations: tuple[ObservationRow, ...] = ()
    device_event: DeviceEventRow | None = None
    problem: Problem | None = None
    quarantined: bool = False
    timeless: bool = False


class _Occasion(NamedTuple):
    """What an event of a known device is told by."""

    device: Device
    event_id: UUID
    heard_at: datetime
    received_at: datetime


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
        return Outcome(message, topic.dev_eui, device.id if device else None, problem=problem)


def refused(outcome: Outcome, detail: str) -> Outcome:
    """What is left of an outcome whose data the database refused."""
    problem = Problem(Reason.STORE_FAILED, detail)
    return Outcome(outcome.message, outcome.dev_eui, outcome.device_id, problem=problem)


def _event(message: Message, topic: events.Topic, device: Device | None) -> Outcome:
    event = (events.decode_uplink if topic.kind == "up" else events.decode_event)(message.payload)
    said = event.device_info.dev_eui.lower() if event.device_info else ""
    if said and said != topic.dev_eui:
        problem = Problem(Reason.DEVICE_MISMATCH, f"The topic names {topic.dev_eui}, the message {said}.")
        return Outcome(message, topic.dev_eui, device.id if device else None, problem=problem)
    if device is None:
        return Outcome(message, topic.dev_eui, quarantined=True)
    heard_at = events.event_time(event)
    occasion = _Occasion(
        device,
        events.event_id(event) or messages.message_id(message),
        heard_at or message.received_at,
        message.received_at,
    )
    if isinstance(event, events.Uplink):
        return _uplink(message, event, occasion, timeless=heard_at is None)
    row = _device_event(message, topic.kind, occasion)
    return Outcome(message, topic.dev_eui, device.id, device_event=row, timeless=heard_at is None)


def _device_event(message: Message, kind: str, occasion: _Occasion) -> DeviceEventRow:
    # `status`, `ack` and `location` share the deduplicationId of the frame they came in; a join has its own.
    event_id = occasion.event_id if kind == "join" else messages.derived_id(occasion.event_id, kind)
    return DeviceEventRow(occasion.heard_at, event_id, occasion.device.id, kind, message.payload, occasion.received_at)


def _uplink(message: Message, event: events.Uplink, occasion: _Occasion, *, timeless: bool) -> Outcome:
    observations, problems = _measured(event, occasion)
    problem = Problem(problems[0].reason, " ".join(problem.detail for problem in problems)) if problems else None
    return Outcome(
        message,
        occasion.device.dev_eui,
        occasion.device.id,
        uplink=_uplink_row(event, occasion),
        observations=tuple(observations),
        problem=problem,
        timeless=timeless,
    )


def _uplink_row(event: events.Uplink, occasion: _Occasion) -> UplinkRow:
    rx_info = bytes(event.rx_info)
    return UplinkRow(
        occasion.heard_at,
        occasion.event_id,
        occasion.device.id,
        event.dev_addr or "",
        event.f_cnt or 0,
        event.f_port or 0,
        event.data or b"",
        event.dr,
        event.tx_info.frequency if event.tx_info else None,
        event.spreading_factor,
        b"[]" if rx_info == b"null" else rx_info,
        occasion.received_at,
    )


def _measured(event: events.Uplink, occasion: _Occasion) -> tuple[list[ObservationRow], list[Problem]]:
    port, data = event.f_port or 0, event.data or b""
    if port == _MAC_PORT and not data:
        return [], []
    if port != payload.PORT:
        detail = f"Port {port} has no decoder; port {payload.PORT} has one."
        return [], [Problem(Reason.UNEXPECTED_PORT, detail)]
    try:
        frame = payload.decode(data)
    except payload.PayloadError as error:
        return [], [Problem(Reason(error.code), str(error))]
    return _observed(frame, occasion)


def _observed(frame: payload.Frame, occasion: _Occasion) -> tuple[list[ObservationRow], list[Problem]]:
    heard_s = int(occasion.heard_at.timestamp())
    observations: list[ObservationRow] = []
    problems: dict[Problem, None] = {}  # a set that keeps the order
    for reading, moment_s in zip(frame.readings, times.expand(frame, heard_s), strict=True):
        for item in _of_reading(reading, moment_s, heard_s, occasion):
            if isinstance(item, Problem):
                problems[item] = None
            else:
                observations.append(item)
    return observations, list(problems)


def _of_reading(
    reading: payload.Reading, moment_s: int, heard_s: int, occasion: _Occasion
) -> Iterator[ObservationRow | Problem]:
    moment = datetime.fromtimestamp(moment_s, UTC)
    deployment = occasion.device.deployment_at(moment_s)
    if deployment is None:
        yield Problem(Reason.NO_DEPLOYMENT, f"The device was not deployed at {moment:%Y-%m-%dT%H:%M:%SZ}.")
        return
    for channel, value in reading.values.items():
        datastream_id = deployment.datastream_ids.get(channel)
        if datastream_id is None:
            yield Problem(Reason.NO_DATASTREAM, f"The channel {channel} feeds no datastream.")
            continue
        result = None if isinstance(value, payload.Fault) else value
        flag = quality.judge(value, moment_s - heard_s)
        yield ObservationRow(datastream_id, moment, result, occasion.heard_at, flag)
