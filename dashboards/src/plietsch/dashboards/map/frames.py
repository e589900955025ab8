"""Frames of the map's slider: for each hour of a span, what was known at its end.

Of fine dust that is the hour's mean, for which the European index is made; of rain what fell in the hour; of
everything else the hour's last value. A gauge that has nothing new to say speaks once an hour, give or take some
seconds: where an hour has none of its words, the one before still holds.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from plietsch.api import errors, parameters
from plietsch.dashboards import rain
from plietsch.dashboards.map import stations
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards.map", "map.sql")
STEP_S = 3600
_STEP = timedelta(seconds=STEP_S)
# What a slider of seven days can ask for at once, whichever hour of the day it is.
_LONGEST = timedelta(days=8)
_MEANS = ("pm2_5", "pm10")


class Span(NamedTuple):
    """Whole hours: `since` belongs to them, `until` does not."""

    since: datetime
    until: datetime

    @property
    def steps(self) -> int:
        """How many frames it has."""
        return (self.until - self.since) // _STEP


def span(start: str, end: str, step: str) -> Span:
    """The whole hours that a span as an address says it touches. Raises errors.ParameterInvalid."""
    if step != str(STEP_S):
        hint = f"Frames are hours: step={STEP_S}."
        raise errors.ParameterInvalid("step", f"There are no frames of {errors.shown(step)} seconds.", hint)
    since, until = parameters.time("from", start), parameters.time("to", end)
    if since >= until:
        raise errors.ParameterInvalid("from", f"from ({start}) is not before to ({end}).")
    if until - since > _LONGEST:
        hint = f"Ask for {_LONGEST.days} days at most."
        raise errors.ParameterInvalid("to", f"From {start} to {end} is too long.", hint)
    whole = Span(_hour(since), _hour(until - timedelta(microseconds=1)))
    if (
        whole.since.year == MINYEAR or whole.until.year == MAXYEAR
    ):  # the hour before, or after, would be beyond all time
        raise errors.ParameterInvalid("from", f"There are no hours from {start} to {end}.")
    return Span(whole.since, whole.until + _STEP)


async def of(
    connection: AsyncConnection[Any], region: str, quantity: str, asked: Span
) -> dict[int, list[float | None]]:
    """The frames of a region's stations that measured a quantity, by their numbers."""
    if quantity == RAIN:
        hours = await _rain(connection, region, asked)
    else:
        hours = await _hours(connection, region, quantity, asked)
    holds = QUANTITIES[quantity].on_change and quantity != RAIN
    return {number: _row(known, asked, holds) for number, known in hours.items()}


async def _hours(
    connection: AsyncConnection[Any], region: str, quantity: str, asked: Span
) -> dict[int, dict[datetime, float]]:
    # The hour before, for what still holds in the first one.
    parameters_ = {"region": region, "property": quantity, "since": asked.since - _STEP, "until": asked.until}
    cursor = await connection.execute(_QUERIES["frame_means" if quantity in _MEANS else "frame_lasts"], parameters_)
    found: dict[int, dict[datetime, float]] = defaultdict(dict)
    for number, hour, value in await cursor.fetchall():
        found[number][hour] = value
    return found


async def _rain(connection: AsyncConnection[Any], region: str, asked: Span) -> dict[int, dict[datetime, float]]:
    numbers = {station.code: station.number for station in await stations.of(connection, region, RAIN)}
    fallen = await rain.hours(connection, asked.since, asked.until, region=region)
    return {numbers[code]: hours for code, hours in fallen.items() if code in numbers}


def _row(known: dict[datetime, float], asked: Span, holds: bool) -> list[float | None]:
    """A value for each step, or None; where a value `holds`, it does so for one step."""
    hours: Sequence[datetime] = [asked.since + index * _STEP for index in range(asked.steps)]
    return [known.get(hour, known.get(hour - _STEP) if holds else None) for hour in hours]


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
