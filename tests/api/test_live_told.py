"""The live stream's memory, without a server: from where on somebody is told, and how much work that is."""

import asyncio
import time
from contextlib import ExitStack

import pytest
from api.world import NOON
from starlette.requests import HTTPConnection

from plietsch.api import errors
from plietsch.api.changes.cursor import Place
from plietsch.api.changes.model import Change, Filter, Page, Series
from plietsch.api.changes.waiting import Bell
from plietsch.api.limits import clients
from plietsch.api.limits.places import Places, client
from plietsch.api.live.every import Every, EveryListener
from plietsch.api.live.newest import Newest, NewestListener
from plietsch.api.live.told import Filter as NewestFilter
from plietsch.platform.ledger import Position

SERVER = "0123abcd"


async def sent(piece: bytes, more: bool) -> None:
    """Nobody is there to read it."""


@pytest.mark.parametrize(
    ("since", "is_known"),
    [
        (Position(89, 9), False),
        (Position(90, 1), True),
        (Position(100, 5), True),
        # The present as a download or the first page of changes has it: behind all, and of no entry.
        (Position(101, 0), True),
        (Position(105, 0), True),
    ],
)
def test_only_who_was_away_before_what_is_remembered_missed_something(since: Position, is_known: bool):
    newest = Newest()
    newest.began(SERVER, Position(90, 1))
    newest.wrote(Position(100, 5), [])
    news = NewestListener(sent, newest, NewestFilter(), Place(SERVER, since)).news()
    assert news is not None
    assert (b"too-long-ago" in news) is not is_known


def remembering(steps: int) -> Every:
    """What is remembered of so many changes that came one by one, after 1."""
    every = Every(Bell(), lambda: None)
    every.begin(Place(SERVER, Position(1, 0)))
    series = Series(1, "region", "harbour", True, "pm10", "raw")
    for number in range(2, steps + 2):
        change = Change(series, NOON, "ingest", NOON, float(number), 1)
        every.remember(Page([change], Place(SERVER, Position(number, number)), more=False))
    return every


def test_who_looks_through_much_in_vain_does_not_hold_up_the_others():
    every = remembering(5_000)
    listener = EveryListener(sent, every, Filter(stations=frozenset({"market"})), every.first)

    async def turns_of_others() -> int:
        telling, turns = asyncio.create_task(listener.tell(b"")), 0
        while not telling.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    began = time.thread_time()
    assert asyncio.run(turns_of_others()) >= 5
    assert time.thread_time() - began < 1, "each step is looked at once"
    assert every.last is not None
    assert listener.news() is None, "it has come to the end"
    assert listener.at == f"{SERVER}-5001-5001"


def test_who_wants_all_is_told_all_in_order_from_any_place_and_after_what_was_forgotten():
    every = remembering(12_000)
    assert every.first is not None
    first = every.first.position.id
    assert first > 1
    for since in (first, first + 1, 11_999):
        listener = EveryListener(sent, every, Filter(), Place(SERVER, Position(since, since)))
        told = [int(news.split(b"\n")[1].rpartition(b"-")[2]) for news in iter(listener.news, None) if news]
        assert told == list(range(since + 1, 12_002))
    behind = EveryListener(sent, every, Filter(), Place(SERVER, Position(first - 1, first - 1)))
    assert (behind.news(), behind.is_behind) == (None, True)


def test_who_stays_is_told_further_after_all_was_forgotten():
    every = remembering(3)
    listener = EveryListener(sent, every, Filter(), every.first)
    assert listener.news()
    every.begin(None)
    assert (listener.news(), listener.is_behind) == (None, False), "nobody knows what comes"
    every.begin(Place(SERVER, Position(9, 0)))
    assert (listener.news(), listener.is_behind) == (None, True)


def test_nobody_takes_all_places():
    exempt = clients.Networks("127.0.0.0/8,::1")

    def who(host: str) -> str | None:
        return client(HTTPConnection({"type": "http", "client": (host, 1)}), exempt)

    with ExitStack() as stack:
        places = Places(5, most_each=2)

        def come(host: str) -> None:
            places.require(who(host))
            stack.enter_context(places.taken(who(host)))

        come("2001:db8:1:2::3")
        come("2001:db8:1:2::4")
        with pytest.raises(errors.TooManyListeners, match="From your address 2 "):
            places.require(who("2001:db8:1:2:ffff::"))
        for host in ("203.0.113.7", "127.0.0.1", "::1"):
            come(host)
        with pytest.raises(errors.TooManyListeners, match="as can"):
            places.require(who("203.0.113.8"))
    come("2001:db8:1:2::3")
