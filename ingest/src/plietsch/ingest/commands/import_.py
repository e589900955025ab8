"""`plietsch ingest import`: a recording, line by line, as if a broker had brought it."""

from pathlib import Path
from typing import Annotated

import typer

from plietsch.ingest import browsing, recording_import, stopping
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import AsJson
from plietsch.ingest.commands.progress import progress
from plietsch.ingest.recording_import import Summary
from plietsch.platform import logs, settings
from plietsch.platform.commands.options import DatabaseUrl

EXAMPLE = (
    "Examples: `plietsch ingest import card.csv --device hafen`, "
    "`plietsch ingest import sheet.csv --device 70b3d57ed0000001 --name waterLevel_0002 --dry-run`"
)

Recorded = Annotated[
    Path,
    typer.Argument(
        help="The recording: lines of text with columns.", metavar="FILE", exists=True, dir_okay=False, readable=True
    ),
]
Whose = Annotated[
    str,
    typer.Option(
        "--device", help="The device that recorded it: its DevEUI, or its station's code.", metavar="DEV_EUI|STATION"
    ),
]
Name = Annotated[
    str | None,
    typer.Option("--name", help="Only the lines of this name, where a file holds several devices.", show_default=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would become of it; store nothing.")]


def import_(
    recorded: Recorded,
    device: Whose,
    name: Name = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Store a recording: each line as a frame that was heard when the line says, with what it measured.

    The device's type says how its recordings lie (docs/recordings.md). Importing again changes nothing, and stores
    what was refused once and is right by now. Stopped with Ctrl-C, whole batches are stored; the same command goes on.
    A line that cannot become observations is kept with its number: `plietsch ingest errors`.
    """
    logs.configure(settings.read())
    try:
        summary = _imported(recorded, device, name, dry_run, as_json, browsing.address(database_url))
    except OSError as error:
        raise typer.BadParameter(f"{recorded} cannot be read: {error.strerror}.") from error
    if as_json:
        output.document(_document(summary, dry_run))
    else:
        output.lines(*_told(summary, dry_run))
    if summary.stopped:
        raise typer.Exit(130)


def _imported(recorded: Path, device: str, name: str | None, dry_run: bool, quiet: bool, database_url: str) -> Summary:
    with recording_import.opened(database_url) as opened, stopping.on_signals() as stop:
        meant = opened.device(device)
        file = recording_import.file(recorded, recording_import.type_of(meant))
        with progress("importing", file.names().total(), quiet=quiet) as advance:
            lines = recording_import.taken(file, meant, name)
            return opened.run(lines, dry=dry_run, stopped=stop.is_set, on_progress=advance)


def _document(summary: Summary, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "stopped": summary.stopped,
        "lines": summary.lines,
        "of_other_devices": summary.of_others,
        "observations": summary.observations,
        "repeated": summary.repeated,
        "problems": {reason.value: count for reason, count in summary.problems.most_common()},
    }


def _told(summary: Summary, dry_run: bool) -> list[str]:
    new = "Observations there would be at most" if dry_run else "New observations"
    told = [f"Lines: {summary.lines}, of other devices: {summary.of_others}.", f"{new}: {summary.observations}."]
    if summary.repeated:
        told.append(f"At times of which there is a value already: {summary.repeated}.")
    if summary.problems:
        told.append(f"Lines with a problem: {summary.problems.total()}; `plietsch ingest errors` shows them.")
        told += [f"  {count} × {reason.value}: {reason.meaning}" for reason, count in summary.problems.most_common()]
    if summary.stopped:
        told.append("Stopped." if dry_run else "Stopped; what was read is stored. The same command goes on.")
    return told
