"""A node's ports onto the simulated world."""

import random
from collections.abc import Coroutine
from typing import Any

import pytest
import simpy

from plietsch.firmware import waiting
from plietsch.firmware.air.ether import Ether
from plietsch.firmware.air.virtual_radio import VirtualClock, VirtualRadio
from plietsch.firmware.network.airtime import time_on_air_ms
from plietsch.firmware.network.gateways import Copy, Gateway, Radio

START_MS = 1_760_000_000_000.0
ROOF = Gateway("a840411f75f10001", "roof", 9.43, 54.781, 20.0)
HERE = (9.43, 54.78)


def run(env: simpy.Environment, coroutine: Coroutine[Any, Any, Any]) -> Any:
    return env.run(waiting.start(env, coroutine))


@pytest.mark.parametrize("drift_ppm", [0, 20, -20, 3.3])
def test_a_clock_shows_at_least_what_was_waited_for(drift_ppm: float):
    env = simpy.Environment(initial_time=START_MS + 0.3)
    clock = VirtualClock(env, env.now, drift_ppm)
    assert clock.ms() == 0
    for ms in (1, 7, 1000, 86_400_000):
        run(env, clock.sleep_until(ms))
        assert clock.ms() == ms
    assert env.now - START_MS == pytest.approx(86_400_000 / (1 + drift_ppm / 1e6), abs=1)
    run(env, clock.sleep_until(5))
    assert clock.ms() == 86_400_000


def test_a_radio_says_when_the_frame_had_ended_and_hears_the_answer():
    env = simpy.Environment(initial_time=START_MS)
    ether = Ether(env, [ROOF], random.Random(1))
    copies: list[Copy] = []
    ether.on_copy = copies.append
    clock = VirtualClock(env, START_MS - 5000)
    radio = VirtualRadio(ether, HERE, clock)

    async def exchange() -> None:
        ended_ms = await radio.send(bytearray(b"ask"), 868_100_000, 9, 125, 14)
        assert ended_ms == 5000 + int(time_on_air_ms(3, 9, 125))
        assert copies[0].phy_payload == b"ask"
        answer_ms = copies[0].heard_at_s * 1000 + 1000
        waiting.call_at(env, answer_ms, lambda: ether.send_down(ROOF.gateway_id, b"answer", Radio(868_100_000, 9)))
        heard = await radio.receive(ended_ms + 990, 868_100_000, 9, 125, 12)
        assert heard is not None
        assert heard.phy == b"answer"
        assert await radio.receive(ended_ms + 2000, 869_525_000, 12, 125, 8) is None
        radio.sleep()

    run(env, exchange())


def test_a_broken_radio_raises_oserror():
    env = simpy.Environment(initial_time=START_MS)
    radio = VirtualRadio(Ether(env, [ROOF], random.Random(1)), HERE, VirtualClock(env, START_MS))
    radio.broken = True
    for attempt in (radio.send(b"", 868_100_000, 7, 125, 14), radio.receive(0, 868_100_000, 7, 125, 8)):
        with pytest.raises(OSError, match="radio"):
            run(env, attempt)
