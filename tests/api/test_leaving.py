"""Clients that go away before they are answered, from a real server: what is done for them ends, at each address."""

import asyncio
import itertools
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import httpx
import psycopg
import pytest
from api.streams import served
from api.world import World, described
from starlette.types import Message, Receive, Scope, Send

from plietsch.api.live import Live
from plietsch.api.routes.leaving import UnlessGone
from plietsch.api.shared import Shared
from support import wait
from support.serving import serving

_DAY = "from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z"
_OBSERVATIONS = f"/api/v1/observations?station=harbour&{_DAY}"
# By a table: what reads it, each time as many addresses as may read at once.
_READ = {
    "observation": [
        [_OBSERVATIONS, f"{_OBSERVATIONS}&limit=3", f"{_OBSERVATIONS}&format=csv", f"HEAD {_OBSERVATIONS}"],
        ["/api/v1/stations/harbour", "/api/v1/datastreams", "/api/v1/datastreams.csv", "/api/v1/datastreams/1"],
        ["/api/v1/gauges", "/api/v1/gauges.csv", f"/api/v1/stations/harbour/chart.svg?property=pm10&{_DAY}"],
        ["/api/v1/statistics", "/api/v1/statistics?limit=5"],
        [f"/api/v1/changes{asked}" for asked in ("?since=beginning", ".csv?since=beginning")],
        ["/api/v1/changes?since=beginning&wait=30", "/en/stations/harbour", "/en/compare?station=harbour"],
    ],
    "station, device_type, observed_property": [
        ["/api/v1/properties", "/api/v1/properties/pm10", "/api/v1/device-types", "/api/v1/device-types/plietsch-rain"],
        ["/api/v1/annotations", "/api/v1/gauges/harbour", "/api/v1/live?station=harbour"],
    ],
}  # fmt: skip
# Where nothing is asked of the database, or only whether it answers.
_FROM_MEMORY = {"/api/v1", "/api/v1/stations", "/api/v1/latest", "/healthz", "/status.json"}


@contextmanager
def asking(address: str, *asked: str) -> Iterator[None]:
    """Some who have asked, and go away without an answer."""
    host, port = address.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for each in asked:
            method, _, path = each.rpartition(" ")
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(f"{method or 'GET'} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        yield


def is_waiting(world: World, some: int) -> bool:
    """Whether so many queries of those who answer wait for a table."""
    row = world.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND application_name IN ('plietsch-api', 'plietsch-reading')"
    ).fetchone()
    return row == (some,)


def test_who_goes_away_frees_everything_at_each_address(world: World):
    world.series("harbour", "pm10", [1.0, 2.0])
    with serving(world.database_url) as address, psycopg.connect(world.database_url) as other:
        for tables, groups in _READ.items():
            other.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            for group in groups:
                with asking(address, *group):
                    wait.until(partial(is_waiting, world, len(group)), f"{group} read {tables}", 20)
                wait.until(partial(is_waiting, world, 0), f"they are gone, and nothing is read: {group}", 10)
            other.rollback()
        for first, *_ in itertools.chain(*_READ.values()):
            assert httpx.get(f"{address}{first}", timeout=20).status_code == 200, first


def test_no_address_is_forgotten():
    asked = [path.partition("?")[0].removesuffix(".csv").split("/") for each in _READ.values() for group in each
             for path in group]  # fmt: skip

    def is_asked(template: str) -> bool:
        parts = template.split("/")
        return any(
            len(path) == len(parts) and all(a == b or b[:1] == "{" for a, b in zip(path, parts, strict=True))
            for path in asked
        )

    assert {each for each in described()["paths"] if not is_asked(each)} == _FROM_MEMORY


def test_who_waited_for_changes_and_left_keeps_nobody_out(world: World):
    world.series("harbour", "pm10", [1.0])
    with served(world.database_url, Live(world.database_url, most_each=8), exempt="") as running:

        def next_one() -> int:
            """Takes a place, if only for a moment: there is something already."""
            return httpx.get(f"{running.address}/api/v1/changes?since=beginning&wait=30").status_code

        with asking(running.address, *["/api/v1/changes?property=humidity&wait=30"] * 8):
            wait.until(lambda: running.live.bell.present == 8, "all places of one address are taken", 20)
            assert next_one() == 503
        wait.until(lambda: running.live.bell.present == 0, "they are free", 10)
        assert next_one() == 200


class Asked:
    """A request to an application that is watched, without a socket."""

    def __init__(self, method: str = "GET") -> None:
        self.scope: Scope = {"type": "http", "method": method, "path": "/", "headers": []}
        self.sent: list[Message] = []
        self.coming: asyncio.Queue[Message] = asyncio.Queue()
        self.coming.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    def goes(self) -> None:
        self.coming.put_nowait({"type": "http.disconnect"})

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def through(self, app: UnlessGone) -> list[Message]:
        async with asyncio.timeout(20):
            await app(self.scope, self.coming.get, self.send)
        return self.sent


async def _answer(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


def test_what_only_reads_is_ended_with_an_answer_for_nobody():
    async def never(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    asked = Asked()
    asked.goes()
    begin, _ = asyncio.run(asked.through(UnlessGone(never)))
    assert begin["status"] == 499


def test_what_changes_something_is_finished():
    asked = Asked("POST")
    asked.goes()

    async def sign(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await _answer(send)

    begin, _ = asyncio.run(asked.through(UnlessGone(sign)))
    assert begin["status"] == 200


def test_whoever_takes_its_time_is_told_itself_what_comes():
    """After it was watched for: nothing is lost, and a client that goes is no reason to end it behind its back."""
    asked = Asked()

    async def read(_scope: Scope, receive: Receive, send: Send) -> None:
        while not asked.coming.empty():  # until the watch took the request
            await asyncio.sleep(0)
        assert (await receive())["type"] == "http.request"
        asked.goes()
        assert (await receive())["type"] == "http.disconnect"
        await _answer(send)

    begin, _ = asyncio.run(asked.through(UnlessGone(read)))
    assert begin["status"] == 200


def test_a_body_that_has_no_end_is_not_collected():
    """A GET may have one: what is not taken from the server stays with it, and in the end with whoever sends it."""
    pieces: list[Message] = [{"type": "http.request", "body": b"piece", "more_body": True} for _ in range(9)]
    asked = Asked()
    asked.coming = asyncio.Queue()
    for each in pieces:
        asked.coming.put_nowait(each)

    async def look(_scope: Scope, receive: Receive, send: Send) -> None:
        while asked.coming.qsize() == len(pieces):  # until it is watched
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        assert asked.coming.qsize() == len(pieces) - 1
        assert [await receive() for _ in pieces] == pieces, "whoever reads it has it all"
        await _answer(send)

    begin, _ = asyncio.run(asked.through(UnlessGone(look)))
    assert begin["status"] == 200


def test_an_answer_that_has_begun_is_left_to_what_sends_it():
    asked = Asked()

    async def stream(_scope: Scope, _receive: Receive, send: Send) -> None:
        while not asked.coming.empty():
            await asyncio.sleep(0)
        await _answer(send)
        asked.goes()
        for _ in range(10):
            await asyncio.sleep(0)
        asked.sent.append({"type": "it came to its end"})

    assert asyncio.run(asked.through(UnlessGone(stream)))[-1]["type"] == "it came to its end"


def test_a_timeout_of_the_application_stays_one():
    async def late(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        asyncio.run(Asked().through(UnlessGone(late)))


def test_work_that_is_shared_ends_with_the_last_who_waits_for_it():
    async def run() -> None:
        shared = Shared[str, int]()
        begun: list[asyncio.Future[int]] = []

        def work() -> asyncio.Future[int]:
            begun.append(asyncio.get_running_loop().create_future())
            return begun[-1]

        async def leave(*some: asyncio.Task[int]) -> None:
            for each in some:
                each.cancel()
            await asyncio.wait(some)

        first, second, other = (asyncio.create_task(shared.get(key, work)) for key in ("a", "a", "b"))
        await asyncio.sleep(0)
        await leave(first)
        assert [each.cancelled() for each in begun] == [False, False], "each is begun once"
        await leave(second)
        third = asyncio.create_task(shared.get("a", work))
        await asyncio.sleep(0)
        assert [each.cancelled() for each in begun] == [True, False, False], "who comes later begins anew"
        assert ("a" in shared, len(shared)) == (True, 2)
        for number, each in enumerate(begun[1:]):
            each.set_result(number)
        assert (await other, await third, len(shared)) == (0, 1, 0)

    asyncio.run(run())
