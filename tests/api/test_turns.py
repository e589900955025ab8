"""Turns: so many at once, whoever can wait least first, and none is lost however somebody goes."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.api import errors
from plietsch.api.turns import Turns


async def order(asked: dict[str, float], between_s: float = 0.0) -> list[str]:
    """In which order some have the one turn who come one after another while it is taken; each with its `defer_s`."""
    now_s = 0.0
    turns = Turns(1, "busy", 10, lambda: now_s)
    went: list[str] = []

    async def go(name: str, defer_s: float) -> None:
        async with turns.one(defer_s):
            went.append(name)

    async with asyncio.TaskGroup() as group, turns.one():
        for name, defer_s in asked.items():
            group.create_task(go(name, defer_s))
            await asyncio.sleep(0)
            now_s += between_s
        assert went == []
    return went


def test_whoever_can_wait_least_goes_first():
    asked = {"much": 9.0, "little": 0.0, "more": 60.0, "little, too": 0.0}
    assert asyncio.run(order(asked)) == ["little", "little, too", "much", "more"]


def test_whose_time_has_come_goes_before_those_who_come_later():
    assert asyncio.run(order({"much": 1.0, "little": 0.0}, between_s=2.0)) == ["much", "little"]


def test_of_those_whose_time_has_come_every_other_turn_is_for_whoever_asks_for_the_least():
    asked = {"much": 2.0, "much, too": 2.0, "as much": 2.0, "little": 0.0, "little, too": 0.0}
    went = ["much", "little", "much, too", "little, too", "as much"]
    assert asyncio.run(order(asked, between_s=3.0)) == went


def test_whoever_waits_in_vain_is_told_so_and_the_patient_wait_on():
    async def run() -> None:
        turns = Turns(1, "Many read.", 0.01)
        await turns.take()
        patient = asyncio.ensure_future(turns.take(is_patient=True))
        with pytest.raises(errors.TooBusy, match="Many read"):
            await turns.take()
        assert not patient.done()
        turns.give_back()
        await patient

    asyncio.run(run())


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["come", "leave", "go", "turn"]), st.integers(0, 9)), max_size=60),
)
def test_no_turn_is_lost_and_none_is_given_twice(at_once: int, steps: list[tuple[str, int]]):
    """Some come, some leave while they have a turn or wait for one, also in the moment in which they are given it."""

    async def run() -> None:
        turns = Turns(at_once, "busy", 60)
        present: list[asyncio.Task[None]] = []
        having = 0

        async def stay(leave: asyncio.Event) -> None:
            nonlocal having
            async with turns.one():
                having += 1
                try:
                    await leave.wait()
                finally:
                    having -= 1

        doors: dict[asyncio.Task[None], asyncio.Event] = {}
        for what, number in steps:
            if what == "come":
                door = asyncio.Event()
                present.append(asyncio.ensure_future(stay(door)))
                doors[present[-1]] = door
            elif what == "turn":
                await asyncio.sleep(0)
            elif present:
                one = present[number % len(present)]
                _ = one.cancel() if what == "go" else doors[one].set()
            assert having <= at_once
        for one in present:
            one.cancel()
        await asyncio.gather(*present, return_exceptions=True)
        async with asyncio.timeout(1):
            for _ in range(at_once):
                await turns.take()
        late = asyncio.ensure_future(turns.take())
        await asyncio.sleep(0)
        assert not late.done(), "more turns than there are"
        late.cancel()

    asyncio.run(run())
