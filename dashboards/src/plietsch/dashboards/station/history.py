"""The last day of a station, hour by hour: the table that says what the chart shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from psycopg import AsyncConnection

from plietsch.api import observations
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.texts import Texts

HOURS = 24
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """An hour as shown: its beginning, and a mean for each property asked for, empty where nothing was measured."""

    time: str
    time_iso: str
    means: list[str]


async def of(
    connection: AsyncConnection[Any], station: str, codes: list[str], texts: Texts, zone: tzinfo, now: datetime
) -> list[Hour]:
    """The hours of the last day, the newest first."""
    newest = now.replace(minute=0, second=0, microsecond=0)
    start = newest - (HOURS - 1) * _HOUR
    question = observations.Filter(
        start=start, end=newest + _HOUR, stations=(station,), properties=tuple(codes), resolution="1h"
    )
    page = await observations.page(connection, question)
    means = {
        (each.time, each.property): each.mean for each in page.observations if isinstance(each, observations.Aggregate)
    }
    return [_hour(newest - age * _HOUR, codes, means, texts, zone) for age in range(HOURS)]


def _hour(
    start: datetime, codes: list[str], means: dict[tuple[datetime, str], float], texts: Texts, zone: tzinfo
) -> Hour:
    values = (means.get((start, code)) for code in codes)
    shown = [
        "" if value is None else texts.number(value, QUANTITIES[code].decimals)
        for code, value in zip(codes, values, strict=True)
    ]
    return Hour(texts.day_and_clock(start, zone), start.isoformat(), shown)
