"""The live stream of every change: what is late, revised or deleted, too, and from any cursor on without loss."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from api.streams import Served, Stream, served
from api.test_live import revise
from api.world import NOON, World

from plietsch.api.changes import documents
from plietsch.api.live import Live
from support import wait


@pytest.fixture
def live(world: World) -> Iterator[Served]:
    with served(world.database_url, Live(world.database_url, pace_s=0)) as running:
        yield running


def changes(served_: Served, query: str) -> dict[str, object]:
    return httpx.get(f"{served_.address}/api/v1/changes{query}").raise_for_status().json()


def told(stream: Stream, number: int) -> list[tuple[str | None, float | None, int | None]]:
    """The next changes: station, value and quality."""
    found: list[tuple[str | None, float | None, int | None]] = []
    while len(found) < number:
        event = stream.event()
        assert event.kind == "changes", event
        for each in event.data:
            documents.Change.model_validate(each)
            found.append((each["station"], each["value"], each["quality"]))
    return found


def test_what_is_late_failed_or_revised_is_told_in_the_order_of_commit(world: World, live: Served):
    with live.stream(changes="all") as stream, live.stream(changes="all", station="market") as other:
        stream.next(), other.next()
        world.measured("harbour", "pm10", NOON, 1)
        world.measured("harbour", "pm10", NOON - timedelta(days=3), 2)
        world.measured("market", "pm10", NOON, 900, quality=4)
        assert told(stream, 3) == [("harbour", 1, 1), ("harbour", 2, 1), ("market", 900, 4)]
        revise(world, "harbour", NOON, 3)
        assert told(stream, 1) == [("harbour", 1, 3)]
        assert told(other, 1) == [("market", 900, 4)]


def test_any_cursor_is_gone_on_from(world: World, live: Served):
    """Of a page, of an event, of before anything was remembered; as a parameter, or as browsers say it."""
    since = changes(live, "")["cursor"]
    world.series("harbour", "pm10", range(4))
    half = changes(live, f"?cursor={since}&limit=2")["cursor"]
    with live.stream(changes="all", cursor=str(since)) as whole, live.stream(str(half), changes="all") as rest:
        assert told(whole, 4) == [("harbour", value, 1) for value in range(4)]
        assert told(rest, 2) == [("harbour", 2, 1), ("harbour", 3, 1)]
        world.measured("market", "pm10", NOON, 5)
        assert told(whole, 1) == told(rest, 1) == [("market", 5, 1)]
        world.measured("market", "pm10", NOON + timedelta(minutes=5), 6)
        id_ = whole.event().id
    assert changes(live, f"?cursor={id_}")["changes"] == []


def test_what_is_remembered_no_longer_comes_from_the_database(world: World):
    live = Live(world.database_url, pace_s=0, remembered=2)
    with served(world.database_url, live) as running, running.stream(changes="all") as stays:
        since = stays.next().id
        for value in range(9):
            world.measured("harbour", "pm10", NOON + timedelta(minutes=value), value)
        assert told(stays, 9) == [("harbour", value, 1) for value in range(9)]
        with running.stream(since, changes="all") as back:
            assert told(back, 9) == [("harbour", value, 1) for value in range(9)]
            world.measured("harbour", "pm10", NOON + timedelta(hours=1), 10)
            assert told(back, 1) == told(stays, 1) == [("harbour", 10, 1)]


def test_who_missed_very_much_is_told_where_to_catch_up(world: World):
    live = Live(world.database_url, pace_s=0, most_pages=0)
    with served(world.database_url, live) as running:
        since = changes(running, "")["cursor"]
        world.measured("market", "pm10", NOON, 0)
        world.series("harbour", "pm10", range(3))
        with running.stream(changes="all", cursor=str(since), station="harbour") as stream:
            event = stream.event()
            assert (event.kind, event.data["reason"]) == ("reload", "too-long-ago")
            page = httpx.get(running.address + event.data["changes"]).json()
            assert [each["value"] for each in page["changes"]] == [0, 1, 2]
            world.measured("harbour", "pm10", NOON - timedelta(hours=1), 4)
            assert told(stream, 1) == [("harbour", 4, 1)]


@pytest.mark.parametrize("since", ["what?", "00000000-1-1"])
def test_a_cursor_that_leads_nowhere_is_said_to(world: World, live: Served, since: str):
    with live.stream(since, changes="all") as stream:
        event = stream.event()
        assert (event.kind, event.data) == ("reload", {"reason": "cursor-gone"})
        world.measured("harbour", "pm10", NOON, 1)
        assert told(stream, 1) == [("harbour", 1, 1)]


def test_a_parameter_that_is_no_cursor_is_refused(live: Served):
    assert httpx.get(f"{live.address}/api/v1/live?changes=all&cursor=what").status_code == 400


def test_nothing_is_read_once_nobody_listens(world: World, live: Served):
    with live.stream(changes="all") as stream:
        stream.next()
    wait.until(lambda: live.live.listeners == 0, "it is gone", 10)
    with live.stream(changes="all") as stream:
        stream.next()
        world.measured("harbour", "pm10", NOON, 1)
        assert told(stream, 1) == [("harbour", 1, 1)]
