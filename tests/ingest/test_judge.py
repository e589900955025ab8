"""The judge against a real PostgreSQL: what it finds, what it writes, and that nobody can tell in which order."""

import pytest
from ingest.judging import Reading, Region, flags, judge, register, store
from ingest.network import rows

from ingest import judging


@pytest.fixture
def region(database_url: str) -> Region:
    return register(database_url)


def _series(channel: str, *results: float | None, station: int = 0, **others: float) -> list[list[Reading]]:
    """A batch for each reading of a station, one step after another."""
    return [[Reading(station, step, {channel: result, **others})] for step, result in enumerate(results)]


def _tests(region: Region, station: int, channel: str) -> list[tuple[int, int, dict[str, int]]]:
    query = """SELECT (extract(epoch FROM phenomenon_time)::bigint - 1767225600) / 600, arrival, tests
        FROM observation_test WHERE datastream_id = %s ORDER BY 1"""
    return rows(region.database_url, query, region.stations[station][channel])


def test_a_spike_is_found_when_what_comes_after_it_shows_it(region: Region):
    batches = _series("pm2_5", 10, 12, 300, 11, 13)
    store(region, batches[:3])
    judge(region)
    assert flags(region, 0, "pm2_5") == [1, 1, 1]
    store(region, batches[3:])
    judge(region)
    assert flags(region, 0, "pm2_5") == [1, 1, 4, 1, 1]
    assert _tests(region, 0, "pm2_5") == [(2, 1, {"spike": 4})]
