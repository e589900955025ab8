"""The hot state: equal to a fresh question whatever is written; the ready answer: its tags, codings, age and end."""

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import brotli
import psycopg
import pytest
import zstandard
from api.world import NOON, Client, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plietsch.api.delivery.kept import Kept
from plietsch.api.hot import encodings
from plietsch.api.hot.answer import Answer
from plietsch.api.hot.hot import Hot
from plietsch.api.live import reader
from plietsch.platform import ledger
from support import wait

STATIONS = "/api/v1/stations"

# What is newest, asked afresh and of all that there ever was.
_FRESH = """
SELECT DISTINCT ON (s.code, p.code) s.code, p.code, o.phenomenon_time, o.result, o.quality
FROM station s
JOIN datastream ds ON ds.station_id = s.id AND ds.by_default
JOIN observed_property p ON p.id = ds.observed_property_id AND p.spread_of IS NULL
JOIN deployment_channel c ON c.datastream_id = ds.id
JOIN deployment d ON d.id = c.deployment_id AND d.phase = 'installed'
JOIN observation o ON o.datastream_id = ds.id AND d.during @> o.phenomenon_time
WHERE o.quality <= 3 AND o.result IS NOT NULL AND o.phenomenon_time <= now() + interval '1 hour'
  AND EXISTS (SELECT FROM deployment WHERE station_id = s.id AND phase = 'installed' AND during @> now())
ORDER BY s.code, p.code, o.phenomenon_time DESC, ds.id
"""
_CHANGE = {
    "insert": "INSERT INTO observation SELECT id, %(time)s, %(value)s, NULL, %(quality)s"
    " FROM unnest(%(series)s::integer[]) AS id ON CONFLICT DO NOTHING",
    "revise": "UPDATE observation SET quality = %(quality)s, result = %(value)s"
    " WHERE datastream_id = ANY(%(series)s) AND phenomenon_time = %(time)s",
    "delete": "DELETE FROM observation WHERE datastream_id = ANY(%(series)s) AND phenomenon_time = %(time)s",
}
_LEDGER = (
    "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, revised)"
    " VALUES (%(series)s, %(time)s, %(time)s, %(added)s, %(revised)s)"
)
_INSTALL = (
    "UPDATE deployment SET during = tstzrange(%(since)s, %(until)s)"
    " WHERE phase = 'installed' AND station_id = (SELECT id FROM station WHERE code = %(station)s)"
)
# From far in the past to ahead of what is shown; each of them twice, so that changes meet.
_AGES = [timedelta(days=50), timedelta(days=31), timedelta(days=29), timedelta(hours=25), timedelta(hours=2)]
_AGES += [timedelta(minutes=10), timedelta(minutes=5), -timedelta(minutes=50), -timedelta(hours=2)]

_ages = st.sampled_from(_AGES)
_write = st.tuples(
    st.sampled_from(["insert", "insert", "insert", "revise", "delete"]),
    st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True),
    _ages,
    st.integers(0, 50),
    st.sampled_from([1, 2, 3, 4]),
)
_install = st.tuples(st.just("install"), st.sampled_from(["harbour", "husum"]), st.none() | _ages, st.none() | _ages)


class Following:
    """The hot state without its threads, told step by step."""

    def __init__(self, world: World) -> None:
        self.connection = world.connection
        self.hot = Hot()
        self._position = ledger.present(self.connection)
        self.hot.began(self.connection)

    def follow(self, is_installed: bool) -> None:
        touched, self._position = reader._read(self.connection, self._position)
        self.hot.wrote(self.connection, touched)
        if is_installed:
            self.hot.registered(self.connection)

    def said(self) -> list[tuple[Any, ...]]:
        view = self.hot.view
        assert view is not None
        return [
            (code, each, latest.time, latest.value, latest.quality)
            for code, entry in view.entries.items()
            for each, latest in entry.shown.station.latest.items()
        ]

    def features(self) -> list[tuple[Any, ...]]:
        """The same as it is sent."""
        view = self.hot.view
        assert view is not None
        documents = [json.loads(entry.feature) for entry in view.entries.values()]
        return [
            (document["id"], code, datetime.fromisoformat(latest["time"]), latest["value"], latest["quality"])
            for document in documents
            for code, latest in document["properties"]["latest"].items()
        ]


@pytest.mark.parametrize("begins_late", [False, True])
def test_the_state_is_what_a_fresh_question_answers(world: World, begins_late: bool, request: pytest.FixtureRequest):
    """After every sequence of values in order, late and ahead, failures, deletions, and devices mounted otherwise."""
    query = (
        "SELECT min(c.datastream_id) FROM deployment_channel c JOIN datastream ds ON ds.id = c.datastream_id"
        " JOIN station s ON s.id = ds.station_id WHERE s.code = %s AND c.channel = %s"
    )
    wanted = [("harbour", "pm10"), ("harbour", "temperature"), ("husum", "temperature"), ("husum", "humidity")]
    series = [world.connection.execute(query, each).fetchone()[0] for each in wanted]  # pyright: ignore
    examples = 400 if request.config.getoption("--long") else 20

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.lists(_write | _install, min_size=1, max_size=4), min_size=1, max_size=6))
    def check(groups: list[list[tuple[Any, ...]]]) -> None:
        now = datetime.now(UTC)
        _begin_anew(world)
        following = None if begins_late else Following(world)
        for group in groups:
            for change in group:
                _apply(world.connection, series, change, now)
            if following is not None:
                following.follow(any(change[0] == "install" for change in group))
                assert following.said() == world.connection.execute(_FRESH).fetchall()
        following = following or Following(world)
        assert following.said() == following.features() == world.connection.execute(_FRESH).fetchall()

    check()


def _begin_anew(world: World) -> None:
    world.connection.execute("TRUNCATE observation, write_ledger, observation_revision")
    for code in ("harbour", "husum"):
        world.connection.execute(_INSTALL, {"station": code, "since": "2026-01-01", "until": None})


def _apply(connection: psycopg.Connection[Any], series: list[int], change: tuple[Any, ...], now: datetime) -> None:
    if change[0] == "install":
        _, station, *ages = change
        since, until = (None if age is None else now - age + timedelta(seconds=1) for age in ages)
        if since is not None and until is not None and since >= until:
            since, until = until, None
        connection.execute(_INSTALL, {"station": station, "since": since, "until": until})
        return
    kind, numbers, age, value, quality = change
    parameters = {"series": [series[n] for n in numbers], "time": now - age, "value": value, "quality": quality}
    with connection.transaction():
        connection.execute("SELECT set_config('plietsch.cause', 'judge', true)")
        connection.execute(_CHANGE[kind], parameters)
        counts = {"added": int(kind == "insert"), "revised": int(kind != "insert")}
        connection.execute(_LEDGER, parameters | counts)


def test_what_was_ahead_is_shown_when_its_time_has_come(world: World):
    """As if an hour went by: the value itself moves back, and nothing is told of it."""
    now = datetime.now(UTC)
    following = Following(world)
    world.measured("harbour", "pm10", now - timedelta(minutes=5), 1.0)
    world.measured("harbour", "pm10", now + timedelta(hours=1, milliseconds=300), 2.0)
    following.follow(False)
    assert [each[3] for each in following.said()] == [1.0]
    following.hot._looked_at = 0.0

    def is_shown() -> bool:
        following.hot._looked_at = 0.0
        following.hot.waited(world.connection)
        return [each[3] for each in following.said()] == [2.0]

    wait.until(is_shown, "the value is shown", 5)


def test_a_deployment_begins_and_ends_by_the_clock(world: World):
    """As if ten seconds went by, again and again: nobody writes anything."""
    following = Following(world)

    def codes() -> list[str]:
        following.hot._looked_at = 0.0
        following.hot.waited(world.connection)
        assert following.hot.view is not None
        return list(following.hot.view.entries)

    now = datetime.now(UTC)
    for station, since, until in (("harbour", None, 0.3), ("husum", 0.3, None)):
        span = [edge and now + timedelta(seconds=edge) for edge in (since, until)]
        world.connection.execute(_INSTALL, {"station": station, "since": span[0], "until": span[1]})
    following.hot.registered(world.connection)
    assert codes() == ["harbour", "market"]
    wait.until(lambda: codes() == ["husum", "market"], "one has ended, another begun", 5)


def test_a_poll_is_answered_304_until_something_changes(world: World, api: Client):
    api.settled()
    first = api.get(STATIONS)
    assert first.headers["cache-control"] == "public, max-age=1"
    assert first.headers["vary"] == "Accept, Accept-Encoding"
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    again = api.get(STATIONS, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert api.get(STATIONS, headers={"If-None-Match": "*"}).status_code == 304
    # Within one second there may be two answers: a time cannot say which of them somebody has.
    assert api.get(STATIONS, headers={"If-Modified-Since": first.headers["last-modified"]}).status_code == 200
    world.measured("harbour", "pm2_5", NOON, 12.3)
    api.settled()
    changed = api.get(STATIONS, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize(
    "asked", ["stations", "stations?region=flensburg", "stations.csv", "latest", "latest.csv?station=harbour"]
)
def test_every_list_of_newest_values_says_when_something_changed(world: World, api: Client, asked: str):
    url = f"/api/v1/{asked}"
    begun_at = datetime.now(UTC).replace(microsecond=0)
    world.measured("harbour", "pm2_5", NOON, 12.3)
    api.settled()
    first = api.get(url)
    modified = parsedate_to_datetime(first.headers["last-modified"])
    assert begun_at <= modified <= datetime.now(UTC)
    not_since = {"If-Modified-Since": first.headers["last-modified"]}
    assert api.get(url, headers=not_since).status_code == 200
    known = api.get(url, headers={"If-None-Match": first.headers["etag"], **not_since})
    assert (known.status_code, known.headers["last-modified"]) == (304, first.headers["last-modified"])


def test_the_ready_answer_is_the_one_of_the_route(world: World, api: Client):
    world.series("harbour", "pm2_5", [1.0, 2.0])
    api.settled()
    ready = api.get(STATIONS)
    # A box around the world is a question that nobody has prepared for.
    asked = api.get(STATIONS, bbox="-180,-90,180,90")
    assert asked.content == ready.content
    of_each = {"content-length", "ratelimit", "x-request-id", "etag", "last-modified", "vary", "link"}
    assert of_each <= set(ready.headers)
    assert {name: value for name, value in ready.headers.items() if name not in of_each} == {
        name: value for name, value in asked.headers.items() if name not in of_each
    }
    head = api.request("HEAD", STATIONS)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", ready.headers["etag"])
    assert head.headers["content-length"] == ready.headers["content-length"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.1, identity", "identity"),
        ("compress", "identity"),
        ("gzip;q=x", "gzip"),
    ],
)
def test_a_coding_is_chosen(accepted: str, coding: str):
    assert encodings.chosen(accepted) == coding


def test_each_coding_holds_the_same_and_has_a_tag_of_its_own():
    body = b'{"a": 1}' * 1000
    answer = Answer(body, NOON)
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstandard.decompress}
    for coding, unpacked in unpack.items():
        assert answer.ready(coding) is None
        made = answer.made(coding)
        assert unpacked(made.body) == body
        assert answer.ready(coding) is made
    assert len({answer.made(coding).etag for coding in [*unpack, "identity"]}) == 4


def test_what_is_asked_for_is_ready_in_the_next_answer(world: World, api: Client):
    api.settled()
    assert api.get(STATIONS, headers={"Accept-Encoding": "br"}).headers["content-encoding"] == "br"
    world.measured("harbour", "pm2_5", NOON, 12.3)
    api.settled()
    answer = api.app.state.hot.answers.present
    assert answer.ready("br") is not None
    assert answer.ready("gzip") is None


def test_the_ready_answer_leaves_the_application_as_it_is_kept(api: Client):
    """What lies around it may add headers, but not take its bytes apart: the server would know of no file any more."""
    api.settled()
    sent: list[Any] = []

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": STATIONS, "raw_path": STATIONS.encode(), "query_string": b""}
        headers = [(b"host", b"plietsch.example"), (b"accept-encoding", b"gzip")]

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await api.app({**scope, "headers": headers, "scheme": "http", "root_path": "", "client": None}, receive, send)

    api._runner.run(ask())
    begin, body = sent
    assert dict(begin["headers"])[b"content-encoding"] == b"gzip"
    assert isinstance(body["body"], Kept)
    assert body["body"].file is not None


@pytest.mark.parametrize("accept", ["*/*", "application/geo+json", "text/html, */*;q=0.8", "application/json"])
def test_who_takes_json_gets_it(quiet_api: Client, accept: str):
    response = quiet_api.get(STATIONS, headers={"Accept": accept})
    assert response.headers["content-type"] == (accept if accept == "application/json" else "application/geo+json")


@contextmanager
def away(world: World, api: Client) -> Iterator[None]:
    """The database lets nobody in."""
    name = world.connection.info.dbname
    with psycopg.connect(world.database_url.replace(f"/{name}", "/postgres"), autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name LIKE %s",
            [name, "plietsch%"],
        )
        yield
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_what_is_known_is_good_for_a_while_after_the_database_was_lost(world: World):
    for good_for_s, is_good in ((60.0, True), (0.0, False)):
        hot = Hot(good_for_s=good_for_s)
        hot.began(world.connection)
        assert hot.view is not None
        hot.lost()
        assert (hot.view is not None) == is_good
        hot.began(world.connection)
        assert hot.view is not None


def test_while_the_database_is_away_the_last_answer_is_sent_for_a_minute(
    world: World, api: Client, request: pytest.FixtureRequest
):
    if not request.config.getoption("--long"):
        pytest.skip("takes ten seconds: --long")
    api.settled()
    hot: Hot = api.app.state.hot
    tag = api.get(STATIONS).headers["etag"]
    with away(world, api):
        wait.until(lambda: hot._away_since is not None, "the reader finds it gone", 10)
        assert api.get(STATIONS).headers["etag"] == tag
        assert api.json("/api/v1/latest")["latest"] == []
        hot._away_since = time.monotonic() - 61
        gone = api.problem(STATIONS)
        assert (gone["status"], gone["type"]) == (503, "/developers#problem-database-unavailable")
        assert api.problem("/api/v1/latest")["status"] == 503
    wait.until(lambda: api.get(STATIONS).status_code == 200, "it is back", 15)
