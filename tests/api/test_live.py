"""The live stream: what is told to whom, when, and what not."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from api.streams import Served, served
from api.world import NOON, Client, World

from plietsch.api import documents
from plietsch.api.live import Live
from support import databases


@pytest.fixture
def live(world: World) -> Iterator[Served]:
    """The API with a stream that does not keep to its pace: a test waits for nothing but what is to come."""
    with served(world.database_url, Live(world.database_url, pace_s=0)) as running:
        yield running


@contextmanager
def together(world: World) -> Iterator[None]:
    """What is written within becomes readable at one moment: an older transaction holds it back until the end."""
    with psycopg.connect(world.database_url) as older:
        older.execute("SELECT pg_current_xact_id()")
        yield
        older.rollback()


def test_a_value_arrives_when_it_is_written(world: World):
    with served(world.database_url) as running, running.stream() as stream:
        assert stream.next().data is None, "first of all it gets an id to come back with"
        world.measured("harbour", "pm10", NOON, 12.5, quality=2)
        # Not when the stream next says that it is alive: that would be an event without data.
        event = stream.next()
    assert event.data == [
        {"station": "harbour", "property": "pm10", "method": "raw", "time": "2026-05-01T12:00:00Z", "value": 12.5,
         "quality": 2}
    ]  # fmt: skip


def test_values_come_in_the_order_of_their_commits(world: World, live: Served):
    with live.stream() as stream:
        stream.next()
        for value in range(20):
            world.measured("harbour", "pm10", NOON + timedelta(minutes=value), value)
        told: list[float] = []
        while 19 not in told:
            told += [value for _, _, value in stream.told()]
    assert told == sorted(set(told)), "none twice, none before an earlier one; some may have been skipped"


def test_of_what_came_meanwhile_only_the_newest_is_told(world: World, live: Served):
    with live.stream() as stream:
        stream.next()
        with together(world):
            world.measured("harbour", "pm10", NOON, 1)
            world.measured("harbour", "pm10", NOON + timedelta(minutes=5), 2)
            world.measured("market", "pm10", NOON, 3)
        assert stream.told() == [("harbour", "pm10", 2), ("market", "pm10", 3)]


def test_the_first_change_is_told_at_once_and_what_follows_after_a_pace(world: World):
    pace_s = 1.0
    with served(world.database_url, Live(world.database_url, pace_s=pace_s)) as running, running.stream() as stream:
        stream.next()
        began = time.monotonic()
        world.measured("harbour", "pm10", NOON, 0)
        assert stream.told() == [("harbour", "pm10", 0)]
        for minutes in (1, 2, 3):
            world.measured("harbour", "pm10", NOON + timedelta(minutes=minutes), minutes)
        # At once or, on a machine that is slow to write, in several batches: each a pace after the one before.
        batches = 1
        while stream.told() != [("harbour", "pm10", 3)]:
            batches += 1
        assert time.monotonic() - began > 0.99 * pace_s * batches


def test_everybody_is_told_what_it_asked_for(world: World, live: Served):
    with (
        live.stream(region="nordfriesland") as region,
        live.stream(station=["market", "husum"]) as stations,
        live.stream(property=["pm10", "humidity"], region=["flensburg", "nordfriesland"]) as properties,
    ):
        for stream in (region, stations, properties):
            stream.next()
        with together(world):
            world.measured("harbour", "pm10", NOON, 1)
            world.measured("market", "pm2_5", NOON, 2)
            world.measured("husum", "humidity", NOON, 3)
            world.measured("husum", "temperature", NOON, 4)
        assert region.told() == [("husum", "humidity", 3), ("husum", "temperature", 4)]
        assert stations.told() == [("husum", "humidity", 3), ("husum", "temperature", 4), ("market", "pm2_5", 2)]
        assert properties.told() == [("harbour", "pm10", 1), ("husum", "humidity", 3)]


def test_other_methods_and_spreads_are_told_to_who_names_them(world: World, live: Served):
    with (
        live.stream() as plain,
        live.stream(method="kappa-koehler/1") as corrected,
        live.stream(property=["pm10", "pm10_spread"], method=["raw", "kappa-koehler/1"]) as all_,
    ):
        for stream in (plain, corrected, all_):
            stream.next()
        with together(world):
            world.measured("harbour", "pm10", NOON, 20)
            world.measured("harbour", "pm10_spread", NOON, 2)
            world.measured("harbour", "pm10", NOON, 8.5, method="kappa-koehler/1")
        assert plain.told() == [("harbour", "pm10", 20)]
        assert corrected.told() == [("harbour", "pm10", 8.5)]
        assert all_.told() == [("harbour", "pm10", 8.5), ("harbour", "pm10", 20), ("harbour", "pm10_spread", 2)]


def test_what_is_not_public_is_not_told(world: World, live: Served):
    with live.stream() as stream:
        stream.next()
        with together(world):
            world.measured("bench", "pm10", NOON, 1)
            world.measured("gone", "pm10", NOON, 2)
            world.measured("harbour", "pm10", datetime(2025, 12, 31, tzinfo=UTC), 3)  # before it was installed
            world.measured("market", "pm10", datetime.now(UTC) + timedelta(hours=2), 4)  # by a clock that is wrong
            world.measured("husum", "humidity", NOON, 5)
        assert stream.told() == [("husum", "humidity", 5)]


def test_what_is_late_failed_or_missing_is_not_told_as_news(world: World, live: Served):
    world.measured("harbour", "pm10", NOON, 1)
    with live.stream() as stream:
        assert stream.told() == [("harbour", "pm10", 1)]
        with together(world):
            world.measured("harbour", "pm10", NOON - timedelta(hours=3), 2)
            world.measured("harbour", "pm2_5", NOON, 900, quality=4)
            world.measured("market", "pm10", NOON, None, quality=9)
            world.measured("husum", "humidity", NOON, 5)
        assert stream.told() == [("husum", "humidity", 5)]


def revise(world: World, code: str, time: datetime, quality: int, *beside: str) -> None:
    """Another quality for what a station measured, as the judge writes it, with others' series in the same row."""
    with world.connection.transaction():
        world.connection.execute("SELECT set_config('plietsch.cause', 'judge', true)")
        world.connection.execute(
            """WITH ds AS (
                SELECT d.id, s.code FROM datastream d JOIN station s ON s.id = d.station_id
                WHERE s.code = ANY (%(codes)s)
            ), revised AS (
                UPDATE observation o SET quality = %(quality)s FROM ds
                WHERE ds.id = o.datastream_id AND ds.code = %(code)s AND phenomenon_time = %(time)s
                RETURNING o.datastream_id
            )
            INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, revised, cause)
            SELECT array_agg(id), %(time)s, %(time)s, 0, (SELECT count(*) FROM revised), 'judge' FROM ds""",
            {"code": code, "codes": [code, *beside], "time": time, "quality": quality},
        )


def test_a_flag_that_is_revised_is_told_once_where_it_is_that_of_the_newest_value(world: World, live: Served):
    with live.stream() as stream:
        stream.next()
        world.measured("harbour", "pm10", NOON, 1)
        assert stream.told() == [("harbour", "pm10", 1)]
        world.measured("harbour", "pm10", NOON + timedelta(minutes=5), 2)
        assert stream.told() == [("harbour", "pm10", 2)]
        revise(world, "harbour", NOON, 4)
        revise(world, "harbour", NOON + timedelta(minutes=5), 3)
        assert [each["quality"] for each in stream.next().data] == [3]
        world.measured("husum", "humidity", NOON, 5)
        assert stream.told() == [("husum", "humidity", 5)]


def test_where_the_newest_value_fails_the_one_before_is_told_in_its_place(world: World, live: Served):
    """And nothing of a station whose values only stand beside it in the ledger."""
    later = NOON + timedelta(minutes=5)
    with live.stream() as stream:
        stream.next()
        with together(world):
            world.measured("harbour", "pm10", NOON, 1)
            world.measured("harbour", "pm10", later, 900)
            world.measured("market", "pm10", later, 2)
        assert stream.told() == [("harbour", "pm10", 900), ("market", "pm10", 2)]
        revise(world, "harbour", later, 4, "market")
        (told,) = stream.event().data
        assert (told["station"], told["value"], told["quality"]) == ("harbour", 1, 1)
        assert (told["time"], told["failed"]) == ("2026-05-01T12:00:00Z", "2026-05-01T12:05:00Z")
        world.measured("harbour", "pm10", later + timedelta(minutes=5), 3)
        (told,) = stream.event().data
        assert (told["value"], "failed" in told) == (3, False)


def test_a_newcomer_is_told_what_changed_while_its_page_was_made(world: World):
    world.measured("harbour", "pm10", NOON, 1)
    world.connection.execute("UPDATE write_ledger SET written_at = now() - interval '1 hour'")
    world.measured("market", "pm10", NOON, 2)
    with served(world.database_url) as live, live.stream() as first, live.stream(station="market") as second:
        assert first.told() == second.told() == [("market", "pm10", 2)]


def test_who_comes_back_is_told_what_it_missed(world: World, live: Served):
    world.measured("market", "pm10", NOON, 1)
    with live.stream() as stays:
        assert stays.told() == [("market", "pm10", 1)]
        with live.stream() as leaves:
            since = leaves.event().id
        for value in (2, 3):
            world.measured("harbour", "pm10", NOON + timedelta(minutes=value), value)
            stays.event()
        with live.stream(since) as back:
            assert back.told() == [("harbour", "pm10", 3)], "only the newest, and nothing that it had before"
        with live.stream(since, station="market") as other:
            since = other.next().id
            world.measured("market", "pm10", NOON + timedelta(minutes=9), 9)
            event = other.event()
            assert [each["value"] for each in event.data] == [9]
            assert event.id != since


def test_who_comes_back_after_a_restart_of_the_server_is_told_what_it_missed(world: World):
    with served(world.database_url) as running, running.stream() as stream:
        stream.next()
        world.measured("harbour", "pm10", NOON, 1)
        since = stream.event().id
    world.measured("market", "pm10", NOON, 2)
    with served(world.database_url) as running, running.stream(since) as stream:
        # It may be told again what it had: the new server does not know where the old one's batches ended.
        assert ("market", "pm10", 2) in stream.told()


@pytest.mark.parametrize("since", ["", "1-1", "0123abcd-1-1", "what?", "0-0; DROP TABLE station", "9" * 400])
def test_who_was_away_too_long_is_told_to_fetch_anew(world: World, live: Served, since: str):
    world.measured("harbour", "pm10", NOON, 0)
    world.connection.execute("UPDATE write_ledger SET written_at = now() - interval '1 hour'")
    with live.stream(since) as stream:
        event = stream.event()
        assert (event.kind, event.data) == ("reload", {"reason": "too-long-ago"})
        world.measured("harbour", "pm10", NOON + timedelta(minutes=1), 1)
        assert stream.told() == [("harbour", "pm10", 1)]


def test_what_is_remembered_is_bounded(world: World):
    with (
        served(world.database_url, Live(world.database_url, pace_s=0, remembered=2)) as running,
        running.stream() as stays,
    ):
        ids = [stays.next().id]
        for value in range(4):
            world.measured("harbour", "pressure", NOON + timedelta(minutes=value), value)
            ids.append(stays.event().id)
        with running.stream(ids[1]) as stream:
            assert stream.event().data == {"reason": "too-long-ago"}
        with running.stream(ids[2]) as stream:
            assert stream.told() == [("harbour", "pressure", 3)]


def test_a_quiet_stream_says_that_it_is_alive_and_where_it_is(world: World):
    with (
        served(world.database_url, Live(world.database_url, pace_s=0, silence_s=0.05)) as running,
        running.stream(station="husum") as quiet,
        running.stream() as other,
    ):
        before = quiet.next().id
        world.measured("harbour", "pm10", NOON, 1)
        now = other.event().id
        while (event := quiet.next()).id == before:
            assert event.data is None
        assert event == ("", now, None)


def test_a_member_of_the_sites_group_may_follow(world: World):
    with (
        databases.member(world.database_url, "plietsch_site") as url,
        served(url) as running,
        running.stream() as stream,
    ):
        stream.next()
        world.measured("harbour", "pm10", NOON, 1)
        assert stream.told() == [("harbour", "pm10", 1)]


def test_it_travels_as_a_stream(world: World, live: Served):
    with live.stream() as stream:
        headers = stream.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-store"
        assert stream.response.request.headers["accept-encoding"].startswith("gzip")
        assert "content-encoding" not in headers, "who compresses waits until it is worth it"
        assert "content-length" not in headers


def test_head_ends(quiet_api: Client):
    head = quiet_api.request("HEAD", "/api/v1/live?region=flensburg&station=harbour&property=pm10")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert quiet_api.request("HEAD", "/api/v1/live?station=nowhere").status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ({"region": ["flensburg", "bavaria"]}, 404, "region-unknown"),
        ({"station": ["harbour", "nowhere"]}, 404, "station-unknown"),
        ({"station": "bench"}, 404, "station-unknown"),
        ({"property": "pm25"}, 400, "property-unknown"),
        ({"method": "guessed"}, 400, "parameter-invalid"),
        ({"stations": "harbour"}, 400, "parameter-unknown"),
    ],
)
def test_a_wrong_question_is_a_problem(quiet_api: Client, query: dict[str, str], status: int, kind: str):
    problem = documents.Problem.model_validate(quiet_api.problem("/api/v1/live", **query))
    assert (problem.status, problem.type.rpartition("#problem-")[2]) == (status, kind)
