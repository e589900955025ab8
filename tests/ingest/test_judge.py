"""The judge against a real PostgreSQL: what it finds, what it writes, and that nobody can tell in which order."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest.judging import Reading, Region, flags, judge, register, store
from ingest.network import NEW_YEAR_S, rows
from psycopg.types.json import Jsonb

from ingest import judging
from plietsch.ingest import database
from plietsch.ingest.judge import assessing, process
from plietsch.ingest.judge.following import Following
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.process import Judge, JudgePresent
from plietsch.ingest.judge.spans import Span
from plietsch.ingest.series.methods import Computation
from plietsch.ingest.stopping import Stop
from plietsch.platform import roles
from support import databases
from support.wait import until


@pytest.fixture
def region(database_url: str) -> Region:
    return register(database_url)


@contextmanager
def _judging(region: Region) -> Iterator[None]:
    """While another process is the judge."""
    with closing(database.connect(region.database_url)) as connection:
        assert process.is_alone(connection)
        yield


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


def test_a_flat_line_is_one_from_its_beginning_and_none_any_more_where_something_breaks_it(region: Region):
    # One after the other: each turn looks back as far as the values are alike, and no further.
    for batch in _series("distance", 2000, *[3000] * 3, None, *[3000] * 4):
        store(region, [batch])
        judge(region)
    assert flags(region, 0, "distance") == [1, 4, 4, 4, 9, 4, 4, 4, 4]
    store(region, [[Reading(0, 9, {"distance": 3300})]])
    store(region, [[Reading(0, 4, {"temperature": 5})]])
    judge(region)
    assert flags(region, 0, "distance") == [1, 4, 4, 4, 9, 4, 4, 4, 4, 1]
    assert [step for step, *_ in _tests(region, 0, "distance")] == [1, 2, 3, 5, 6, 7, 8]


def test_what_comes_late_into_a_flat_line_ends_it_on_either_side(region: Region):
    first, late = _series("distance", *[3000] * 4), _series("distance", *[3000] * 8, 3000)[5:]
    store(region, [*first, *late])
    judge(region)
    assert set(flags(region, 0, "distance")) == {4}
    store(region, [[Reading(0, 4, {"distance": 3300})]])
    judge(region)
    assert flags(region, 0, "distance") == [3, 3, 3, 3, 1, 3, 3, 3, 3]


def test_levels_and_dust_follow_what_is_found_of_their_inputs(region: Region):
    store(region, _series("distance", *[3000.0] * 8))
    store(region, _series("pm2_5", 10, 12, 300, 11, 13, station=1, humidity=50.0))
    judge(region)
    assert flags(region, 0, "distance") == [4] * 8
    assert flags(region, 0, "water_level@gauge-zero/1") == [9] * 8
    assert flags(region, 1, "pm2_5@kappa-koehler/1") == [1, 1, 9, 1, 1]
    revised = "SELECT DISTINCT result_before, quality_before, result_after, quality_after, cause, reason"
    assert rows(region.database_url, f"{revised} FROM observation_revision ORDER BY reason") == [
        (3000, 1, 3000, 4, "judge", "flat_line 4"),
        (500, 1, None, 9, "judge", "gauge-zero/1"),
        (241.5, 1, None, 9, "judge", "kappa-koehler/1"),
        (300, 1, 300, 4, "judge", "spike 4"),
    ]


def test_a_station_is_held_against_those_nearby(region: Region):
    """The third station is ten kilometres away: two are needed, and nobody has two."""
    readings = [Reading(station, 0, {"temperature": t}) for station, t in enumerate((5.0, 30.0, 6.0))]
    store(region, [readings])
    judge(region)
    assert [flags(region, station, "temperature") for station in range(3)] == [[1], [1], [1]]
    with psycopg.connect(region.database_url) as connection:
        connection.execute("UPDATE location SET longitude = 9.44")
        connection.execute(
            "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, cause)"
            " SELECT array_agg(id), '2025-01-01', '2026-02-01', 0, 'limits' FROM datastream"
        )
    judge(region)
    assert [flags(region, station, "temperature") for station in range(3)] == [[1], [3], [1]]


def test_what_another_channel_says_counts_whenever_it_comes(region: Region):
    store(region, [[Reading(0, 0, {"pm2_5": 10.0})]])
    judge(region)
    assert flags(region, 0, "pm2_5") == [1]
    store(region, [[Reading(0, 0, {"humidity": 97.0})]])
    judge(region)
    assert _tests(region, 0, "pm2_5") == [(0, 1, {"multi_variate": 3})]


def test_limits_of_ones_own_hold_from_their_date_on(region: Region):
    store(region, _series("pm2_5", 500, 500, 500, 500))
    judge(region)
    assert flags(region, 0, "pm2_5") == [3, 3, 3, 3]
    with psycopg.connect(region.database_url) as connection:
        datastream_id = region.stations[0]["pm2_5"]
        connection.execute(
            "INSERT INTO datastream_limit (datastream_id, since, limits, reason) VALUES"
            " (%s, '2026-01-01T00:10:00Z', '{}', 'a bonfire'), (%s, '2026-01-01T00:30:00Z', %s, 'over')",
            (datastream_id, datastream_id, Jsonb({"suspect_range": [0, 400]})),
        )
        connection.execute(
            "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, cause)"
            " VALUES (%s, '2026-01-01T00:10:00Z', '2026-01-02', 0, 'limits')",
            ([datastream_id],),
        )
    judge(region)
    assert flags(region, 0, "pm2_5") == [3, 1, 1, 3]
    causes = "SELECT cause, reason, count(*)::int FROM observation_revision GROUP BY 1, 2 ORDER BY 1"
    assert rows(region.database_url, causes) == [("judge", "gross_range 3", 4), ("limits", "passes all tests", 2)]


def test_a_mounting_said_better_computes_levels_anew(region: Region):
    store(region, _series("distance", 3000, 3010, 3020))
    judge(region)
    with psycopg.connect(region.database_url) as connection:
        connection.execute("UPDATE deployment SET gauge_zero_distance_m = 8.5")
        connection.execute(
            "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, cause)"
            " VALUES (%s, '2025-01-01', '2026-02-01', 0, 'deployment')",
            ([region.stations[0]["distance"]],),
        )
    judge(region)
    level = region.stations[0]["water_level@gauge-zero/1"]
    stored = "SELECT result FROM observation WHERE datastream_id = %s ORDER BY phenomenon_time"
    assert rows(region.database_url, stored, level) == [(550,), (549,), (548,)]
    revised = "SELECT datastream_id, result_before, result_after, cause, reason FROM observation_revision ORDER BY id"
    assert rows(region.database_url, revised) == [
        (level, 500, 550, "deployment", "gauge-zero/1, mounted otherwise"),
        (level, 499, 549, "deployment", "gauge-zero/1, mounted otherwise"),
        (level, 498, 548, "deployment", "gauge-zero/1, mounted otherwise"),
    ]


def test_the_second_time_nothing_changes_and_what_it_wrote_itself_is_passed_over(region: Region):
    store(region, _series("pm2_5", 10, 12, 300, 11, 13))
    judge(region)
    causes = "SELECT cause, observations, revised FROM write_ledger ORDER BY id"
    assert rows(region.database_url, causes) == [("ingest", 3, 0)] * 5 + [("judge", 0, 1)]
    assert judge(region).tally.counts["judged"] == 0
    with psycopg.connect(region.database_url) as connection:
        connection.execute("DELETE FROM ledger_reader")
    assert judge(region).tally.counts["judged"] == 15
    assert rows(region.database_url, causes) == [("ingest", 3, 0)] * 5 + [("judge", 0, 1)]


def test_a_position_of_another_server_begins_again(region: Region):
    store(region, _series("pm2_5", 10, 12, 300, 11, 13))
    with psycopg.connect(region.database_url) as connection:
        connection.execute("INSERT INTO ledger_reader (name, transaction_id, id) VALUES ('judge', '9999999999', 7)")
    judge(region)
    assert flags(region, 0, "pm2_5") == [1, 1, 4, 1, 1]


def test_one_at_a_time(region: Region):
    with closing(Stop()) as stop, _judging(region), pytest.raises(JudgePresent):
        Judge(region.database_url, stop).once()


def test_it_follows_what_comes_and_stops_when_asked_to(region: Region):
    """With no more rights than the group of ingest has."""
    with databases.member(region.database_url, roles.INGEST) as url, closing(Stop()) as stop:
        thread = threading.Thread(target=Judge(url, stop, gather_s=0.0).run)
        thread.start()
        try:
            store(region, _series("pm2_5", 10, 12, 300))
            store(region, _series("pm2_5", 10, 12, 300, 11, 13)[3:])
            until(lambda: flags(region, 0, "pm2_5") == [1, 1, 4, 1, 1], "the spike is found")
        finally:
            stop.set()
            thread.join(timeout=20)
        assert not thread.is_alive()
    by = "SELECT DISTINCT starts_with(revised_by, 'test_') FROM observation_revision"
    assert rows(region.database_url, by) == [(True,)]


def test_who_changes_a_type_is_heard(region: Region):
    with closing(Stop()) as stop, closing(database.connect(region.database_url)) as connection:
        following = Following(connection, stop)
        store(region, _series("pm2_5", 450))
        while following.turn():
            pass
        assert flags(region, 0, "pm2_5") == [3]
        with psycopg.connect(region.database_url) as owner:
            owner.execute(
                "UPDATE device_type SET definition = jsonb_set(definition,"
                " '{channels,pm2_5,limits,suspect_range}', '[0, 500]') WHERE code = 'test-node'"
            )
        store(region, [[Reading(0, 1, {"pm2_5": 450.0})]])

        def judged() -> bool:
            following.turn()
            return flags(region, 0, "pm2_5") == [1, 1]

        until(judged, "both pass: they lie within each other's reach")


def test_limits_entered_for_what_is_to_come_hold_for_it(region: Region):
    """The judge has been running, and has known the datastream, since before; of two entries the later one holds."""
    with closing(Stop()) as stop, closing(database.connect(region.database_url)) as connection:
        following = Following(connection, stop)
        store(region, _series("pm2_5", 10, 10))
        while following.turn():
            pass
        with psycopg.connect(region.database_url) as owner:
            for most in (8, 5, 40):
                owner.execute(
                    "INSERT INTO datastream_limit (datastream_id, since, limits, reason)"
                    " VALUES (%s, '2026-01-01T00:15:00Z', %s, 'a new street')",
                    (region.stations[0]["pm2_5"], Jsonb({"suspect_range": [11, most]})),
                )
        until(following._hear, "the judge hears of them")
        store(region, _series("pm2_5", 10, 10, 10, 12, 50)[2:])
        while following.turn():
            pass
    assert flags(region, 0, "pm2_5") == [1, 1, 3, 1, 3]


class _Interrupted(Known):
    """Facts that are asked for while somebody else writes: at the n-th question how a series is computed."""

    def __init__(self, connection: database.Connection, question: int, write: Callable[[], None]) -> None:
        super().__init__(connection)
        self._left = question
        self._write = write

    def computation(self, datastream_id: int) -> Computation | None:
        self._left -= 1
        if self._left == 0:
            self._write()
        return super().computation(datastream_id)


@pytest.mark.parametrize("question", [1, 2])
def test_what_is_committed_meanwhile_is_not_taken_away(region: Region, question: int):
    batches = _series("distance", 3000, 3001, 3002, 3003)
    store(region, [[*batches[0], *batches[3]]])
    levels = region.stations[0]["distance"], region.stations[0]["water_level@gauge-zero/1"]
    with closing(database.connect(region.database_url)) as connection, connection.transaction():
        known = _Interrupted(connection, question, lambda: store(region, batches[1:3]))
        assessing.assess(connection, known, {each: [Span(NEW_YEAR_S, NEW_YEAR_S + 1800)] for each in levels})
    assert flags(region, 0, "water_level@gauge-zero/1") == [1, 1, 1, 1]
    assert rows(region.database_url, "SELECT * FROM observation_revision") == []


def _insert(region: Region, channel: str, *found: tuple[str, float]) -> None:
    """Values as nobody's node says them, and their row in the ledger."""
    with psycopg.connect(region.database_url) as connection:
        for moment, result in found:
            connection.execute(
                "WITH added AS (INSERT INTO observation VALUES (%s, %s, %s, %s, 1) RETURNING *)"
                " INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)"
                " SELECT ARRAY[datastream_id], phenomenon_time, phenomenon_time, 1 FROM added",
                (region.stations[0][channel], moment, result, moment),
            )


def test_numbers_that_nobody_can_reckon_with_stop_nobody(region: Region):
    store(region, [[Reading(0, step, {"humidity": 50.0})] for step in range(4)])
    moments = [f"2026-01-01T00:{minute}0:00Z" for minute in range(4)]
    extremes = 1.7e308, math.nan, -1.7e308, math.inf
    _insert(region, "pm2_5", *zip(moments, extremes, strict=True))
    _insert(region, "distance", *zip(moments, extremes, strict=True))
    with structlog.testing.capture_logs() as logs:
        judge(region)
    assert not [each for each in logs if each["log_level"] == "error"]
    assert flags(region, 0, "pm2_5@kappa-koehler/1") == flags(region, 0, "water_level@gauge-zero/1") == [9] * 4


class _Failing(Known):
    """Facts by which one series cannot be computed."""

    failing = 0

    def computation(self, datastream_id: int) -> Computation | None:
        if datastream_id == self.failing:
            raise OverflowError("too large")
        return super().computation(datastream_id)


def test_what_cannot_be_reckoned_at_all_is_named_and_holds_up_nothing(region: Region):
    store(region, _series("distance", 3000, 3010))
    store(region, _series("pm2_5", 10, 12, 300, 11, 13, station=1))
    with closing(Stop()) as stop, closing(database.connect(region.database_url)) as connection:
        known = _Failing(connection)
        known.failing = region.stations[0]["water_level@gauge-zero/1"]
        following = Following(connection, stop, known=known)
        with structlog.testing.capture_logs() as logs:
            while following.turn():
                pass
    said = [(each["datastream"], each["error"]) for each in logs if each["event"] == "could not judge"]
    assert {each for each, _ in said} == {region.stations[0]["distance"], known.failing}
    assert {why for _, why in said} == {"OverflowError('too large')"}
    assert flags(region, 1, "pm2_5") == [1, 1, 4, 1, 1]
    assert judge(region).tally.counts["judged"] == 0, "its place is kept behind it"


def test_a_value_belongs_to_the_second_that_it_lies_in(region: Region):
    _insert(region, "distance", ("2026-01-01T00:00:00.6Z", 3000.0))
    judge(region)
    stored = "SELECT phenomenon_time::text FROM observation WHERE datastream_id = %s"
    assert rows(region.database_url, stored, region.stations[0]["water_level@gauge-zero/1"]) == [
        ("2026-01-01 00:00:00+00",)
    ]


def test_one_value_that_cannot_be_written_holds_up_no_other(region: Region):
    store(region, _series("pm2_5", 10, 12, 300, 11, 13))
    store(region, _series("pm2_5", 10, 12, 300, 11, 13, station=1))
    with psycopg.connect(region.database_url) as connection:
        connection.execute(
            f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'not this one'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON observation_test FOR EACH ROW
            WHEN (NEW.datastream_id = {region.stations[0]["pm2_5"]}) EXECUTE FUNCTION refuse()"""
        )
    judge(region)
    assert flags(region, 0, "pm2_5") == [1, 1, 1, 1, 1]
    assert flags(region, 1, "pm2_5") == [1, 1, 4, 1, 1]
    assert judge(region).tally.counts["judged"] == 0, "its place is kept behind it"


# Any order -----------------------------------------------------------------------------------------------------------

_RESULTS = {
    "pm2_5": st.sampled_from([10.0, 11.0, 90.0, 300.0, 450.0, None]),
    "temperature": st.sampled_from([5.0, 5.1, 14.0, 25.0, None]),
    "humidity": st.sampled_from([50.0, 96.0, None]),
    "distance": st.sampled_from([3000.0, 3000.0, 3000.0, 3001.0, 3400.0, 4000.0, None]),
}


@st.composite
def _stories(draw: st.DrawFn) -> tuple[list[Reading], list[list[Reading]], list[bool]]:
    """Readings, and the same ones in some order, cut into batches, with a new judge or the same one after each."""
    stations, steps = draw(st.sampled_from([1, 1, 3])), draw(st.integers(5, 8))
    missing = draw(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 7)), max_size=4))
    readings = [
        Reading(station, step, {name: draw(results) for name, results in _RESULTS.items()})
        for step in range(steps)
        for station in range(stations)
        if (station, step) not in missing
    ]
    # As it is lived, back to front, or anyhow; each by itself, or some together.
    order = draw(st.one_of(st.just(readings), st.just(readings[::-1]), st.permutations(readings)))
    places_between = st.sets(st.integers(1, len(readings)), max_size=4)
    cuts = sorted(draw(st.one_of(st.just({*range(len(readings))}), places_between)) | {0, len(readings)})
    batches = [list(order[first:last]) for first, last in pairwise(cuts)]
    return readings, batches, draw(st.lists(st.booleans(), min_size=len(batches), max_size=len(batches)))


@given(_stories())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_can_tell_in_which_order_values_came(
    region: Region, story: tuple[list[Reading], list[list[Reading]], list[bool]]
):
    readings, batches, judges = story
    judging.empty(region)
    store(region, [readings])
    judge(region)
    at_once = judging.tables(region)
    judging.empty(region)
    for batch, judged in zip(batches, judges, strict=True):
        store(region, [batch])
        if judged:
            judge(region)
    judge(region)
    assert judging.tables(region) == at_once
