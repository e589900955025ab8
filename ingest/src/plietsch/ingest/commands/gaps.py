"""`plietsch ingest gaps`: what is missing of a station's datastreams."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import ceil
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from plietsch.ingest import browsing, gaps
from plietsch.ingest.browsing import QUERIES, Cursor
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import AsJson, Most, parse_since
from plietsch.ingest.gaps import DAY, Gap, Series, Span
from plietsch.platform import errors
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.terminal import console, whole

EXAMPLE = "Examples: `plietsch ingest gaps hafen --since 30d`, `plietsch ingest gaps --all --property pm2_5 --json`"
# Wider bars do not fit beside the other columns of a terminal, which need so many characters.
_WIDEST_BAR, _NARROWEST_BAR, _OTHER_COLUMNS = 60, 8, 72
# Between two columns, in Rich's order: above, right, below, left.
_GAP = (0, 1, 0, 0)
_LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)

Station = Annotated[str | None, typer.Argument(help="A station, by its code.", metavar="STATION", show_default=False)]
Every = Annotated[bool, typer.Option("--all", help="All stations.")]
Since = Annotated[
    datetime, typer.Option("--since", help="From when on: 2h, 7d, 2026-01-31.", parser=parse_since, metavar="WHEN")
]
Property = Annotated[
    str | None, typer.Option("--property", help="Only this quantity, e.g. pm2_5.", metavar="CODE", show_default=False)
]


class NoSuchSeries(errors.PlietschError):
    """No station, or no quantity, has this name."""


def list_gaps(
    station: Station = None,
    every: Every = False,
    since: Since = "7d",  # pyright: ignore[reportArgumentType] parsed as if it had been given
    property_: Property = None,
    limit: Most = 20,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Where observations are missing while a device was deployed, and how much of each day is there.

    A gap is where a device that measures every five minutes was silent for more than seven and a half.
    """
    if every == bool(station):
        raise typer.BadParameter("Name a station, or --all of them.")
    now = datetime.now(UTC)
    since = max(since, _LONG_AGO)
    with browsing.cursor(database_url) as cursor:
        _require_known(cursor, station, property_)
        found = list(_series(cursor, station, property_, since, now))
    if as_json:
        output.document({"since": since, "until": now, "datastreams": [_document(each, since, now) for each in found]})
        return
    days = max(1, ceil((now - since) / DAY / _bar_width(console().width)))
    output.tables("Nothing was deployed there in that time.", _overview(found, since, now, days))
    output.tables("There is no gap." if found else "", _newest(found, now, limit))


def _bar_width(terminal: int) -> int:
    return min(_WIDEST_BAR, max(_NARROWEST_BAR, terminal - _OTHER_COLUMNS))


def _require_known(cursor: Cursor, station: str | None, property_: str | None) -> None:
    """Raises NoSuchSeries."""
    if station and not cursor.execute(QUERIES["station_known"], {"station": station}).fetchone():
        raise NoSuchSeries(f"There is no station {station}.", "`plietsch device list` names them.")
    properties = [row.code for row in cursor.execute(QUERIES["properties"])]
    if property_ and property_ not in properties:
        raise NoSuchSeries(f"There is no quantity {property_}.", f"There are {', '.join(properties)}.")


def _series(
    cursor: Cursor, station: str | None, property_: str | None, since: datetime, now: datetime
) -> Iterator[Series]:
    asked = {"station": station, "property": property_, "since": since, "until": now}
    rows = cursor.execute(QUERIES["deployed_datastreams"], asked).fetchall()
    for datastream_id, group in groupby(rows, key=lambda row: row.id):
        deployed = list(group)
        interval = {"datastream_id": datastream_id, "since": since}
        # A gap lasts while its end lies ahead: the function itself ends with the present.
        found = cursor.execute(QUERIES["gaps"], {**interval, "until": now + DAY}).fetchall()
        observed = cursor.execute(QUERIES["observed"], {**interval, "until": now}).fetchone()
        first = deployed[0]
        yield Series(
            datastream_id,
            first.station,
            first.property,
            first.method,
            first.sensor,
            [Span(row.from_time, row.to_time, timedelta(seconds=row.step_s)) for row in deployed],
            [Gap(row.gap_start, row.gap_end, row.missing) for row in found],
            observed[0] if observed else 0,
        )


def _overview(found: list[Series], since: datetime, now: datetime, days: int) -> Table:
    each = "a day" if days == 1 else f"{days} days"
    table = Table(
        whole("station"), _quantity(), whole("there"), whole("missing"), whole("gaps"), "longest", whole("coverage"),
        caption=f"coverage since {output.moment(since)}, {each} a character (UTC); · nothing, blank: not deployed",
        caption_justify="left", box=None, padding=_GAP,
    )  # fmt: skip
    for series in found:
        bar = gaps.bar(gaps.coverage(series, since, now, days))
        cells = (series.station, series.quantity, _percent(series.availability), series.missing, len(series.gaps))
        table.add_row(*map(output.cell, (*cells, _span(series.longest(now)), bar)))
    return table


def _quantity() -> Column:
    """Most names stand whole; a method beside one, and a rarely long one, is folded where a terminal is narrow."""
    return Column("quantity", min_width=len("temperature"), overflow="fold")


def _newest(found: list[Series], now: datetime, limit: int) -> Table:
    listed = [(gap, series) for series in found for gap in series.gaps]
    listed.sort(key=lambda each: (each[0].end or now, each[0].start), reverse=True)
    # Where a terminal is narrow, a day and its hour stand below each other.
    table = Table(
        whole("station"), _quantity(), "from", "to", whole("lasted"), whole("missing"), box=None, padding=_GAP
    )
    table.title = "Gaps" if len(listed) <= limit else f"The newest {limit} of {len(listed)} gaps"
    for gap, series in listed[:limit]:
        end = output.moment(gap.end) if gap.end else "still lasting"
        lasted = _span((gap.end or now) - gap.start)
        cells = (series.station, series.quantity, output.moment(gap.start), end, lasted, gap.missing)
        table.add_row(*map(output.cell, cells))
    return table


def _document(series: Series, since: datetime, now: datetime) -> dict[str, Any]:
    return {
        "datastream_id": series.datastream_id,
        "station": series.station,
        "property": series.code,
        "method": series.method,
        "sensor": series.sensor,
        "observed": series.observed,
        "missing": series.missing,
        "availability": series.availability,
        "gaps": [gap._asdict() for gap in series.gaps],
        "days": [{"date": day.date(), "coverage": part} for day, part in gaps.coverage(series, since, now)],
    }


def _percent(part: float | None) -> str:
    if part is None:
        return "–"
    # Never rounded up to all of it.
    return f"{int(part * 1_000) / 10:.1f} %"


def _span(span: timedelta | None) -> str:
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
