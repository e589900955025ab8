"""What observations are called, whose they are, and what their rows mean: for files and for metadata."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from plietsch.api.formats.table import Source, Table, at_once
from plietsch.api.metadata import series as metadata
from plietsch.api.observations import asking
from plietsch.api.observations.long import Long
from plietsch.api.observations.question import Question
from plietsch.api.observations.series import Series
from plietsch.api.observations.wide import Wide

# So many names are part of a title.
_MOST_NAMED = 3
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_DESCRIPTIONS = {
    "raw": "Values as they were measured or computed; null where the instrument failed or had none.",
    "10m": "Values by ten minutes (UTC); a bucket that lies in the span in part is of that part.",
    "1h": "Values by hour (UTC); a bucket that lies in the span in part is of that part.",
    "1d": "Values by day of the zone; a bucket that lies in the span in part is of that part.",
    "1mo": "Values by month of the zone; a bucket that lies in the span in part is of that part.",
}


def named(table: Table, question: Question, found: Sequence[Series]) -> Table:
    """A table of observations with its title, what its file is called, and the stations that they can be of."""
    stations = {each.station: each for each in found}
    return replace(
        table,
        title=title(question, found),
        description=_DESCRIPTIONS[question.resolution],
        label=label(question, [*stations]),
        sources=[
            Source(code, each.name, each.licence, each.attribution, each.simulated)
            for code, each in sorted(stations.items())
        ],
        lasting=lasting(question, table.before["complete_to"]),
    )


async def table(
    connection: AsyncConnection[Any], question: Question, found: Sequence[Series], complete_to: str
) -> Table:
    """The table without its rows: what they mean, and where values are missing.

    Raises errors.ParameterInvalid where a wide table would be too wide.
    """
    layout = Wide(question, found) if question.layout == "wide" else Long(question, found, is_bare=False)
    said = await metadata.about(connection, [each.id for each in found], question.start, question.end)

    async def about() -> Mapping[str, Any]:
        return said

    before = question.said(question.start, complete_to)
    return named(Table("observations", layout.schema, at_once([]), before, about=about), question, found)


def lasting(question: Question, complete_to: str) -> Mapping[str, str | None]:
    """The parameters of an address that leads to the same rows later: its span, and what that was complete to."""
    span = {"to": asking.written_time(question.end), "at": complete_to}
    if question.newest is not None:
        return {"last": str(question.newest), **span}
    return {"last": None, "from": asking.written_time(question.start), **span}


def title(question: Question, found: Sequence[Series]) -> str:
    """What was measured where, from when until when."""
    until = f"{question.end:{_TIME}}"
    since = begins(question)
    span = f"newest {question.newest} of each series until {until}" if since is None else f"{since:{_TIME}} to {until}"
    if not found:
        return f"Observations, {span}"
    what = _enumerated(dict.fromkeys(each.property for each in found), "properties")
    where = _enumerated(dict.fromkeys(each.name for each in found), "stations")
    return f"Observations of {what} at {where}, {span}"


def begins(question: Question) -> datetime | None:
    """Where the span begins; None where the newest of each series are asked for, of which each begins elsewhere."""
    return question.start if question.newest is None else None


def label(question: Question, stations: Sequence[str]) -> str:
    """What a file's name says of the question: the station, if it is one, and since when, or how many until when."""
    alone = stations if len(stations) == 1 else ()
    since = begins(question)
    of_time = f"newest-{question.newest}-{question.end:%Y-%m-%d}" if since is None else f"{since:%Y-%m-%d}"
    return "-".join([*alone, of_time])


def _enumerated(names: Collection[str], of_many: str) -> str:
    return "; ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} {of_many}"
