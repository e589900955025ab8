"""A recording into the database, by the way of whatever a broker brings: interpreted, and stored in whole batches.

errors.PlietschError
├── DeviceAmbiguous
└── NameNeeded
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psycopg

from plietsch.ingest import database, interpret, recording
from plietsch.ingest.database import Connection, DatabaseUnavailable
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.reasons import Reason
from plietsch.ingest.recording import Line, Taken
from plietsch.ingest.registrar import Registrar
from plietsch.ingest.registry import Device
from plietsch.ingest.writer import Writer
from plietsch.platform import errors, sql
from plietsch.platform.device_types.specification import DeviceType, Recording

_QUERIES = sql.load("plietsch.ingest", "recording.sql")
# How many lines are stored in one transaction.
BATCH = 1_000


class DeviceAmbiguous(errors.PlietschError):
    """Several devices stood at the station."""


class NameNeeded(errors.PlietschError):
    """The recording holds several devices, or not the one that was named."""


@dataclass
class Summary:
    """What became of a recording: lines that were taken, and those of other devices; observations that are new (before
    a dry run's end: that there would be at most) and that were there before; lines with a problem, by reason."""

    lines: int = 0
    of_others: int = 0
    observations: int = 0
    repeated: int = 0
    problems: Counter[Reason] = field(default_factory=Counter[Reason])
    stopped: bool = False


class File:
    """A recording that is there to be read, more than once."""

    def __init__(self, path: Path, layout: Recording) -> None:
        self.path = path
        self.layout = layout

    def lines(self) -> Generator[Line]:
        """What stands in the file. Raises OSError."""
        with self.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as texts:
            yield from recording.lines(texts, self.layout)

    def names(self) -> Counter[str | None]:
        """How many lines there are of each device, and how many that name none. Raises OSError."""
        return Counter(recording.name_of(line, self.layout) for line in self.lines())


class Import:
    """Stores recordings over one connection. Everything here raises database.DatabaseUnavailable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._registrar = Registrar(connection)
        self._writer = Writer(connection)

    def device(self, said: str) -> Device:
        """The device of a DevEUI, or the one that stands at a station. Raises errors.DeviceUnknown, DeviceAmbiguous."""
        asked = {"dev_eui": said.lower(), "station": said}
        with database.availability():
            rows = self._connection.execute(_QUERIES["devices_of"], asked).fetchall()
        if not rows:
            raise errors.DeviceUnknown(f"No device is registered as {said}.", "`plietsch device list` names them.")
        if len(rows) > 1:
            named = ", ".join(row[0] for row in rows)
            raise DeviceAmbiguous(f"At {said} there are several devices: {named}.", "Name one by its DevEUI.")
        device = self._registrar.registry.find(rows[0][0])
        assert device  # noqa: S101 the registry holds all there are
        return device

    def run(
        self,
        lines: Iterable[tuple[Line, Taken | None]],
        *,
        dry: bool,
        stopped: Callable[[], bool],
        on_progress: Callable[[int], None],
        batch_lines: int = BATCH,
    ) -> Summary:
        """Interpret and store lines batch by batch, until there are none or it shall stop; None is another device's."""
        summary = Summary()
        found = iter(lines)
        while batch := list(islice(found, batch_lines)):
            taken = [each for _, each in batch if each]
            outcomes = [self._outcome(each) for each in taken]
            summary.lines += len(taken)
            summary.of_others += len(batch) - len(taken)
            self._store(outcomes, dry, summary)
            on_progress(len(batch))
            if stopped():
                summary.stopped = True
                break
        return summary

    def _outcome(self, taken: Taken) -> Outcome:
        registry = self._registrar.registry
        if taken.problem is None:
            return interpret.interpret(taken.message, registry)
        dev_eui = interpret.dev_eui(taken.message)
        device = registry.find(dev_eui) if dev_eui else None
        return Outcome(taken.message, dev_eui, device.id if device else None, "up", problem=taken.problem)

    def _store(self, outcomes: Sequence[Outcome], dry: bool, summary: Summary) -> None:
        if dry:
            summary.observations += sum(len(outcome.observations) for outcome in outcomes)
        else:
            stored = self._writer.store(outcomes)
            summary.observations += stored.observations
            summary.repeated += stored.repeated
            outcomes = stored.outcomes
        summary.problems.update(outcome.problem.reason for outcome in outcomes if outcome.problem)


@contextmanager
def opened(database_url: str) -> Generator[Import]:
    """Connect, and disconnect at the end. Raises database.DatabaseUnavailable."""
    try:
        connection = database.connect(database_url)
    except psycopg.Error as error:
        raise DatabaseUnavailable(database.explain(error), "Is it running, and is its address right?") from error
    with closing(connection):
        yield Import(connection)


def type_of(device: Device) -> DeviceType:
    """The device's type. Raises errors.DeviceTypeInvalid."""
    if device.type is None:
        raise errors.DeviceTypeInvalid(f"Nobody here knows the type of {device.dev_eui}.", "Run `plietsch db migrate`.")
    return device.type


def file(path: Path, device_type: DeviceType) -> File:
    """A recording of a device of a type. Raises recording.RecordingUnknown, OSError."""
    with path.open(encoding="utf-8-sig", errors="replace") as texts:
        first = next(iter(texts), "").rstrip("\r\n")
    return File(path, recording.layout(device_type, first))


def taken(lines: File, device: Device, name: str | None) -> Generator[tuple[Line, Taken | None]]:
    """Each line with the message that it becomes, None for those of another name.

    Raises NameNeeded, errors.DeviceTypeInvalid, OSError.
    """
    _check(name, lines.names())
    reader = recording.Reader(type_of(device), lines.layout, device.dev_eui, lines.path.name, datetime.now(UTC))
    for line in lines.lines():
        # A line that names none may be anybody's: it is broken, and that is said.
        wanted = name is None or recording.name_of(line, lines.layout) in (name, None)
        yield line, reader.take(line) if wanted else None


def _check(name: str | None, counted: Counter[str | None]) -> None:
    """Raises NameNeeded."""
    listed = ", ".join(f"{each} ({count})" for each, count in counted.most_common() if each is not None)
    if name is None and len(counted.keys() - {None}) > 1:
        raise NameNeeded(f"The recording holds several devices: {listed}.", "Say which with --name.")
    if name is not None and not listed:
        raise NameNeeded("The recording names no devices.", "Leave out --name.")
    if name is not None and name not in counted:
        raise NameNeeded(f"The recording holds nothing of {name}.", f"It holds {listed}.")
