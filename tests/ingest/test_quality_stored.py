"""A recorded day in a real database: stored as the worker does it, judged by the judge, flagged as the rules say."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from ingest.judging import Region, judge

from ingest import network
from plietsch.firmware import region as region_file
from plietsch.firmware.replay import archive
from plietsch.firmware.replay.plan import PlannedStation, plan
from plietsch.ingest import session
from plietsch.ingest.messages import Message
from plietsch.platform import regions, registry
from plietsch_node.app import payload as node
from support import recorded_days
from support.recorded_days import FOLDER, Judged

DAY = "2019-04-19"
# Spikes at the first; the others within five kilometres of one another, two with a hygrometer that is stuck.
CODES = tuple(f"replay-{code}" for code in (11466, 11670, 3121, 3939, 4315, 7832))
HEARD_LATER_S = 5

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not on this machine")


def _messages(planned: PlannedStation, dev_eui: str) -> Iterator[Message]:
    """A message for each frame; what has the same second is one reading of it."""
    for number, frame in enumerate(planned.frames):
        readings: defaultdict[int, dict[str, float]] = defaultdict(dict)
        for reading in frame:
            readings[reading.time_s] |= reading.values
        heard_s = frame[-1].time_s + HEARD_LATER_S
        data = node.encode(sorted(readings.items()), wide=True)
        published = network.up(data, dev_eui, heard_s=heard_s, fCnt=number + 1)
        yield Message(*published, datetime.fromtimestamp(heard_s, UTC))


def _store(database_url: str, folder: Path, found: Sequence[PlannedStation]) -> None:
    """Register stations by a region file, and store what they sent."""
    stations, path = [each.station for each in found], folder / "region.json"
    region_file.write(path, region_file.replayed(stations), stations)
    with psycopg.connect(database_url) as connection:
        registry.import_region(connection, regions.read(path))
    devices = {each["code"]: each["device"]["dev_eui"] for each in json.loads(path.read_bytes())["stations"]}
    with session.opened(database_url) as opened:
        for each in found:
            opened.store(list(_messages(each, devices[each.station.code])))


def _stored(database_url: str) -> Mapping[tuple[str, str], list[Judged]]:
    query = """
        SELECT s.code, p.code || CASE d.method WHEN 'raw' THEN '' ELSE '@' || d.method END,
               extract(epoch FROM o.phenomenon_time)::bigint, o.result, o.quality, coalesce(t.tests, '{}')
        FROM observation o
        JOIN datastream d ON d.id = o.datastream_id
        JOIN station s ON s.id = d.station_id
        JOIN observed_property p ON p.id = d.observed_property_id
        LEFT JOIN observation_test t USING (datastream_id, phenomenon_time)
        ORDER BY 1, 2, 3"""
    found: defaultdict[tuple[str, str], list[Judged]] = defaultdict(list)
    for station, series, *value in network.rows(database_url, query):
        found[station, series].append(Judged(*value))
    return found


def test_a_stored_day_has_the_flags_that_the_rules_give(database_url: str, tmp_path: Path):
    planned = [each for each in plan(archive.read(FOLDER / DAY).readings) if each.station.code in CODES]
    _store(database_url, tmp_path, planned)
    judge(Region(database_url, []))
    stored = _stored(database_url)
    expected = recorded_days.judge(recorded_days.recorded(planned))
    assert sorted(expected) == sorted(CODES)
    tests = {
        test for station in expected.values() for values in station.values() for each in values for test in each.tests
    }
    assert tests >= {"spike", "rate_of_change", "flat_line", "multi_variate", "neighbour"}
    for code, station in expected.items():
        for series, values in station.items():
            assert [each._replace(result=None) for each in stored[code, series]] == [
                each._replace(result=None) for each in values
            ], (code, series)
            assert [each.result for each in stored[code, series]] == pytest.approx(
                [each.result for each in values], abs=1e-6
            )
