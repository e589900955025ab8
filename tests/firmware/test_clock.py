"""The simulated clock and the schedule, with a wall clock that the test moves."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware import errors, quantity
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE, SimulatedClock
from plietsch.firmware.schedule import Schedule


class Wall:
    """A wall clock that the test moves, and whose hands go on when a stop event is waited for."""

    def __init__(self) -> None:
        self.now_s = 500.0

    def __call__(self) -> float:
        return self.now_s


class Waiting(threading.Event):
    """An event whose waiting moves the wall clock instead of taking time."""

    def __init__(self, wall: Wall) -> None:
        super().__init__()
        self.wall = wall

    def wait(self, timeout: float | None = None) -> bool:
        self.wall.now_s += timeout or 0.0
        return self.is_set()


def test_as_fast_as_possible_time_jumps_to_what_is_waited_for():
    clock = SimulatedClock(1000, AS_FAST_AS_POSSIBLE)
    assert clock.now() == 1000
    assert clock.wait_until(90_000)
    assert clock.now() == 90_000
    assert clock.wait_until(5)
    assert clock.now() == 90_000


@pytest.mark.parametrize("speed", [0.5, 1, 3600])
def test_at_a_speed_time_runs_along(speed: float):
    wall = Wall()
    clock = SimulatedClock(1000, speed, Waiting(wall), wall)
    wall.now_s += 10
    assert clock.now() == 1000 + 10 * speed
    assert clock.wait_until(1000 + 30 * speed)
    assert wall.now_s == pytest.approx(530)


def test_a_stopped_clock_waits_for_nothing():
    wall = Wall()
    stop = Waiting(wall)
    stop.set()
    assert not SimulatedClock(0, 1, stop, wall).wait_until(1e9)
    assert not SimulatedClock(0, AS_FAST_AS_POSSIBLE, stop).wait_until(1e9)


@given(st.integers(1, 40), st.integers(1, 900), st.floats(0, 2e9))
def test_each_station_measures_once_an_interval_in_order(count: int, interval_s: int, start_s: float):
    schedule = Schedule(count, interval_s, start_s)
    turns = [schedule.pop() for _ in range(2 * count)]
    assert [turn.time_s for turn in turns] == sorted(turn.time_s for turn in turns)
    assert start_s <= turns[0].time_s
    assert {turn.station for turn in turns[:count]} == set(range(count))
    assert turns[count - 1].time_s - turns[0].time_s < interval_s
    assert all(later.time_s - turn.time_s == interval_s for turn, later in zip(turns, turns[count:], strict=False))


@given(st.integers(1, 12), st.integers(1, 600), st.floats(1e9, 2e9), st.integers(1, 50))
def test_a_second_run_goes_on_where_the_first_ended(count: int, interval_s: int, start_s: float, turns: int):
    whole = Schedule(count, interval_s, start_s)
    expected = [whole.pop() for _ in range(turns + count)]
    last = expected[turns - 1]
    second = Schedule(count, interval_s, last.time_s + 1)
    rest = [turn for turn in expected[turns:] if turn.time_s > last.time_s]
    assert [second.pop() for _ in rest] == rest


def test_lengths_of_time_and_speeds_are_read():
    assert [quantity.duration_s(text) for text in ("90", "90s", "15m", "24h", "7d")] == [90, 90, 900, 86_400, 604_800]
    assert [quantity.speed(text) for text in ("max", "60", "0.5")] == [None, 60, 0.5]
    for text in ("", "soon", "-5m", "1 week"):
        with pytest.raises(errors.DurationInvalid):
            quantity.duration_s(text)
    for text in ("fast", "0", "-1", "inf", "nan"):
        with pytest.raises(errors.SpeedInvalid):
            quantity.speed(text)
