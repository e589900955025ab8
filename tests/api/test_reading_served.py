"""Large answers of a real server: what a reader that goes away, a slow one, an error and a million rows do to it."""

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from api.streams import Served, served
from api.world import World

from support import processes, wait

OBSERVATIONS = "/api/v1/observations"
SPAN = "from=2026-05-01T00:00:00Z&to=2028-05-01T00:00:00Z&property=pm2_5"
STATIONS = 10
MEGABYTE = 1_000_000


@contextmanager
def asking(address: str, query: str) -> Iterator[socket.socket]:
    """Somebody who has asked, and takes nothing yet."""
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect((host, int(port)))
        connection.sendall(f"GET {OBSERVATIONS}?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        yield connection


@contextmanager
def slow(address: str, query: str) -> Iterator[socket.socket]:
    """A reader that has read the beginning and takes no more."""
    with asking(address, query) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        yield connection


def measure(world: World, values: int) -> None:
    """Ten stations with so many values each."""
    world.crowd(STATIONS)
    world.connection.execute(
        """INSERT INTO observation
        SELECT d.id, timestamptz '2026-05-02Z' + n * interval '5 min', n %% 700 / 10.0, NULL, 1
        FROM datastream d JOIN station s ON s.id = d.station_id, generate_series(1, %s) n
        WHERE s.code LIKE 'crowd-%%'""",
        [values - 100],
    )


def lent(running: Served) -> tuple[int, int]:
    reading = running.server.config.app.state.reading
    return reading.readers.present, reading.pool.lent


def unsent(address: str) -> int:
    """So many bytes wait in the kernel for the readers of a server (proc_net(5))."""
    _, _, port = address.rpartition(":")
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(int(row[4].partition(":")[0], 16) for row in rows if row[1].endswith(f":{int(port):04X}"))


def test_a_reader_that_goes_away_frees_everything(world: World):
    measure(world, 15_000)
    with served(world.database_url) as running:
        with slow(running.address, f"{SPAN}&format=ndjson"):
            wait.until(lambda: lent(running) == (1, 0), "it stalls, and holds no connection", 20)
            assert 0 < unsent(running.address) < MEGABYTE
        wait.until(lambda: lent(running) == (0, 0), "it is gone, and nothing is read for it", 5)
        with psycopg.connect(world.database_url) as other:
            other.execute("LOCK TABLE observation IN ACCESS EXCLUSIVE MODE")
            with asking(running.address, SPAN):
                wait.until(lambda: lent(running) == (1, 1), "it waits for its first rows", 20)
            wait.until(lambda: lent(running) == (0, 0), "it is gone, and nothing is read for it", 5)


def test_a_connection_that_stalls_is_ended(world: World):
    measure(world, 15_000)
    with served(world.database_url, stalled_ms=500) as running, slow(running.address, f"{SPAN}&format=ndjson"):
        wait.until(lambda: lent(running) == (1, 0), "it stalls", 20)
        wait.until(lambda: lent(running) == (0, 0), "the kernel gives it up", 20)


def test_an_error_in_the_middle_breaks_the_answer_off(world: World):
    measure(world, 15_000)
    with served(world.database_url) as running, httpx.Client(base_url=running.address, timeout=30) as client:
        with slow(running.address, f"{SPAN}&format=csv") as connection:
            wait.until(lambda: lent(running) == (1, 0), "it stalls", 20)
            world.connection.execute("ALTER TABLE observation RENAME TO observation_of_old")
            body = bytearray()
            while piece := connection.recv(1 << 16):
                body += piece
        assert not body.endswith(b"0\r\n\r\n"), "the end of a body that is complete (RFC 9112, section 7.1)"
        # Where the first piece fails already, there is a problem instead.
        assert client.get(f"{OBSERVATIONS}?{SPAN}").status_code == 503


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    log = tmp_path / "log"
    server = processes.start("serve", "--port", "0", "--database-url", world.database_url, log=log)
    try:
        found = wait.until(lambda: log.exists() and re.search(r"http://[\d.:]+", log.read_text()), "it serves", 60)
        address = found[0]
        wait.until(lambda: is_up(address), "it answers", 60)
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def answered(connections: Sequence[socket.socket]) -> int:
    """To how many the beginning of an answer has come; it is left there."""
    poll = select.poll()
    for each in connections:
        poll.register(each, select.POLLIN)
    return len(poll.poll(0))


def test_slow_readers_do_not_stop_a_quick_one(
    world: World, site: tuple[str, psutil.Process], request: pytest.FixtureRequest
):
    many = 1000 if request.config.getoption("--long") else 60
    measure(world, 15_000)
    address, process = site
    quick = f"{OBSERVATIONS}?station=crowd-1&from=2026-05-03T00:00:00Z&to=2026-05-04T00:00:00Z&format=csv"
    with httpx.Client(base_url=address, timeout=60) as client, ExitStack() as stack:
        alone = client.get(quick).raise_for_status().text
        idle = process.memory_info().rss
        slow = [stack.enter_context(asking(address, f"{SPAN}&format=ndjson")) for _ in range(many)]
        began = time.monotonic()
        assert client.get(quick).text == alone
        beside_s = time.monotonic() - began
        waiting = many - answered(slow)
        assert waiting > 0, "the quick one waited for all who had come before"
        wait.until(lambda: answered(slow) == many, "all slow ones are answered, too", 120)
        said = Counter(each.recv(12) for each in slow)
        # Of a thousand, some wait half a minute in vain, and are told so.
        assert said.keys() <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        assert said[b"HTTP/1.1 200"] > many / 2
        assert client.get(quick).text == alone
        more = (process.memory_info().rss - idle) / MEGABYTE
    print(f"{many} slow readers: {beside_s:.2f} s, {waiting} still waited, {more:.0f} MB more, {said}")  # noqa: T201 for -s
    assert more < 500


def test_a_million_rows_need_no_hundred_megabytes(
    world: World, site: tuple[str, psutil.Process], request: pytest.FixtureRequest
):
    values = 100_000 if request.config.getoption("--long") else 8_000
    measure(world, values)
    address, process = site
    with httpx.Client(base_url=address, timeout=120, headers={"Accept-Encoding": "identity"}) as client:
        client.get(f"{OBSERVATIONS}?{SPAN}&station=crowd-1&limit=10").raise_for_status()
        idle = process.memory_info().rss
        for format_ in ("json", "ndjson", "csv", "excel", "parquet", "arrow"):
            most, size = 0, 0
            with client.stream("GET", f"{OBSERVATIONS}?{SPAN}&format={format_}") as response:
                assert response.status_code == 200
                for piece in response.iter_raw(1 << 18):
                    size += len(piece)
                    most = max(most, process.memory_info().rss)
            print(f"{format_}: {size / MEGABYTE:.1f} MB, {(most - idle) / MEGABYTE:.0f} MB above idle")  # noqa: T201
            assert most - idle <= 100 * MEGABYTE, format_
