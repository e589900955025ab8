"""How answers travel, and what happens when the database is not there."""

import asyncio
import base64
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from api.world import DEV_EUIS, EXACT, NOON, Client, World
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from plietsch.api import documents, examples, freshness
from plietsch.api.delivery.compression import Compression
from plietsch.platform import migrations, properties
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import wait

ADDRESSES = ["/api/v1", "/api/v1/stations", "/api/v1/stations/harbour", "/api/v1/observations", "/api/v1/properties"]
ADDRESSES += ["/api/v1/latest"]


@pytest.mark.parametrize("url", [*ADDRESSES, "/api/v1/openapi.json", "/healthz"])
def test_every_answer_is_open_safe_and_known_to_head(quiet_api: Client, url: str):
    response = quiet_api.get(url, headers={"Origin": "https://somewhere.example"})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-content-type-options"] == "nosniff"
    head = quiet_api.request("HEAD", url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == response.headers["content-type"]
    # Of what streams, no length is known: certainly not 0.
    assert head.headers.get("content-length") == response.headers.get("content-length")


def test_answers_are_compressed(quiet_api: Client):
    response = quiet_api.get("/api/v1/stations", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["vary"]


@pytest.mark.parametrize("url", ["/api/v1/stations", "/api/v1/properties", "/api/v1/properties.csv"])
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("br;q=0.1, gzip;q=1", "gzip"), ("gzip;q=0.1, br;q=0.2, identity;q=0", "br"), ("gzip;q=0.5, identity", None)],
)
def test_the_coding_is_the_one_that_is_wanted_most(quiet_api: Client, url: str, accepted: str, coding: str | None):
    """Also beside the answer that is kept ready, which has a choice of its own."""
    assert quiet_api.get(url, headers={"Accept-Encoding": accepted}).headers.get("content-encoding") == coding


def test_many_slow_readers_hold_little_memory():
    """Beyond some at a time answers are made by what holds less, then sent as they are; who comes later has it all."""

    async def streams(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/csv")]})
        await send({"type": "http.response.body", "body": b"a,b\n" * 1000, "more_body": True})
        await receive()
        await send({"type": "http.response.body"})

    async def encodings() -> list[str | None]:
        compression, over, started = Compression(streams, roomy=1, most=2), asyncio.Event(), asyncio.Queue[Message]()

        async def receive() -> Message:
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                await started.put(message)

        async def read() -> str | None:
            tasks.append(asyncio.create_task(compression(dict(scope), receive, send)))
            headers = Headers(raw=(await started.get())["headers"])
            assert headers["vary"] == "Accept-Encoding"
            return headers.get("content-encoding")

        tasks: list[asyncio.Task[None]] = []
        scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip, br, zstd")]}
        found = [await read() for _ in range(3)]
        over.set()
        await asyncio.gather(*tasks)
        return [*found, await read()]

    assert asyncio.run(encodings()) == ["zstd", "gzip", None, "zstd"]


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_who_reads_files_by_ranges_has_them_whole(measured_api: Client, suffix: str):
    """DuckDB's httpfs downloads whole what has no length, and takes a 200 for that there are no ranges: an answer that
    streams must have none in HEAD, which would be that of no body."""
    asked = f"/api/v1/observations.{suffix}?from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
    plain = {"Accept-Encoding": "identity"}
    head = measured_api.request("HEAD", asked, headers=plain)
    assert (head.status_code, head.headers.get("content-length")) == (200, None)
    assert head.headers["accept-ranges"] == "none"
    some = measured_api.get(asked, headers={**plain, "Range": "bytes=0-99"})
    assert (some.status_code, some.headers.get("content-range")) == (200, None)
    assert len(some.content) > 100


def test_the_links_lead_somewhere(quiet_api: Client):
    for url in quiet_api.json("/api/v1")["links"].values():
        assert quiet_api.request("HEAD", url).status_code == 200


def test_properties_name_their_units(quiet_api: Client):
    answer = quiet_api.json("/api/v1/properties")
    documents.Properties.model_validate(answer)
    assert [(each["code"], each["unit"], each["unit_symbol"]) for each in answer["properties"]] == [
        (each.code, each.unit, each.unit_symbol) for _, each in sorted(properties.ALL.items())
    ]


@pytest.mark.parametrize("url", ["/api/v1/nothing", "/api/v2", "/x%00y", "/api/v1/stations/a/b"])
def test_an_unknown_address_is_a_problem(quiet_api: Client, url: str):
    problem = quiet_api.problem(url)
    assert problem["status"] == 404
    assert problem["hint"] == "GET /api/v1 lists what there is."


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/api/v1/", "/api/v1"),
        ("/api/v1/stations/", "/api/v1/stations"),
        ("/api/v1//stations", "/api/v1/stations"),
        ("/api/v1/stations.csv/?limit=7&kind=air", "/api/v1/stations.csv?limit=7&kind=air"),
        ("/api/v1/stations/h%C3%A4fen//", "/api/v1/stations/h%C3%A4fen"),
        ("/api/v1/stations/h%2541/", "/api/v1/stations/h%2541"),
    ],
)
def test_an_address_with_a_slash_too_many_is_unknown_and_says_what_is_meant(quiet_api: Client, asked: str, meant: str):
    problem = quiet_api.problem(asked)
    assert (problem["status"], problem["hint"]) == (404, f"A slash less leads there: GET {meant}")


@pytest.mark.parametrize("url", ["/api/v1/nothing/", "/api/v1/stations/a/b/", "//api/v2"])
def test_a_slash_less_is_not_named_where_it_leads_nowhere(quiet_api: Client, url: str):
    assert quiet_api.problem(url)["hint"] == "GET /api/v1 lists what there is."


def test_another_method_is_a_problem(quiet_api: Client):
    response = quiet_api.request("DELETE", "/api/v1/stations/harbour")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_no_answer_tells_a_device_or_an_exact_place(world: World, api: Client):
    for code in EXACT:
        world.measured(code, "battery", NOON, 3.7)
    urls = [*ADDRESSES, "/api/v1/openapi.json", "/healthz", *(f"/api/v1/stations/{code}" for code in DEV_EUIS)]
    span = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
    urls += [f"/api/v1/observations?{span}&format={f}&resolution={r}" for f in ("json", "csv") for r in ("raw", "1h")]
    secrets = [*DEV_EUIS.values(), *(str(degrees) for place in EXACT.values() for degrees in place), "17.25"]
    for url in urls:
        text = api.get(url).text.lower()
        assert [secret for secret in secrets if secret in text] == [], url


def test_health_tells_the_newest_observation(world: World, api: Client):
    assert api.json("/healthz") == {"status": "ok", "database": "ok", "observations_latest_at": None}
    world.measured("harbour", "pm10", NOON, 1.0)
    assert api.json("/healthz")["observations_latest_at"] == "2026-05-01T12:00:00Z"


def test_a_database_without_tables_is_told_apart(empty_database_url: str):
    client = Client(empty_database_url)
    health = client.get("/healthz")
    assert (health.status_code, health.json()["database"]) == (503, "not prepared")
    problem = client.problem("/api/v1/stations")
    assert problem["status"] == 503
    assert "plietsch db migrate" in problem["hint"]
    client.close()


def test_a_database_that_goes_down_is_told(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / "server")
    server.start()
    migrations.migrate(server.url())
    client = Client(server.url())
    assert client.get("/healthz").status_code == 200
    server.stop()
    health = client.get("/healthz")
    assert (health.status_code, health.json()["database"]) == (503, "unreachable")
    asked = {"X-Request-Id": examples.DATABASE_PROBLEM["request_id"]}
    response = client.get("/api/v1/properties", headers=asked)
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.json() == examples.DATABASE_PROBLEM | {"instance": "/api/v1/properties"}
    client.close()
    server.remove()


def test_a_database_that_comes_later_is_found(postgres: EmbeddedPostgres):
    name = f"late_{uuid.uuid4().hex}"
    client = Client(postgres.url(name))
    assert client.get("/healthz").status_code == 503
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
        wait.until(lambda: client.get("/api/v1/stations").status_code == 200, "the API finds its database", 10)
        client.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_connection_that_was_cut_is_replaced_unseen(world: World, api: Client):
    assert api.get("/api/v1/properties").status_code == 200
    with psycopg.connect(world.database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'plietsch-api'"
        )
    assert api.get("/api/v1/properties").status_code == 200


@pytest.fixture
def slow(world: World) -> Iterator[psycopg.Connection]:
    """Whoever reads observations waits for as long as this connection's transaction lasts."""
    with psycopg.connect(world.database_url) as connection:
        connection.execute("LOCK TABLE observation IN ACCESS EXCLUSIVE MODE")
        yield connection


def test_a_slow_question_asked_by_many_keeps_nobody_else_waiting(api: Client, slow: psycopg.Connection):
    quick = ["/healthz", "/api/v1/properties", "/healthz"]
    answers, late = api.beside(["/api/v1/stations/harbour"] * 12, quick, slow.rollback)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.status_code for answer in late] == [200] * 12


def test_another_question_does_not_wait_for_a_slow_one(world: World, api: Client, slow: psycopg.Connection):
    """Where nothing is installed, nothing is read of observations."""
    world.connection.execute("DELETE FROM deployment WHERE station_id = (SELECT id FROM station WHERE code = 'husum')")
    quick = ["/api/v1/stations/husum", "/api/v1/properties"]
    answers, late = api.beside(["/api/v1/stations/market", "/api/v1/stations/harbour"], quick, slow.rollback)
    assert [answer.status_code for answer in [*answers, *late]] == [404, 200, 200, 200]


def test_who_waits_too_long_behind_the_same_question_is_told(api: Client, slow: psycopg.Connection):
    api.app.state.stations_cache = freshness.Cache(patience_s=0)
    _, late = api.beside(["/api/v1/stations/harbour"] * 3, ["/api/v1/properties"], slow.rollback)
    assert sorted(answer.status_code for answer in late) == [200, 503, 503]
    problem = next(answer for answer in late if answer.status_code == 503)
    assert problem.headers["Retry-After"] == "5"
    documents.Problem.model_validate(problem.json())


def test_an_error_that_nobody_foresaw_shows_nothing(world: World, api: Client):
    world.connection.execute("ALTER TABLE observed_property RENAME COLUMN definition TO meaning")
    problem = api.problem("/api/v1/properties")
    assert problem["status"] == 500
    assert "meaning" not in str(problem)
    assert "definition" not in str(problem)


# Among them cursors of the right form whose parts are of the wrong type, or beyond any time.
NASTY = [
    *(
        "",
        "\x00",
        "\ud7ff",
        "%",
        "'; DROP TABLE station; --",
        "9" * 400,
        "-1",
        "1e400",
        "nan",
        "inf",
        "+00:00",
        "[]",
        "null",
    ),
    *("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z", "2026-05-01T12:00:00Z"),
    *("raw", "csv", "harbour", "pm10", "W10=", "WzEsImEiLCJiIiwxXQ", "WzksImEiLCJiIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg"),
    base64.urlsafe_b64encode(b'[253402300799999999,"a","b",1]').decode(),
    base64.urlsafe_b64encode(b'[-62135596800000000,"","",-1]').decode(),
    base64.urlsafe_b64encode(b'[9223372036854775807,"a","b",1]').decode(),
]
NAMES = ["station", "property", "region", "bbox", "from", "to", "resolution", "format", "limit", "cursor", "", "\x00"]
NAMES += ["near", "radius", "nearest", "municipality_key", "operator", "kind", "q", "method"]


@given(
    url=st.sampled_from(ADDRESSES),
    query=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NASTY) | st.text(max_size=30)), max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_no_question_is_too_much(quiet_api: Client, url: str, query: list[tuple[str, str]]):
    response = quiet_api.request("GET", url, params=query)
    assert response.status_code in (200, 400, 404), response.text
    if response.status_code != 200:
        problem = documents.Problem.model_validate(response.json())
        assert problem.hint
