"""The live stream when something is in its way: many listeners, slow ones, a database or a server that stops."""

import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from api.streams import Served, Stream, served
from api.world import NOON, World

from plietsch.api.live import Live
from plietsch.platform import migrations
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import processes, wait


@pytest.fixture
def live(world: World) -> Iterator[Served]:
    with served(world.database_url, Live(world.database_url, pace_s=0)) as running:
        yield running


def connections(world: World, name: str) -> int:
    """How many connections of that name there are to the database."""
    row = world.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s", (name,)
    ).fetchone()
    return row[0] if row else 0


def test_many_listeners_have_one_reader_and_keep_no_connection(world: World, live: Served):
    wait.until(lambda: connections(world, "plietsch-live") == 1, "the reader begins with the application", 10)
    with ExitStack() as stack:
        streams = [stack.enter_context(live.stream()) for _ in range(40)]
        for stream in streams:
            stream.next()
        assert httpx.get(f"{live.address}/api/v1/stations").status_code == 200
        world.measured("harbour", "pm10", NOON, 1)
        assert all(stream.told() == [("harbour", "pm10", 1)] for stream in streams)
        assert connections(world, "plietsch-live") == 1
        assert connections(world, "plietsch-api") <= 8
    live.stop()
    wait.until(lambda: connections(world, "plietsch-live") == 0, "the reader ends with the server", 10)


def test_one_listener_too_many_is_told_when_to_come_back(world: World):
    with (
        served(world.database_url, Live(world.database_url, most_listeners=2)) as running,
        running.stream(),
    ):
        with running.stream():
            response = httpx.get(f"{running.address}/api/v1/live")
            assert (response.status_code, response.headers["retry-after"]) == (503, "5")
            assert response.json()["type"] == "/developers#problem-too-many-listeners"

        def is_let_in() -> bool:
            with httpx.stream("GET", f"{running.address}/api/v1/live") as response:
                return response.status_code == 200

        wait.until(is_let_in, "the place of one who left is free")


def test_one_client_does_not_take_the_places_of_others(world: World):
    live = Live(world.database_url, most_each=1)
    with served(world.database_url, live, exempt="") as running, running.stream():
        response = httpx.get(f"{running.address}/api/v1/live")
        assert response.status_code == 503
        assert response.json()["type"] == "/developers#problem-too-many-listeners"
        assert "From your address 1 " in response.json()["detail"]
        with live.bell.waiting("127.0.0.1"):
            assert httpx.get(f"{running.address}/api/v1/changes?wait=1").status_code == 503


def test_who_is_too_slow_is_told_to_fetch_anew_and_holds_up_nobody(world: World):
    stations = 2000
    world.crowd(stations)
    live = Live(world.database_url, pace_s=0, remembered=stations)  # the last telling
    with served(world.database_url, live) as running, running.stream() as quick, running.raw() as slow:
        quick.next()
        assert slow.recv(12) == b"HTTP/1.1 200"
        # More than the system keeps for a connection (4 MB); one batch after the other, as the quick one gets them.
        for turn in range(30):
            world.connection.execute(
                "WITH written AS (INSERT INTO observation SELECT d.id, %(time)s, 1, %(time)s, 1 FROM datastream d"
                " JOIN station s ON s.id = d.station_id WHERE s.code LIKE 'crowd-%%' RETURNING *)"
                " INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)"
                " SELECT array_agg(datastream_id), %(time)s, %(time)s, count(*) FROM written",
                {"time": NOON + timedelta(minutes=turn)},
            )
            assert len(quick.told()) == stations
        read_until(slow, b'data: {"reason":"too-slow"}')
        world.measured("harbour", "pm10", NOON, 4711)
        read_until(slow, b'"value":4711.0')


def read_until(connection: socket.socket, what: bytes) -> None:
    """Read until something has come."""
    text, deadline = b"", time.monotonic() + 20
    while what not in text:
        piece = connection.recv(1 << 16)
        assert piece, f"the stream ended before {what!r}"
        assert time.monotonic() < deadline, f"{what!r} does not come"
        text = text[-len(what) :] + piece


def test_a_reader_that_was_cut_off_goes_on_and_says_so(world: World, live: Served):
    with live.stream() as stream:
        stream.next()
        world.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'plietsch-live'"
        )
        assert_goes_on(stream, world)


def test_a_database_that_restarts_is_followed_again(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / "server")
    server.start()
    try:
        migrations.migrate(server.url())
        world = World(server.url())
        with served(server.url(), Live(server.url(), pace_s=0)) as running, running.stream() as stream:
            stream.next()
            postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
            postmaster.send_signal(signal.SIGINT)
            postmaster.wait(20)
            world.close()
            server.start()
            world.connection = psycopg.connect(server.url(), autocommit=True)
            assert_goes_on(stream, world)
            world.close()
    finally:
        server.remove()


def assert_goes_on(stream: Stream, world: World) -> None:
    """What was written meanwhile may have gone unseen, so it says; what is written then is told."""
    event = stream.event()
    assert (event.kind, event.data) == ("reload", {"reason": "interrupted"})
    world.measured("harbour", "pm10", NOON, 1)
    assert stream.told() == [("harbour", "pm10", 1)]


def test_another_servers_ledger_is_begun_anew(world: World, live: Served):
    """After a dump and restore into a server that counts anew, an id from before is ahead of everything."""
    with live.stream() as stream:
        server, transaction_id, id_ = stream.next().id.split("-")
    for elsewhere in (f"{server}-{int(transaction_id) + 1_000_000}-{id_}", f"00000000-{transaction_id}-{id_}"):
        with live.stream(elsewhere) as stream:
            assert stream.event().data == {"reason": "too-long-ago"}


def test_a_server_that_is_told_to_stop_does_not_wait_for_its_streams(world: World, live: Served):
    with live.stream() as stream, live.stream() as other:
        stream.next()
        live.stop()
        for each in (stream, other):
            with pytest.raises(StopIteration):  # the end of an answer, not a connection that breaks
                each.event()


def test_plietsch_serve_ends_its_streams_and_then_itself(database_url: str, tmp_path: Path):
    log = tmp_path / "log"
    server = processes.start("serve", "--port", "0", "--database-url", database_url, log=log)
    try:
        address = wait.until(lambda: re.search(r"http://\S+/", log.read_text()), "the address is printed")[0]
        wait.until(lambda: _answers(f"{address}healthz"), "the site answers")
        with httpx.stream("GET", f"{address}api/v1/live", timeout=20) as response:
            lines = response.iter_lines()
            assert next(lines).startswith("retry: ")
            server.send_signal(signal.SIGINT)
            assert list(lines)[-1] == ""
            assert server.wait(timeout=20) == 0
    finally:
        server.kill()
        server.wait()
    assert "Traceback" not in log.read_text()
    assert "Cancel" not in log.read_text(), "uvicorn's patience with answers that are not complete came to its end"


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
