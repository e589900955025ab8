"""A week of each type of node, in which network, power and instruments fail: no reading is lost uncounted."""

import random
from pathlib import Path

import pytest

from plietsch.firmware import live, places, stations
from plietsch.firmware.instruments.fault import Fault
from plietsch.firmware.region import FINE_DUST, RAIN, WATER_LEVEL
from plietsch.firmware.world import Plan
from plietsch.platform.local.broker import EmbeddedBroker
from support import both_ends, power, whole_way
from support.both_ends import Verdict
from support.whole_way import MILLISECONDS, Watched, Way

START_S = 1_767_571_200.0  # 2026-01-05T00:00:00Z
HOUR_S, DAY_S = 3_600, 86_400
LONG_WEEKS = 10
LOSS = 0.1
# From when to when (hours since the beginning) all gateways are away, and the one next to the nodes.
ALL_AWAY_H = ((0, 3), (14, 20), (54, 84))
NEAREST_AWAY_H = ((27, 39), (100, 104))
# When power fails, and for how long: before the node ever had a clock, while it could send nothing, and twice in the
# long outage, so that what it measured between the two has no date.
POWER_CUTS = ((1.2, 0.2), (16, 0.1), (40, 2), (60, 1), (73, 0.5), (120, 0.02))
# And where it fails at the worst of instants, every so many hours of the calmer days.
WORST_INSTANTS = (power.AIR, power.RECORD, power.FLASH, power.REMOVAL)
WORST_FROM_H, WORST_UNTIL_H, WORST_EVERY_H = 88, 158, 5
# An instrument is silent, garbled and stuck, one after the other.
FAULTS = ((29, Fault.SILENT), (31, Fault.GARBLED), (33, Fault.STUCK), (56, Fault.SILENT), (108, Fault.STUCK))
FAULT_S = 2 * HOUR_S
# Ten hours of a node that measures every five minutes, and less than the long outage.
SMALL_RING = 128
# Readings are confirmed after three hours at the latest; what is younger may wait.
UNSETTLED_S = 4 * HOUR_S


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    weeks = LONG_WEEKS if metafunc.config.getoption("--long") else 1
    metafunc.parametrize("seed", range(1, weeks + 1))


def _lay_week(way: Way, seed: int) -> None:
    env = way.world.env
    for since_h, until_h in ALL_AWAY_H:
        way.world.ether.outage(_ms(since_h), _ms(until_h))
    for since_h, until_h in NEAREST_AWAY_H:
        way.world.ether.outage(_ms(since_h), _ms(until_h), [places.GATEWAYS[0].gateway_id])
    for number, node in enumerate(way.nodes.values()):
        dice = random.Random(f"{seed}/{number}")
        way.at(env.now / MILLISECONDS + dice.uniform(1, 300), node.station.switch_on)
        _lay_faults(way, node, dice)


def _lay_faults(way: Way, node: Watched, dice: random.Random) -> None:
    for since_h, hours in POWER_CUTS:
        since_ms = _ms(since_h) + dice.uniform(0, 600_000)
        node.power.cut(since_ms, hours * HOUR_S * MILLISECONDS)
    for number, hour in enumerate(range(WORST_FROM_H, WORST_UNTIL_H, WORST_EVERY_H)):
        where = WORST_INSTANTS[number % len(WORST_INSTANTS)]
        off_ms = dice.uniform(100, 600_000)
        way.at(_ms(hour + dice.random()) / MILLISECONDS, lambda where=where, ms=off_ms: node.power.arm(where, ms))
    for model in node.station.station.sensors:
        for hour, fault in FAULTS:
            since_ms = _ms(hour) + dice.uniform(0, 600_000)
            node.station.fail(model, fault, since_ms, since_ms + FAULT_S * MILLISECONDS)


def _ms(hours: float) -> float:
    return (START_S + hours * HOUR_S) * MILLISECONDS


@pytest.mark.slow
def test_each_reading_of_a_week_of_faults_arrives_or_is_counted(
    seed: int, database_url: str, aedes: EmbeddedBroker, tmp_path: Path
):
    plan = Plan(
        [stations.of_kind(kind, 1, 300)[0] for kind in (FINE_DUST, WATER_LEVEL, RAIN)],
        live.source_of(seed, begin_s=START_S),
        places.GATEWAYS,
        START_S,
        seed,
        LOSS,
        node={"deep_sleep": True},
    )
    with whole_way.laid(plan, database_url, aedes.url, tmp_path) as way:
        next(iter(way.nodes.values())).station.config["ring_readings"] = SMALL_RING
        _lay_week(way, seed)
        way.run_until(START_S + 7 * DAY_S)
        way.arrive()
        verdicts = [_judge(way, node) for node in way.nodes.values()]
    # The long outage was more than the small ring holds, and nothing else was.
    lost = [verdict.lost for verdict in verdicts]
    assert lost[0] > SMALL_RING / 2
    assert lost[1:] == [0, 0]


def _judge(way: Way, node: Watched) -> Verdict:
    verdict = both_ends.judge(way, node, START_S + 7 * DAY_S - UNSETTLED_S)
    assert verdict.problems == []
    # Nothing of what was to happen stayed away.
    assert set(node.power.failures) == set(WORST_INSTANTS)
    assert verdict.without_time
    assert verdict.torn
    assert node.station.node.dropped == verdict.dropped
    assert way.status(node.code)["dropped"] == verdict.dropped
    missing = [stored for found in way.stored(node.code).values() for stored in found.values() if stored.quality == 9]
    assert missing
    return verdict
