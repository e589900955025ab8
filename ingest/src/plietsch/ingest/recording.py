"""A recording's lines as messages: what a broker would have brought, had it heard each line.

A line becomes an `up` event whose `object` is made of its columns, as the device type's `recordings` name them, and
whose payload is the line itself. Its id is made of the device and the line: the same line again is the same event,
whatever file it stands in. The functions are pure.

| a line without | is |
|---|---|
| the columns that the device type names, or a time of hearing that can be read | `line-malformed` |
| a time of hearing, as its recording has none, and the device's clock began anew | `clock-reset` |
| the same, and the clock is ahead of today, or says nothing | `clock-wrong` |

Where a recording says when each line was heard, the device's clock is judged as that of any message.
"""

import csv
import math
import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from plietsch.ingest import clock, events, objects
from plietsch.ingest.messages import Message
from plietsch.ingest.reasons import Problem, Reason
from plietsch.platform import errors
from plietsch.platform.device_types.specification import DeviceType, Heard, Recording

# The namespace of the UUIDv5 that name lines (RFC 9562, section 5.5). Chosen once; changing it would store lines anew.
_NAMESPACE = uuid.UUID("c5a1f0f6-1d0a-4b7e-8f5e-3f0b8f3f6f0d")
# Of the events that lines become; no network server has such an application.
_TOPIC: Final = "application/recording/device/"
# Where a type names no port: an application's first one.
_PORT = 1
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,15}")


class RecordingUnknown(errors.PlietschError):
    """The device type knows no recordings, or none with as many columns."""


class Line(NamedTuple):
    """A line of a file: its number from 1 on, its text without the line's end, and its cells."""

    number: int
    text: str
    cells: Sequence[str]


class Taken(NamedTuple):
    """A line as a message, and what is wrong with it where no event could be made of it."""

    message: Message
    problem: Problem | None = None


def layout(device_type: DeviceType, first: str) -> Recording:
    """How a recording lies that begins with this line: the layout with as many columns. Raises RecordingUnknown."""
    if not device_type.recordings:
        raise RecordingUnknown(
            f"The device type {device_type.code} does not say how its recordings lie.",
            "docs/device-types.md: [[recordings]].",
        )
    for each in device_type.recordings:
        if len(_cells(first, each.delimiter)) == len(each.columns):
            return each
    known = " or ".join(str(len(each.columns)) for each in device_type.recordings)
    raise RecordingUnknown(
        f"A recording of {device_type.code} has {known} columns; the first line has others: {first[:80]}",
        "docs/recordings.md says how a device type names them.",
    )


def lines(texts: Iterable[str], recording: Recording) -> Iterable[Line]:
    """The lines that say something."""
    for number, text in enumerate(texts, 1):
        text = text.rstrip("\r\n")
        if text and not (recording.header and number == 1):
            yield Line(number, text, _cells(text, recording.delimiter))


def name_of(line: Line, recording: Recording) -> str | None:
    """Which device a line is of; None where its recording does not say so, or the line has not its columns."""
    if recording.name is None or len(line.cells) != len(recording.columns):
        return None
    return line.cells[recording.columns.index(recording.name)]


def is_bare(message: Message) -> bool:
    """Whether a message is a line as it stands, of which no event could be made."""
    return message.topic.startswith(_TOPIC) and not events.is_json(message.payload)


class Reader:
    """Makes messages of the lines of one device; `taken_at` is when the recording was taken in."""

    def __init__(
        self, device_type: DeviceType, recording: Recording, dev_eui: str, file_name: str, taken_at: datetime
    ) -> None:
        self._type = device_type
        self._recording = recording
        self._dev_eui = dev_eui
        self._file_name = file_name
        self._taken_at = taken_at
        self._zone: tzinfo = ZoneInfo(recording.heard.zone) if recording.heard else UTC

    def take(self, line: Line) -> Taken:
        """The line as a message; as it stands where no event could be made of it."""
        topic = f"{_TOPIC}{self._dev_eui}/event/up"
        columns = self._recording.columns
        if len(line.cells) != len(columns):
            detail = f"It has {len(line.cells)} columns instead of {len(columns)}."
            return self._broken(topic, line, Problem(Reason.LINE_MALFORMED, detail))
        said = {name: _value(cell) for name, cell in zip(columns, line.cells, strict=True) if name}
        heard_at = self._heard_at(said)
        if isinstance(heard_at, Problem):
            return self._broken(topic, line, heard_at)
        event = {
            "deduplicationId": str(uuid.uuid5(_NAMESPACE, f"{self._dev_eui} {line.text}")),
            "time": heard_at,
            "deviceInfo": {"devEui": self._dev_eui},
            "fPort": self._type.f_ports[0] if self._type.f_ports else _PORT,
            "data": line.text.encode(),
            "object": said,
        }
        # Importing again is trying once more: what is stored stays, what was wrong and is right by now is let go of.
        return Taken(Message(topic, msgspec.json.encode(event), self._taken_at, retried=True))

    def _broken(self, topic: str, line: Line, problem: Problem) -> Taken:
        detail = f"{self._file_name}, line {line.number}: {problem.detail}"
        message = Message(topic, line.text.encode(), self._taken_at, retried=True)
        return Taken(message, Problem(problem.reason, detail))

    def _heard_at(self, said: dict[str, Any]) -> datetime | Problem:
        heard = self._recording.heard
        if heard is None:
            return self._by_its_clock(self._measured_s(said))
        try:
            first, second = _moments(str(said[heard.column]), heard, self._zone)
        except ValueError:
            detail = f"{heard.column} is {said[heard.column]!r}, and has the form {heard.form}."
            return Problem(Reason.LINE_MALFORMED, detail)
        if first == second or (measured_s := self._measured_s(said)) is None:
            return first
        return min(first, second, key=lambda each: abs(each.timestamp() - measured_s))

    def _measured_s(self, said: dict[str, Any]) -> int | None:
        """When the device says that it measured."""
        return objects.read(self._type, msgspec.json.encode(said)).time_s

    def _by_its_clock(self, measured_s: int | None) -> datetime | Problem:
        """Nobody else heard the line: the device's clock counts, where it can be right."""
        if measured_s is None:
            return Problem(Reason.CLOCK_WRONG, "Nothing says when it was measured.")
        moment = datetime.fromtimestamp(measured_s, UTC)
        detail = f"The node's clock said {moment:%Y-%m-%dT%H:%M:%SZ}."
        if clock.began_anew(measured_s):
            return Problem(Reason.CLOCK_RESET, detail)
        if moment > self._taken_at:
            return Problem(Reason.CLOCK_WRONG, detail)
        return moment


def _cells(text: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [text])
    except csv.Error:  # a cell of more than 128 KiB
        return [text]


def _value(cell: str) -> float | str | None:
    """A number where the cell is one, nothing where it is empty."""
    text = cell.strip()
    if not text:
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _moments(text: str, heard: Heard, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a line was heard: twice the same, but for the hour that comes twice a year. Raises ValueError."""
    moment = datetime.strptime(text, heard.form)  # noqa: DTZ007 the zone follows
    if moment.tzinfo:
        zone = moment.tzinfo
    first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second
