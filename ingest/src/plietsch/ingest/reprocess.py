"""Frames decoded anew: what they say by today's decoders, types and deployments takes the place of what they said then.

    a device's frames of a day → observations → what is stored otherwise → revised → judged    one transaction

A value belongs to the frame that brought it first, which is the one heard at its `result_time`. What another frame says
of the same moment (nodes send readings again) changes nothing, so that doing this twice does what doing it once does.
Values that no frame brought are left alone. Computed series are not decoded: the judge makes them anew.

errors.PlietschError
└── TypeUnknown
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg.errors import ConfigurationLimitExceeded, OutOfMemory, QueryCanceled

from plietsch.ingest import interpret, observing, registrar
from plietsch.ingest.database import QUERIES as REGISTRY
from plietsch.ingest.database import Connection
from plietsch.ingest.judge import assessing, windows, writing
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Collected, Span
from plietsch.ingest.judge.windows import Stored, Tests
from plietsch.ingest.judge.writing import Difference, Wanted
from plietsch.ingest.observing import Frame
from plietsch.ingest.registry import Device
from plietsch.ingest.reprocess_changes import Changes
from plietsch.ingest.rows import ObservationRow
from plietsch.platform import errors, sql

QUERIES = sql.load("plietsch.ingest", "reprocess.sql")

_DAY: Final = timedelta(days=1)
# What a frame brought and does not say any more is looked for this far around when it was heard, and around all that it
# says now: a node that sends what it kept for longer says so in times of 32 bits, which no decoder gets wrong alone.
_BEFORE_S: Final = 86_400
_AFTER_S: Final = 3_600
# Readings of a device are further apart than this seldom; nearer ones are looked up as one span.
_GAP_S: Final = 86_400
# So near lie the readings of a day: what is judged is one span, not one for each of them.
_NEAR_S: Final = 3_600
# Less is not divided any further.
_LEAST: Final = timedelta(minutes=1)
_TOO_LARGE = (QueryCanceled, OutOfMemory, ConfigurationLimitExceeded)


_NO_TESTS: Final[Tests] = {}
# A datastream, and a second.
Key = tuple[int, int]


class TypeUnknown(errors.PlietschError):
    """Nobody here knows how to decode a device's frames."""


class Piece(NamedTuple):
    """The frames of a device that were heard from a moment on, before another one, and how many they are about."""

    device: Device
    since: datetime
    until: datetime
    frames: int


class Done(NamedTuple):
    """What became of a piece: how many frames were decoded, and how many of them say nothing that can be stored."""

    frames: int = 0
    undecoded: int = 0

    def __add__(self, other: tuple[Any, ...]) -> "Done":
        return Done(*(a + b for a, b in zip(self, other, strict=True)))


def pieces(connection: Connection, devices: Sequence[Device], since: datetime, until: datetime) -> list[Piece]:
    """The days on which devices were heard. Raises TypeUnknown: who decoded nothing would take everything away."""
    for device in devices:
        _require_type(device)
    connection.execute(QUERIES["be_patient"])
    by_id = {device.id: device for device in devices}
    asked = {"device_ids": list(by_id), "since": since, "until": until}
    return [
        Piece(by_id[device_id], max(day, since), min(day + _DAY, until), frames)
        for device_id, day, frames in connection.execute(QUERIES["frame_days"], asked)
    ]


def _require_type(device: Device) -> None:
    if device.type is None:
        raise TypeUnknown(
            f"The type of the device {device.dev_eui} is not known here.",
            "`plietsch device-type list` lists types.",
        )


class Reprocessing:
    """Decodes pieces anew, over one connection, and keeps what was different."""

    def __init__(self, connection: Connection, *, dry_run: bool) -> None:
        self._connection = connection
        connection.execute(REGISTRY["listen"])  # before anything is loaded: no change is missed
        self._known = Known(connection)
        self._dry_run = dry_run
        self.changes = Changes()

    def run(self, piece: Piece) -> Done:
        """Decode a piece and write what differs; of a dry run nothing stays. Raises database.DatabaseUnavailable."""
        found: list[Difference] = []
        if list(self._connection.notifies(timeout=0)):
            self._known.forget()
        try:
            with self._connection.transaction(force_rollback=self._dry_run):
                done = self._decode(piece, found)
        except _TOO_LARGE:
            if piece.until - piece.since <= _LEAST:
                raise
            middle = piece.since + (piece.until - piece.since) / 2
            return self.run(piece._replace(until=middle)) + self.run(piece._replace(since=middle))
        self.changes.note(found)
        return done

    def _decode(self, piece: Piece, found: list[Difference]) -> Done:
        # Before anything is read: who judges meanwhile would change it.
        assessing.lock(self._connection)
        piece = self._as_it_is_now(piece)
        said, heard, done = self._said(piece)
        stored = self._stored(self._where(piece, said))
        raw = list(_differences(said, stored, heard))
        written = writing.write(self._connection, raw, "reprocess", _reason)
        found += raw
        touched = Collected()
        for datastream_id, time_s in [*said, *((each.datastream_id, each.time_s) for each in raw)]:
            touched.add(datastream_id, Span(time_s, time_s))
        spans = touched.merged(_NEAR_S)
        written += assessing.assess(self._connection, self._known, spans, "reprocess", found.extend).written
        writing.enter(self._connection, written, "reprocess")
        return done

    def _as_it_is_now(self, piece: Piece) -> Piece:
        """The piece with the device as it is by now: it may have been moved in the hours since the command began, and
        whoever moved it may have decoded its frames anew already. Within a transaction no notification comes."""
        gone = Device(piece.device.id, piece.device.dev_eui)
        device = next(iter(registrar.load(self._connection, [piece.device.dev_eui])), gone)
        if device != piece.device:
            _require_type(device)
            self._known.forget()
        return piece._replace(device=device)

    def _said(self, piece: Piece) -> tuple[dict[Key, list[ObservationRow]], set[datetime], Done]:
        """What frames say, by datastream and second, in the order in which they were heard; and when that was."""
        said: defaultdict[Key, list[ObservationRow]] = defaultdict(list)
        heard: set[datetime] = set()
        asked = {"device_id": piece.device.id, "since": piece.since, "until": piece.until}
        frames = undecoded = 0
        for event_time, received_at, *frame in self._connection.execute(QUERIES["frames"], asked):
            heard_at = interpret.when_heard(event_time, received_at)
            observed = observing.observe(Frame(*frame), piece.device, heard_at)
            heard.add(heard_at)
            frames += 1
            undecoded += observed.problem is not None
            for row in observed.observations:
                if self._known.rank(row.datastream_id) == 0:
                    said[row.datastream_id, int(row.phenomenon_time.timestamp())].append(row)
        return said, heard, Done(frames, undecoded)

    def _where(self, piece: Piece, said: Iterable[Key]) -> dict[int, list[Span]]:
        """Where values may be that the frames of a piece brought, or bring now."""
        around = Span(int(piece.since.timestamp()) - _BEFORE_S, int(piece.until.timestamp()) + _AFTER_S)
        found = Collected()
        for deployment in piece.device.deployments:
            for datastream_id in deployment.datastream_ids.values():
                if self._known.rank(datastream_id) == 0:
                    found.add(datastream_id, around)
        for datastream_id, time_s in said:
            found.add(datastream_id, Span(time_s, time_s))
        return found.merged(_GAP_S)

    def _stored(self, spans: Mapping[int, Sequence[Span]]) -> dict[Key, tuple[Stored, datetime | None]]:
        with self._connection.cursor(binary=True) as cursor:
            rows = cursor.execute(QUERIES["stored"], windows.asked(spans))
            return {(row[0], row[1]): (Stored(*row[2:6]), row[6]) for row in rows}


def _differences(
    said: Mapping[Key, Sequence[ObservationRow]],
    stored: Mapping[Key, tuple[Stored, datetime | None]],
    heard: Collection[datetime],
) -> Iterator[Difference]:
    """Where frames that were heard then say something else than is stored of them."""
    for key in sorted({*said, *stored}):
        value, heard_at = stored.get(key, (None, None))
        if value is not None and heard_at not in heard:
            continue  # another frame brought it, or none
        rows = said.get(key, ())
        row = next((row for row in rows if row.result_time == heard_at), rows[0] if rows else None)
        tests = value.tests or _NO_TESTS if value else _NO_TESTS
        wanted = Wanted(row.result, row.quality, tests, row.result_time) if row else None
        difference = Difference(*key, value, wanted)
        if difference.is_of_value or difference.is_of_tests:
            yield difference


def _reason(difference: Difference) -> str:
    return "decoded anew" if difference.wanted else "decoded anew: the frame does not say it"
