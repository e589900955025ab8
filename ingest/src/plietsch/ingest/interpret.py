"""What a message means: a pure function from a message and the registry to what is to be written.

topic or event malformed, or DevEUI wrong → an error
device not registered                     → quarantine
`up`                                      → the frame as it came, always; observations, or an event that is what the
                                            node says of itself; an error for what became none
any other event                           → an event of the device, and what follows from it
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from plietsch.ingest import clock, device_events, events, messages, node_events, payload, quality
from plietsch.ingest.clock import Clock, Judged
from plietsch.ingest.device_events import DeviceEventRow, DownlinkChange, HealthChange
from plietsch.ingest.messages import Message
from plietsch.ingest.payload import Fault
from plietsch.ingest.reasons import Reason
from plietsch.ingest.registry import Device, Registry
from plietsch.ingest.rows import ObservationRow, UplinkRow

# LoRaWAN's own port: MAC commands, no data of the application.
_MAC_PORT = 0
# A reading heard later than this after it was measured is counted as late.
LATE_S = 3_600
# A network that dates an event later than this after it came in here has a gateway whose clock is wrong: ChirpStack
# takes a gateway's GPS time unchecked.
AHEAD = timedelta(hours=1)
_WITHOUT_TIME = {Clock.RESET: Reason.CLOCK_RESET}


class Problem(NamedTuple):
    """Why a message, or a part of it, could not become observations; the detail is a sentence for the operator."""

    reason: Reason
    detail: str


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


# What a frame holds: observations, how many of them are late, what is wrong with the clock, and with the rest.
_Measured = tuple[Sequence[ObservationRow], int, Clock | None, Problem | None]
_NOTHING: _Measured = ((), 0, None, None)
# How far a value can be trusted goes with the value: where nothing was registered for it, nothing is missed. A node of
# the second version sends it without being asked.
_SPREADS = frozenset({"pm2_5_spread", "pm10_spread", "distance_spread"})
# Six times for each message: a row is made in three quarters of the time that naming its fields takes.
_row = ObservationRow._make


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
    heard_at = event_time if event_time - message.received_at <= AHEAD else message.received_at
    observations, late, wrong, problem = _measured(event, device, heard_at)
    rx_info = bytes(event.rx_info)
    uplink = UplinkRow(
        event_time,
        event_id,
        device.id,
        event.dev_addr or "",
        event.f_cnt or 0,
        event.f_port or 0,
        event.data or b"",
        event.dr,
        event.tx_info.frequency if event.tx_info else None,
        event.spreading_factor,
        b"[]" if rx_info == b"null" else rx_info,
        message.received_at,
        wrong,
    )
    timeless = said_at is None
    outcome = Outcome(
        message, device.dev_eui, device.id, "up", uplink, observations, late, None, None, None, problem, False, timeless
    )
    return _with_said(outcome, uplink, heard_at) if uplink.f_port in node_events.PORTS else outcome


def _with_said(outcome: Outcome, uplink: UplinkRow, heard_at: datetime) -> Outcome:
    """The outcome of a frame in which a node says something of itself."""
    try:
        recorded = node_events.record(uplink, heard_at)
    except payload.PayloadError as error:
        return outcome._replace(problem=Problem(Reason(error.code), str(error)))
    return outcome._replace(device_event=recorded.event, health=recorded.health)


def _measured(event: events.Uplink, device: Device, heard_at: datetime) -> _Measured:
    port, data = event.f_port or 0, event.data or b""
    if (port == _MAC_PORT and not data) or port in node_events.PORTS:
        return _NOTHING
    if port != payload.PORT:
        known = ", ".join(map(str, sorted({payload.PORT, *node_events.PORTS})))
        detail = f"Port {port} has no decoder; ports {known} have one."
        return (), 0, None, Problem(Reason.UNEXPECTED_PORT, detail)
    try:
        frame = payload.decode(data)
    except payload.PayloadError as error:
        return (), 0, None, Problem(Reason(error.code), str(error))
    return _observed(frame, device, heard_at)


def _observed(frame: payload.Frame, device: Device, heard_at: datetime) -> _Measured:
    heard = heard_at.timestamp()
    observations: list[ObservationRow] = []
    problems: dict[Problem, None] = {}  # a set that keeps the order
    late = 0
    judged = clock.judge(frame, int(heard))
    for reading, each in zip(frame.readings, judged, strict=True):
        before = len(observations)
        _of_reading(reading, each, device, heard_at, observations, problems)
        if each.moment_s is not None and heard - each.moment_s > LATE_S:
            late += len(observations) - before
    return observations, late, judged[-1].clock, _joined(problems)


def _of_reading(
    reading: payload.Reading,
    judged: Judged,
    device: Device,
    heard_at: datetime,
    observations: list[ObservationRow],
    problems: dict[Problem, None],
) -> None:
    """Add the observations of a reading, and the problems with it."""
    if judged.moment_s is None:
        problems[_without_time(reading, judged)] = None
        return
    moment = datetime.fromtimestamp(judged.moment_s, UTC)
    deployment = device.deployment_at(judged.moment_s)
    if deployment is None:
        detail = f"The device was not deployed at {moment:%Y-%m-%dT%H:%M:%SZ}."
        problems[Problem(Reason.NO_DEPLOYMENT, detail)] = None
        return
    flag = quality.of_number(judged.clock)
    datastream_ids = deployment.datastream_ids
    for channel, value in reading.values.items():
        datastream_id = datastream_ids.get(channel)
        if datastream_id is None and channel in _SPREADS:
            continue
        if datastream_id is None:
            problems[Problem(Reason.NO_DATASTREAM, f"The channel {channel} feeds no datastream.")] = None
        elif isinstance(value, Fault):
            observations.append(_row((datastream_id, moment, None, heard_at, quality.of_fault(value))))
        else:
            observations.append(_row((datastream_id, moment, value, heard_at, flag)))
    if deployment.derivations:
        observations += [
            _row((derivation.datastream_id, moment, result.result, heard_at, result.flag))
            for derivation in deployment.derivations
            if (result := derivation.of(reading.values, flag))
        ]


def _without_time(reading: payload.Reading, judged: Judged) -> Problem:
    said = datetime.fromtimestamp(reading.time_code, UTC)
    reason = _WITHOUT_TIME.get(judged.clock or Clock.WRONG, Reason.CLOCK_WRONG)
    return Problem(reason, f"The node's clock said {said:%Y-%m-%dT%H:%M:%SZ}.")


def _joined(problems: dict[Problem, None]) -> Problem | None:
    if not problems:
        return None
    first = next(iter(problems))
    return Problem(first.reason, " ".join(problem.detail for problem in problems))
