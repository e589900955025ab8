"""What counts as now: of a region in fast motion its newest time, of any other what the clock on the wall shows."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from plietsch.dashboards import present, regions
from plietsch.dashboards.present import Present

HOUR = timedelta(hours=1)
DUST = "flensburg-suedermarkt"
Run = Callable[..., None]
_WRITE: LiteralString = (
    "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, written_at)"
    " SELECT array_agg(d.id ORDER BY d.id), %(then)s, %(then)s, 1, now() - %(ago)s"
    " FROM datastream d JOIN station s ON s.id = d.station_id WHERE s.code = ANY(%(stations)s)"
)
# A second region, and a station that measures there.
_ELSEWHERE: LiteralString = (
    "INSERT INTO region (code, name, timezone, west, south, east, north)"
    " SELECT 'elsewhere', name, timezone, west, south, east, north FROM region;"
    "UPDATE station SET region_id = (SELECT id FROM region WHERE code = 'elsewhere') WHERE code = 'husum-markt'"
)


@pytest.fixture
def wrote(database_url: str, region: None) -> Run:
    """Stations of a simulation write of a time, so long ago: many times where asked."""

    def write(*stations: str, then: datetime, ago: timedelta = timedelta(), times: int = 1) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE station SET simulated = true")
            for _ in range(times):
                connection.execute(_WRITE, {"then": then, "ago": ago, "stations": list(stations)})

    return write


def _present(database_url: str) -> Present:
    async def ask() -> Present:
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            return await present.of(connection, await regions.known(connection, "flensburg"))

    return asyncio.run(ask())


@pytest.fixture
def then() -> datetime:
    """Where a simulation has come to."""
    return datetime.now(UTC) - 30 * HOUR


def test_a_simulation_that_runs_behind_has_a_present_of_its_own(wrote: Run, then: datetime, database_url: str) -> None:
    wrote(DUST, then=then - HOUR)
    wrote(DUST, then=then)
    assert _present(database_url) == Present(then, True)


def test_one_that_keeps_up_has_the_present_of_all(wrote: Run, database_url: str) -> None:
    begun = datetime.now(UTC)
    wrote(DUST, then=begun - timedelta(minutes=20))
    found = _present(database_url)
    assert begun <= found.at and not found.fast_motion


def test_one_that_has_stopped_is_old_and_not_in_motion(wrote: Run, then: datetime, database_url: str) -> None:
    begun = datetime.now(UTC)
    wrote(DUST, then=then, ago=timedelta(minutes=6))
    found = _present(database_url)
    assert begun <= found.at and not found.fast_motion
    wrote(DUST, then=then, ago=timedelta(minutes=4))
    assert _present(database_url) == Present(then, True)


def test_a_region_with_a_real_station_has_the_present_of_all(wrote: Run, then: datetime, database_url: str) -> None:
    wrote(DUST, then=then)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE station SET simulated = false WHERE code = 'husum-markt'")
    assert not _present(database_url).fast_motion


def test_what_others_write_says_nothing_of_it(wrote: Run, then: datetime, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(_ELSEWHERE)
    now = datetime.now(UTC)
    wrote(DUST, then=then)
    wrote("husum-markt", then=now, times=300)
    wrote(DUST, "husum-markt", then=now)
    assert _present(database_url) == Present(then, True)
