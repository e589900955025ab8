"""`plietsch ingest reprocess`: decode stored frames anew."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import psycopg
import typer
from rich.table import Table

from plietsch.ingest import browsing, database, reprocess, stopping
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import AsJson, device_of, parse_since
from plietsch.ingest.commands.progress import progress
from plietsch.ingest.database import Connection, DatabaseUnavailable
from plietsch.ingest.registrar import Registrar
from plietsch.ingest.registry import Device
from plietsch.ingest.reprocess import QUERIES, Done, Piece, Reprocessing
from plietsch.ingest.reprocess_changes import Changed, Example
from plietsch.ingest.stopping import Stop
from plietsch.platform import errors, logs, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.terminal import whole

EXAMPLE = """Examples:

`plietsch ingest reprocess --device 70b3d57ed0000001 --since 30d --dry-run` says what would change, and changes nothing.

`plietsch ingest reprocess --all --since 2026-01-01 --until 2026-02-01` decodes a month of all devices.
"""
# As a shell says of a process that Ctrl-C has ended.
_INTERRUPTED: Final = 130

Devices = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        help="A device: its DevEUI, or its station's code; several times for several.",
        metavar="DEV_EUI|STATION",
    ),
]
Every = Annotated[bool, typer.Option("--all", help="All devices.")]
Since = Annotated[
    datetime,
    typer.Option("--since", help="Frames heard since: 2h, 7d, 2026-01-31.", parser=parse_since, metavar="WHEN"),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", help="Frames heard before; otherwise until now.", parser=parse_since, metavar="WHEN",
                 show_default=False),
]  # fmt: skip
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]


class NoSuchDevice(errors.PlietschError):
    """No device has this DevEUI."""


def run(
    since: Since,
    until: Until = None,
    device: Devices = None,
    every: Every = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Decode stored frames by today's decoders, device types and deployments, and change what they said otherwise.

    Goes through the days of each device, a transaction each. Each value that is changed keeps a revision; tests and
    computed series follow. Ctrl-C stops after a day and leaves with 130: what is done stays, and calling it again does
    the rest. Doing it twice changes nothing the second time.
    """
    if every == bool(device):
        raise typer.BadParameter("Name devices by --device, or --all of them.")
    logs.configure(settings.read())
    with closing(_connect(browsing.address(database_url))) as connection, database.availability():
        devices = _devices(connection, None if every else device or ())
        found = reprocess.pieces(connection, devices, since, until or datetime.now(UTC))
        work = Reprocessing(connection, dry_run=dry_run)
        frames = sum(piece.frames for piece in found)
        with (
            stopping.on_signals() as stop,
            progress("looking" if dry_run else "decoding", frames, quiet=as_json) as advance,
        ):
            done, finished = _go_through(work, found, stop, advance)
        named = _named(connection, work)
    if as_json:
        output.document(_document(work, named, done, finished=finished, dry_run=dry_run))
    else:
        _say(work, named, done, finished=finished, dry_run=dry_run)
    if not finished:
        raise typer.Exit(_INTERRUPTED)


def _connect(database_url: str) -> Connection:
    try:
        return database.connect(database_url)
    except psycopg.Error as error:
        raise DatabaseUnavailable(
            database.explain(error), "Is it running, and is PLIETSCH_DATABASE_URL right?"
        ) from error


def _devices(connection: Connection, asked: Sequence[str] | None) -> list[Device]:
    """The devices that are meant. Raises NoSuchDevice, errors.DeviceUnknown."""
    known = Registrar(connection).registry.devices
    if asked is None:
        return list(known.values())
    dev_euis = [device_of(connection, each) for each in asked]
    for dev_eui in dev_euis:
        if dev_eui not in known:
            raise NoSuchDevice(f"There is no device {dev_eui}.", "`plietsch device list` names them.")
    return [known[dev_eui] for dev_eui in dict.fromkeys(dev_euis)]


def _go_through(
    work: Reprocessing, found: Sequence[Piece], stop: Stop, advance: Callable[[int], None]
) -> tuple[Done, bool]:
    """What was done, and whether that is all."""
    done = Done()
    for piece in found:
        if stop.is_set():
            return done, False
        done += work.run(piece)
        advance(piece.frames)
    return done, True


def _named(connection: Connection, work: Reprocessing) -> dict[int, tuple[str, str, str, str]]:
    """Station, property, method and unit of each datastream that changed."""
    rows = connection.execute(QUERIES["named"], {"datastream_ids": list(work.changes)})
    return {row[0]: row[1:] for row in rows}


def _document(
    work: Reprocessing, named: dict[int, tuple[str, str, str, str]], done: Done, *, finished: bool, dry_run: bool
) -> dict[str, Any]:
    changes = [
        {"datastream_id": each, "station": station, "property": code, "method": method, **changed.as_dict()}
        for each, changed in sorted(work.changes.items())
        for station, code, method, _ in [named[each]]
    ]
    return {**done._asdict(), "finished": finished, "dry_run": dry_run, "changes": changes}


def _say(
    work: Reprocessing, named: dict[int, tuple[str, str, str, str]], done: Done, *, finished: bool, dry_run: bool
) -> None:
    table = Table(whole("station"), whole("quantity"), "new", "changed", "gone", whole("from"), whole("to"), "e.g.")
    for each, changed in sorted(work.changes.items(), key=lambda item: (named[item[0]], item[0])):
        station, code, method, unit = named[each]
        quantity = code if method == "raw" else f"{code} ({method})"
        counts = changed.added, changed.revised, changed.removed
        cells = (station, quantity, *counts, output.moment(changed.first), output.moment(changed.last),
                 _example(changed, unit))  # fmt: skip
        table.add_row(*map(output.cell, cells))
    output.tables("Nothing would change." if dry_run else "Nothing changed.", table)
    output.lines(f"Frames: {done.frames}, of which say nothing, or not all, that can be stored: {done.undecoded}.")
    if dry_run and work.changes:
        output.lines("Nothing was changed: that is done without --dry-run.")
    if not finished:
        output.lines("Stopped before all was done; what is done stays." if not dry_run else "Stopped before the end.")


def _example(changed: Changed, unit: str) -> str:
    example: Example = changed.examples[0]
    return f"{_value(example.before)} → {_value(example.after)} {unit}"


def _value(pair: tuple[float | None, int] | None) -> str:
    if pair is None:
        return "nothing"
    result, quality = pair
    return f"{'–' if result is None else f'{result:g}'} (quality {quality})"
