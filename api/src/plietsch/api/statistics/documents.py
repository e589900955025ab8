"""The shapes of statistics as answers, for the OpenAPI document; as JSON, and as rows."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from plietsch.api import formats
from plietsch.api.documents import Document, GaugeName, Source
from plietsch.api.listings.answers import FLAG, NUMBER, TEXT, TIME, WHOLE, Column
from plietsch.api.metadata import document as metadata
from plietsch.api.statistics import limits, periods
from plietsch.api.statistics.figures import PERCENTILES, Answer, Capture, Extreme, Figures
from plietsch.api.statistics.reading import Row, Series

INDICATIVE = (
    "Indicative: self-built instruments show the course and where there is more or less. Whether a limit was met is "
    "said as if they were official ones, and takes the place of no official measurement."
)
_INSUFFICIENT = "Less than 75 % of the period's hours are known: no figures can be said of it."
_LACKS_DAYS = (
    "Less than 75 % of the period's days are known: no figures of days can be said of it, but that a limit was missed "
    "where too many are above already."
)
_RANKS = (1, 2, 3, 4)


class CaptureDocument(Document):
    share: float = Field(description="Of the period's hours that are over, from 0 to 1.", examples=[0.973])
    hours: int = Field(description="Hours that are known: with 75 % of their values.", examples=[8524])
    hours_possible: int = Field(examples=[8760])
    days: int = Field(description="Days that are known: with 75 % of their hours.", examples=[356])
    days_possible: int = Field(examples=[365])


class ExtremeDocument(Document):
    value: float = Field(description="In the unit of the property.", examples=[412.7])
    time: datetime = Field(description="When it was measured first.", examples=["2025-12-31T23:25:00Z"])


class LimitDocument(Document):
    code: Literal["eu-2008-50", "eu-2024-2881", "who-2021"] = Field(
        description="Directive 2008/50/EC; directive (EU) 2024/2881, from 2030; WHO guidelines of 2021.",
        examples=["eu-2008-50"],
    )
    of: Literal["day", "year"] = Field(description="For the mean of what.", examples=["day"])
    value: float = Field(description="In the unit of the property.", examples=[50])
    days_above: int | None = Field(
        description="null for the mean of a year, and where there are too few days; where these are more than a year "
        "may have, how many at least (`days_sufficient` is false).",
        examples=[4],
    )
    days_allowed: int | None = Field(
        description="null for the mean of a year, and where the 99th percentile of the days decides (WHO).",
        examples=[35],
    )
    met: bool | None = Field(description="null where only a whole year says so, or too few days.", examples=[True])


class LevelDocument(Document):
    rank: int = Field(examples=[1])
    level_cm: float = Field(examples=[600])
    name: GaugeName
    days: int = Field(description="On how many days the water reached it.", examples=[3])


class Statistic(Document):
    station: str = Field(examples=["flensburg-suedermarkt"])
    region: str = Field(examples=["flensburg"])
    property: str = Field(examples=["pm10"])
    method: str = Field(examples=["raw"])
    sensors: list[str] = Field(description="The models of instruments that measured it.", examples=[["SDS011"]])
    unit: str = Field(description="UCUM", examples=["ug/m3"])
    unit_symbol: str = Field(examples=["µg/m³"])
    period: str | None = Field(description="The year or month; null for a span of your own.", examples=["2025"])
    from_: datetime = Field(alias="from", examples=["2024-12-31T23:00:00Z"])
    to: datetime = Field(description="Does not belong to it.", examples=["2025-12-31T23:00:00Z"])
    zone: str = Field(description="By whose calendar (IANA).", examples=["Europe/Berlin"])
    complete: bool = Field(description="Whether the period is over.", examples=[True])
    capture: CaptureDocument
    sufficient: bool = Field(description="Whether 75 % of the hours are known: for any figures.", examples=[True])
    days_sufficient: bool = Field(description="Whether 75 % of the days are known: for those of days.", examples=[True])
    reason: str | None = Field(description="Why there are no figures, or none of days.", examples=[None])
    mean: float | None = Field(description="Of the hours' means.", examples=[17.32])
    min: ExtremeDocument | None
    max: ExtremeDocument | None
    sum: float | None = Field(description="Of rain, in mm.", examples=[None])
    percentiles: dict[str, float] | None = Field(examples=[{"50": 14.2, "90": 30.1, "98": 47.9, "99": 55.0}])
    percentiles_of: Literal["day", "hour"] | None = Field(
        description="Of the means of days, for fine dust, or of hours.", examples=["day"]
    )
    days: dict[str, int] | None = Field(
        description="Days that have a name: `wet` (1 mm of rain at least); `ice` (below 0 °C all day), `frost` (below "
        "0 °C), `summer` (25 °C at least), `hot` (30 °C at least).",
        examples=[{}],
    )
    limits: list[LimitDocument] | None
    levels: list[LevelDocument] | None = Field(description="Of a gauge; otherwise empty.")


class Statistics(Document):
    from_: datetime = Field(alias="from", examples=["2025-01-01T00:00:00Z"])
    to: datetime = Field(examples=["2026-05-01T00:00:00Z"])
    indicative: str = Field(examples=[INDICATIVE])
    statistics: list[Statistic]
    stations: dict[str, Source] = Field(description="Those of this page, by code.")
    next: str | None = Field(description="The next page; null on the last.", examples=[None])


def document(row: Row) -> dict[str, Any]:
    """A series in a period as JSON has it."""
    series, capture = row.series, row.answer.capture
    return {
        "station": series.station,
        "region": series.region,
        "property": series.property,
        "method": series.method,
        "sensors": series.sensors,
        "unit": series.unit,
        "unit_symbol": series.unit_symbol,
        "period": row.period.name or None,
        "from": row.period.start,
        "to": row.period.end,
        "zone": row.zone,
        "complete": row.is_over,
        "capture": {"share": _share(row), **capture._asdict()},
        "sufficient": row.answer.figures is not None,
        "days_sufficient": capture.has_days,
        "reason": _reason(row),
        **_figures(row),
    }


def _reason(row: Row) -> str | None:
    if row.answer.figures is None:
        return _INSUFFICIENT
    return _LACKS_DAYS if row.answer.figures.lacks_days else None


def source(series: Series) -> formats.Source:
    """Whose figures are."""
    return formats.Source(series.station, series.station_name, series.licence, series.attribution, series.simulated)


def stations(rows: Iterable[Row]) -> dict[str, Any]:
    """Whose some rows are, by station, as JSON has it."""
    return metadata.stations(source(row.series) for row in rows)


_FIGURES = ("mean", "min", "max", "sum", "percentiles", "percentiles_of", "days", "limits", "levels")


def _figures(row: Row) -> dict[str, Any]:
    found = row.answer.figures
    if found is None:
        return dict.fromkeys(_FIGURES)
    finer = row.series.decimals + 1
    return {
        "mean": round(found.mean, finer),
        "min": {"value": found.min.value, "time": row.moments[found.min]},
        "max": {"value": found.max.value, "time": row.moments[found.max]},
        "sum": _sum(row),
        "percentiles": found.percentiles and {str(n): round(value, finer) for n, value in found.percentiles.items()},
        "percentiles_of": found.percentiles_of if found.percentiles else None,
        "days": found.days,
        "limits": [{**each.limit._asdict(), "days_above": each.days_above, "met": each.met} for each in found.limits],
        "levels": _levels(row.series, found),
    }


def _levels(series: Series, found: Figures) -> list[dict[str, Any]]:
    if not found.levels:
        return []
    known = zip(series.ranks or (), series.levels_cm or (), series.names or (), found.levels, strict=True)
    return [{"rank": rank, "level_cm": cm, "name": name, "days": days} for rank, cm, name, days in known]


def _share(row: Row) -> float:
    return round(row.answer.capture.share, 3)


def _sum(row: Row) -> float | None:
    found = row.answer.figures
    return None if found is None or found.sum is None else round(found.sum, row.series.decimals)


def _of(member: Callable[[Row, Figures], Any]) -> Callable[[Row], Any]:
    """A figure, where there are any."""
    return lambda row: member(row, row.answer.figures) if row.answer.figures else None


def _finer(member: Callable[[Figures], float]) -> Callable[[Row], Any]:
    return _of(lambda row, found: round(member(found), row.series.decimals + 1))


def _percentile(n: int) -> Callable[[Row], Any]:
    return _of(lambda row, found: round(found.percentiles[n], row.series.decimals + 1) if found.percentiles else None)


def _limit(code: str, of: limits.Of, member: str) -> Callable[[Row], Any]:
    def find(_: Row, found: Figures) -> Any:
        held = (each for each in found.limits if (each.limit.code, each.limit.of) == (code, of))
        return next((getattr(each, member) for each in held), None)

    return _of(find)


def _level(rank: int) -> Callable[[Row], Any]:
    return _of(
        lambda row, found: next((each["days"] for each in _levels(row.series, found) if each["rank"] == rank), None)
    )


def _day(name: str) -> Callable[[Row], Any]:
    return _of(lambda _, found: found.days.get(name) if found.days else None)


_NAMES = {limits.EU_2008: "eu_2008_50", limits.EU_2024: "eu_2024_2881", limits.WHO_2021: "who_2021"}
COLUMNS: Sequence[Column[Row]] = (
    Column("station", TEXT, "The station's code.", lambda row: row.series.station),
    Column("region", TEXT, "The region's code.", lambda row: row.series.region),
    Column("property", TEXT, "What was measured.", lambda row: row.series.property),
    Column("method", TEXT, "raw, or the name and version of a correction.", lambda row: row.series.method),
    Column("unit", TEXT, "Of the figures (UCUM).", lambda row: row.series.unit),
    Column("period", TEXT, "The year or month; nothing for a span of your own.", lambda row: row.period.name or None),
    Column("from", TIME, "When the period begins.", lambda row: row.period.start),
    Column("to", TIME, "When it ends; does not belong to it.", lambda row: row.period.end),
    Column("zone", TEXT, "By whose calendar (IANA).", lambda row: row.zone),
    Column("complete", FLAG, "Whether the period is over.", lambda row: row.is_over),
    Column("capture", NUMBER, "The share of the hours that are known.", _share, "1", 3),
    Column("hours", WHOLE, "Hours that are known.", lambda row: row.answer.capture.hours),
    Column("hours_possible", WHOLE, "Hours that are over.", lambda row: row.answer.capture.hours_possible),
    Column("days", WHOLE, "Days that are known.", lambda row: row.answer.capture.days),
    Column("days_possible", WHOLE, "Days that are over.", lambda row: row.answer.capture.days_possible),
    Column("sufficient", FLAG, "Whether 75 % of the hours are known.", lambda row: row.answer.figures is not None),
    Column("days_sufficient", FLAG, "Whether 75 % of the days are known.", lambda row: row.answer.capture.has_days),
    Column("mean", NUMBER, "Of the hours' means.", _finer(lambda found: found.mean)),
    Column("min", NUMBER, "The least value.", _of(lambda _, found: found.min.value)),
    Column("min_time", TIME, "When it was measured first.", _of(lambda row, found: row.moments[found.min])),
    Column("max", NUMBER, "The greatest value.", _of(lambda _, found: found.max.value)),
    Column("max_time", TIME, "When it was measured first.", _of(lambda row, found: row.moments[found.max])),
    Column("sum", NUMBER, "Of rain.", _sum, "mm"),
    *(Column(f"p{n}", NUMBER, f"The {n}th percentile of days or hours.", _percentile(n)) for n in PERCENTILES),
    Column("percentiles_of", TEXT, "day or hour.", _of(lambda _, found: found.percentiles and found.percentiles_of)),
    *(
        Column(f"days_above_{name}", WHOLE, "Days above the limit of a day.", _limit(code, "day", "days_above"))
        for code, name in _NAMES.items()
    ),
    *(
        Column(f"{of}_met_{name}", FLAG, f"Whether the limit of a {of} was met.", _limit(code, of, "met"))
        for code, name in _NAMES.items()
        for of in ("day", "year")
    ),
    *(Column(f"days_at_level_{rank}", WHOLE, "Days on which the water reached it.", _level(rank)) for rank in _RANKS),
    *(
        Column(f"{name}_days", WHOLE, f"Days that are called {name}.", _day(name))
        for name in ("wet", "ice", "frost", "summer", "hot")
    ),
    Column("simulated", FLAG, "Whether its values are simulated.", lambda row: row.series.simulated),
    Column("licence", TEXT, "SPDX identifier.", lambda row: row.series.licence),
    Column("attribution", TEXT, "Whom to name.", lambda row: row.series.attribution),
)  # fmt: skip

_YEAR = periods.of(
    "year", datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 6, 2, tzinfo=UTC), ZoneInfo("Europe/Berlin")
)
_MIN, _MAX = Extreme(1.2, 1, 17), Extreme(412.7, 2, 17)
_SHOWN_PERCENTILES = {50: 14.2, 90: 30.1, 98: 47.9, 99: 55.0}
SHOWN = Row(
    series=Series(
        "flensburg-suedermarkt", "Flensburg, Südermarkt", "flensburg", "Europe/Berlin", "pm10", "raw", "ug/m3", "µg/m³",
        1, True, "CC0-1.0", "plietsch demo", [17], [300], ["SDS011"], None, None, None,
    ),
    zone="Europe/Berlin",
    period=_YEAR[0],
    is_over=True,
    answer=Answer(
        Capture(8524, 8760, 356, 365),
        Figures(
            mean=17.32, min=_MIN, max=_MAX, percentiles=_SHOWN_PERCENTILES, percentiles_of="day", sum=None, days={},
            limits=[
                limits.held(each, 4, 17.32, _SHOWN_PERCENTILES[limits.WHO_PERCENTILE], is_year=True, is_over=True)
                for each in limits.LIMITS["pm10"]
            ],
            levels=(),
        ),
    ),
    moments={
        _MIN: datetime(2025, 8, 3, 3, 10, tzinfo=UTC),
        _MAX: datetime(2025, 12, 31, 22, 55, tzinfo=UTC),
    },
)  # fmt: skip
