"""The simulated clock, with a wall clock that the test moves."""

import threading

import pytest

from plietsch.firmware import errors, quantity
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE, SimulatedClock


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


def test_lengths_of_time_and_speeds_are_read():
    assert [quantity.duration_s(text) for text in ("90", "90s", "15m", "24h", "7d")] == [90, 90, 900, 86_400, 604_800]
    assert [quantity.speed(text) for text in ("max", "60", "0.5")] == [None, 60, 0.5]
    for text in ("", "soon", "-5m", "1 week"):
        with pytest.raises(errors.DurationInvalid):
            quantity.duration_s(text)
    for text in ("fast", "0", "-1", "inf", "nan"):
        with pytest.raises(errors.SpeedInvalid):
            quantity.speed(text)
