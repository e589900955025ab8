"""How often somebody may ask: counted in a sliding window, told on every answer, refused with when to come again."""

import asyncio
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from plietsch.api.limits import clients
from plietsch.api.limits.gate import Gate
from plietsch.api.limits.windows import WINDOW_S, Windows
from plietsch.platform.settings import Settings


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.s = 1_000_000.0 * WINDOW_S

    def __call__(self) -> float:
        return self.s


STEPS = st.lists(st.floats(0, 3 * WINDOW_S), min_size=1, max_size=60)


@given(STEPS, st.integers(1, 12))
def test_no_more_than_the_quota_is_let_in_within_any_minute(steps_s: list[float], quota: int):
    """By the sliding estimate: within one window never more than the quota, over any minute never twice as many."""
    clock = Clock()
    windows = Windows(clock)
    let_in: list[float] = []
    for step_s in steps_s:
        clock.s += step_s / 10
        if windows.take("somebody", quota).allowed:
            let_in.append(clock.s)
    by_minute = [int(at / WINDOW_S) for at in let_in]
    assert max((by_minute.count(minute) for minute in by_minute), default=0) <= quota
    assert all(sum(at <= other < at + WINDOW_S for other in let_in) < 2 * quota + 1 for at in let_in)


@given(STEPS, st.integers(1, 5))
def test_who_waits_as_long_as_was_said_is_let_in_and_not_before(steps_s: list[float], quota: int):
    clock = Clock()
    windows = Windows(clock)
    for step_s in steps_s:
        clock.s += step_s / 30
        taken = windows.take("somebody", quota)
        if not taken.allowed:
            at = clock.s
            assert taken.reset_s <= 2 * WINDOW_S
            if taken.reset_s > 2:
                clock.s = at + taken.reset_s - 2
                assert not windows.take("somebody", quota).allowed
            clock.s = at + taken.reset_s + 0.001
            assert windows.take("somebody", quota).allowed


def test_what_is_left_goes_down_by_one_and_comes_back():
    clock = Clock()
    windows = Windows(clock)
    assert [windows.take("a", 5).remaining for _ in range(5)] == [4, 3, 2, 1, 0]
    assert not windows.take("a", 5).allowed
    assert windows.take("b", 5).remaining == 4
    clock.s += 1.5 * WINDOW_S
    assert windows.take("a", 5).remaining == 1  # 2.5 of the minute before still count
    clock.s += 2 * WINDOW_S
    assert windows.take("a", 5).remaining == 4


def test_a_crowd_costs_no_more_memory_than_was_meant_and_is_held_off_together():
    windows = Windows(Clock(), most=20)
    others = [f"198.51.100.{i}" for i in range(20)]
    assert all(windows.take(who, 2).allowed for who in others)
    crowd = [f"2001:db8:1:{i:x}::/64" for i in range(20)]
    assert [windows.take(who, 2).allowed for who in crowd].count(True) == 2  # a site's network, as if it were one
    assert windows.take("203.0.113.7", 2).remaining == 1  # elsewhere nobody notices
    sites = [f"2001:db8:{i:x}:1::/64" for i in range(2, 20)]
    assert [windows.take(who, 2).allowed for who in sites].count(True) == 2  # all the rest together
    assert windows.take(others[0], 2).remaining == 0  # who came before is counted alone


@pytest.mark.parametrize(
    ("who", "around"),
    [
        ("203.0.113.7", "203.0.0.0/16"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("203.0.113.7 tokens", "203.0.0.0/16 tokens"),
        ("token 7", "token 7"),
        ("testclient", "testclient"),
    ],
)
def test_around_a_household_is_a_network(who: str, around: str):
    assert clients.wider(who) == around


EXEMPT = clients.Networks("127.0.0.0/8, ::1,2001:db8:7::/48")


@pytest.mark.parametrize(
    ("host", "who", "is_exempt"),
    [
        ("203.0.113.7", "203.0.113.7", False),
        ("::ffff:203.0.113.7", "203.0.113.7", False),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", False),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64", False),
        ("fe80::1%eth0", "fe80::/64", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("::1", "::/64", True),
        ("2001:db8:7::1", "2001:db8:7::/64", True),
        ("testclient", "testclient", False),
    ],
)
def test_a_household_is_one_client(host: str, who: str, is_exempt: bool):
    assert clients.known(host, EXEMPT) == (who, is_exempt)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def ask(gate: Gate, *hosts: str, path: str = "/api/v1") -> list[httpx.Response]:
    async def ask() -> list[httpx.Response]:
        answers: list[httpx.Response] = []
        for host in hosts:
            transport = httpx.ASGITransport(gate, client=(host, 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://plietsch.example") as client:
                answers.append(await client.get(path))
        return answers

    return asyncio.run(ask())


def gate(**settings: object) -> Gate:
    given = Settings(**settings)  # pyright: ignore[reportArgumentType]
    return Gate(_nothing, given, Windows(Clock()))


def test_every_answer_says_what_is_left_and_too_many_are_refused_with_when_to_come_again():
    answers = ask(gate(rate_limit=2), "203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.8")
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"address";q=2;w=60'}
    assert [answer.headers["ratelimit"] for answer in answers] == [
        '"address";r=1;t=60',
        '"address";r=0;t=60',
        '"address";r=0;t=90',  # the minute after this one, when half of it has left the window
        '"address";r=1;t=60',
    ]
    refused = answers[2]
    assert (refused.headers["retry-after"], refused.headers["content-type"]) == ("90", "application/problem+json")
    problem = refused.json()
    assert (problem["status"], problem["type"]) == (429, "/developers#problem-limit-reached")
    assert "90 s" in problem["hint"]
    assert refused.headers["cache-control"] == "no-store"


def test_what_asks_from_this_machine_is_told_but_not_refused():
    answers = ask(gate(rate_limit=1), *["127.0.0.1"] * 3)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=0"] * 3
    answers = ask(gate(rate_limit=1, rate_limit_exempt=""), *["127.0.0.1"] * 2)
    assert [answer.status_code for answer in answers] == [200, 429]


@pytest.mark.parametrize("path", ["/", "/static/a.js", "/data/stations", "/healthz", "/status", "/de/stations/compare"])
def test_pages_are_not_counted(path: str):
    answers = ask(gate(rate_limit=1), *["203.0.113.7"] * 3, path=path)
    assert [(answer.status_code, answer.headers.get("ratelimit")) for answer in answers] == [(200, None)] * 3


@pytest.mark.parametrize("path", ["/de/compare", "/da/compare.png", "/en/compare.svg", "/en/compare.csv"])
def test_what_is_drawn_is_counted_apart_from_the_api(path: str):
    counting = gate(rate_limit=1)
    assert [answer.status_code for answer in ask(counting, "203.0.113.7")] == [200]
    assert [answer.status_code for answer in ask(counting, *["203.0.113.7"] * 2, path=path)] == [200, 429]


def test_no_limit_is_no_limit():
    answers = ask(gate(rate_limit=0), *["203.0.113.7"] * 3)
    assert [(answer.status_code, answer.headers.get("ratelimit")) for answer in answers] == [(200, None)] * 3


def test_the_times_that_are_said_do_not_jump():
    """While somebody only asks, what is left goes down and the end of the window comes nearer."""
    clock = Clock()
    windows = Windows(clock)
    taken = []
    for _ in range(50):
        clock.s += 1
        taken.append(windows.take("somebody", 100))
    for one, next_ in pairwise(taken):
        assert next_.remaining == one.remaining - 1
        assert next_.reset_s == one.reset_s - 1
