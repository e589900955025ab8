"""What a frame says, as observations: a pure function of the frame, of the device and of when the network heard it.

The device's type says how a frame is read: by our own decoder, on its port, or from the object that the network
server's codec made of it. The same frame becomes the same observations, whether it has just come or is read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from plietsch.ingest import clock, node_events, objects, payload, quality
from plietsch.ingest.clock import Clock, Judged
from plietsch.ingest.payload import Fault
from plietsch.ingest.quality import Quality
from plietsch.ingest.reasons import Problem, Reason
from plietsch.ingest.registry import Device
from plietsch.ingest.rows import ObservationRow
from plietsch.platform.device_types.specification import DeviceType, Span

# LoRaWAN's own port: MAC commands, no data of the application.
_MAC_PORT = 0
# A reading heard later than this after it was measured is counted as late.
LATE_S = 3_600
_WITHOUT_TIME = {Clock.RESET: Reason.CLOCK_RESET}
# How far a value can be trusted goes with the value: where nothing was registered for it, nothing is missed. A node of
# the second version sends it without being asked.
_SPREADS = frozenset({"pm2_5_spread", "pm10_spread", "distance_spread"})
# Six times for each message: a row is made in three quarters of the time that naming its fields takes.
_row = ObservationRow._make

Values = Mapping[str, float | Fault]


class Frame(NamedTuple):
    """An uplink: its port, its payload, and what the network server's codec made of it, in JSON; empty where there is
    none."""

    f_port: int
    data: bytes
    object: bytes = b""


class Observed(NamedTuple):
    """What a frame says: observations, how many of them are late, what is wrong with the clock, and with the rest."""

    observations: Sequence[ObservationRow] = ()
    late: int = 0
    clock: Clock | None = None
    problem: Problem | None = None


_NOTHING = Observed()


def says_of_itself(device: Device, f_port: int) -> bool:
    """Whether a frame on this port is what one of our own nodes says of itself."""
    return f_port in node_events.PORTS and device.type is not None and device.type.decoder == "plietsch"


def observe(frame: Frame, device: Device, heard_at: datetime) -> Observed:
    """The observations of a frame that the network heard at that moment."""
    if frame.f_port == _MAC_PORT and not frame.data:
        return _NOTHING
    if device.type is None:
        detail = "The definition of the device's type is not there, or not one that is understood here."
        return Observed(problem=Problem(Reason.TYPE_UNKNOWN, detail))
    if device.type.decoder == "plietsch":
        return _of_payload(frame, device, heard_at)
    return _of_object(frame, device, device.type, heard_at)


def _of_payload(frame: Frame, device: Device, heard_at: datetime) -> Observed:
    """By our own decoder (docs/payload.md)."""
    if frame.f_port in node_events.PORTS:
        return _NOTHING
    if frame.f_port != payload.PORT:
        return Observed(problem=_unexpected(frame.f_port, {payload.PORT, *node_events.PORTS}))
    try:
        decoded = payload.decode(frame.data)
    except payload.PayloadError as error:
        return Observed(problem=Problem(Reason(error.code), str(error)))
    heard = heard_at.timestamp()
    observations: list[ObservationRow] = []
    problems: dict[Problem, None] = {}  # a set that keeps the order
    late = 0
    judged = clock.judge(decoded, int(heard))
    for reading, each in zip(decoded.readings, judged, strict=True):
        before = len(observations)
        if each.moment_s is None:
            problems[_without_time(reading.time_code, each)] = None
            continue
        values = _within(reading.values, device.ranges) if device.ranges else reading.values
        _add(values, each.moment_s, quality.of_number(each.clock), device, heard_at, observations, problems)
        if heard - each.moment_s > LATE_S:
            late += len(observations) - before
    return Observed(observations, late, judged[-1].clock, _joined(problems))


def _of_object(frame: Frame, device: Device, device_type: DeviceType, heard_at: datetime) -> Observed:
    """From what the maker's codec made of the frame."""
    if device_type.f_ports and frame.f_port not in device_type.f_ports:
        return Observed(problem=_unexpected(frame.f_port, device_type.f_ports))
    if not frame.object:
        return Observed(problem=Problem(Reason.OBJECT_MISSING, "The event has no object."))
    read = objects.read(device_type, frame.object)
    problems = dict.fromkeys(read.problems)
    heard = heard_at.timestamp()
    judged = Judged(int(heard), None) if read.time_s is None else clock.judge_moment(read.time_s, int(heard))
    observations: list[ObservationRow] = []
    if judged.moment_s is None:
        problems[_without_time(read.time_s or 0, judged)] = None
    elif read.values:
        flag = quality.of_number(judged.clock)
        _add(read.values, judged.moment_s, flag, device, heard_at, observations, problems)
    late = len(observations) if judged.moment_s is not None and heard - judged.moment_s > LATE_S else 0
    return Observed(observations, late, judged.clock, _joined(problems))


def _within(values: dict[str, float | Fault], ranges: Mapping[str, Span]) -> Values:
    """The values, as faults where they lie beyond what the instrument can measure; nearly always none does."""
    beyond = {
        channel: quality.gross_range(value, span)
        for channel, span in ranges.items()
        if isinstance(value := values.get(channel), float) and not span[0] <= value <= span[1]
    }
    return {**values, **beyond} if beyond else values


def _add(
    values: Values,
    moment_s: int,
    flag: Quality,
    device: Device,
    heard_at: datetime,
    observations: list[ObservationRow],
    problems: dict[Problem, None],
) -> None:
    """Add the observations of a reading of that time, whose numbers have that flag, and the problems with it."""
    moment = datetime.fromtimestamp(moment_s, UTC)
    deployment = device.deployment_at(moment_s)
    if deployment is None:
        detail = f"The device was not deployed at {moment:%Y-%m-%dT%H:%M:%SZ}."
        problems[Problem(Reason.NO_DEPLOYMENT, detail)] = None
        return
    datastream_ids = deployment.datastream_ids
    for channel, value in values.items():
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
            if (result := derivation.of(values, flag))
        ]


def _unexpected(f_port: int, known: Iterable[int]) -> Problem:
    ports = [str(port) for port in sorted(known)]
    these = f"ports {', '.join(ports)} have one" if len(ports) > 1 else f"port {ports[0]} has one"
    return Problem(Reason.UNEXPECTED_PORT, f"Port {f_port} has no decoder; {these}.")


def _without_time(said_s: int, judged: Judged) -> Problem:
    said = datetime.fromtimestamp(said_s, UTC)
    reason = _WITHOUT_TIME.get(judged.clock or Clock.WRONG, Reason.CLOCK_WRONG)
    return Problem(reason, f"The node's clock said {said:%Y-%m-%dT%H:%M:%SZ}.")


def _joined(problems: dict[Problem, None]) -> Problem | None:
    if not problems:
        return None
    first = next(iter(problems))
    return Problem(first.reason, " ".join(problem.detail for problem in problems))
