"""The series behind rows: what was measured where, by which instrument and method, and where values are missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.api.metadata import methods
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api.metadata", "metadata.sql")
# So many series are described; who asks for more is told so, and can ask for a station at a time.
MOST_SERIES = 1_000
# A gap is longer than so many intervals: one reading may be lost, two are bad luck.
_INTERVALS = 3
# So many gaps of a series are listed, the longest ones.
MOST_GAPS = 100
# To find gaps every observation is looked at: of more than so many it would take longer than somebody waits.
MOST_OBSERVATIONS = 1_000_000
# Of every instrument here: bought, built and hung by people, held against no official one.
INDICATIVE = "Indicative: good for course, comparison and warning signs; it does not replace an official measurement."


class Series(NamedTuple):
    """A datastream, what it measures with, and how often its device is meant to measure."""

    id: int
    station: str
    station_name: str
    simulated: bool
    licence: str
    attribution: str
    property: str
    property_name: str
    property_description: str
    definition: str
    unit: str
    unit_symbol: str
    decimals: int
    spread_of: str | None
    method: str
    by_default: bool
    model: str
    manufacturer: str
    sensor_description: str
    datasheet_url: str | None
    interval_s: int


Row = TypeVar("Row")


class _Mounting(NamedTuple):
    datastream_id: int
    since: datetime | None
    until: datetime | None
    gauge_zero_distance_m: float | None
    gauge_zero_nhn_m: float | None
    rain_tip_mm: float | None


class _Gap(NamedTuple):
    datastream_id: int
    start_time: datetime
    end_time: datetime | None
    gaps: int
    missing_s: float


async def about(
    connection: AsyncConnection[Any], ids: Sequence[int], start: datetime, end: datetime
) -> Mapping[str, Any]:
    """Members of a metadata document: the series of some datastreams, by station and property, and their methods, with
    how they were mounted and where values are missing in a span."""
    found = await _described(connection, ids)
    asked = {"ids": [each.id for each in found], "start": start, "end": end}
    mountings = _by_datastream(await _read(connection, _Mounting, "mountings", asked))
    gaps = await _gaps(connection, asked)
    missing = None if gaps is None else _by_datastream(gaps)
    more = {
        each.id: {
            "mounted": [_mounting(mounting) for mounting in mountings[each.id]],
            **_missing(None if missing is None else missing[each.id]),
        }
        for each in found
    }
    return {**_documents(found, len(ids), more), "gaps": _rule(are_known=gaps is not None)}


async def of_stations(
    connection: AsyncConnection[Any], stations: Sequence[str], properties: Sequence[str] = ()
) -> Mapping[str, Any]:
    """The same of all series of some stations, or of those of some properties, without what is of a span."""
    asked = {"stations": list(stations), "properties": list(properties) or None}
    ids = [id_ for (id_,) in await (await connection.execute(_QUERIES["of_stations"], asked)).fetchall()]
    return _documents(await _described(connection, ids), len(ids), {})


def _documents(found: Sequence[Series], many: int, more: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Series of so many that were asked for, with what else is known of each."""
    return {
        "series": [{**_document(each), **more.get(each.id, {})} for each in found],
        "series_not_shown": max(0, many - MOST_SERIES),
        "methods": {name: methods.document(name) for name in sorted({each.method for each in found})},
    }


async def _described(connection: AsyncConnection[Any], ids: Sequence[int]) -> list[Series]:
    return await _read(connection, Series, "series", {"ids": list(ids[:MOST_SERIES])})


async def _gaps(connection: AsyncConnection[Any], asked: Mapping[str, Any]) -> list[_Gap] | None:
    """None where there is too much to be looked at."""
    expected = await (await connection.execute(_QUERIES["expected"], asked)).fetchone()
    if expected is None or expected[0] > MOST_OBSERVATIONS:
        return None
    return await _read(connection, _Gap, "gaps", {**asked, "intervals": _INTERVALS, "most": MOST_GAPS})


async def _read(
    connection: AsyncConnection[Any], row: type[Row], query: str, parameters: Mapping[str, Any]
) -> list[Row]:
    async with connection.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(_QUERIES[query], parameters)
        return await cursor.fetchall()


def _rule(*, are_known: bool) -> dict[str, Any]:
    """What is called a gap; that they were not looked for, where they were not."""
    rule = f"A gap is longer than {_INTERVALS} times `interval_s`. Each series lists its longest {MOST_GAPS} at most."
    if not are_known:
        rule = f"Not looked for: more than {MOST_OBSERVATIONS} observations. Ask for fewer series, or a shorter span."
    return {"looked_for": are_known, "rule": rule}


def _document(each: Series) -> dict[str, Any]:
    return {
        "datastream": each.id,
        "station": each.station,
        "property": {
            "code": each.property,
            "name": each.property_name,
            "description": each.property_description,
            "definition": each.definition,
            "spread_of": each.spread_of,
        },
        "unit": each.unit,
        "unit_symbol": each.unit_symbol,
        "decimals": each.decimals,
        "method": each.method,
        "default_method": each.by_default,
        "sensor": {
            "model": each.model,
            "manufacturer": each.manufacturer,
            "description": each.sensor_description,
            "datasheet_url": each.datasheet_url,
            "indicative": True,
            "limits": INDICATIVE,
        },
        "interval_s": each.interval_s,
    }


def _mounting(mounting: _Mounting) -> dict[str, Any]:
    """From when until when, and what of it counts for the method; null at an end that is open."""
    _, since, until, *_ = mounting
    counting = {
        name: value for name, value in mounting._asdict().items() if name.endswith("_m") or name.endswith("_mm")
    }
    return {"from": since, "to": until, **{name: value for name, value in counting.items() if value is not None}}


def _missing(gaps: Sequence[_Gap] | None) -> dict[str, Any]:
    if gaps is None:
        return {"gaps": None, "gap_count": None, "missing_s": None}
    return {
        "gaps": [{"from": gap.start_time, "to": gap.end_time} for gap in gaps],
        "gap_count": gaps[0].gaps if gaps else 0,
        "missing_s": round(gaps[0].missing_s) if gaps else 0,
    }


def _by_datastream(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.datastream_id].append(row)
    return found
