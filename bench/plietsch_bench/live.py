"""B10: how soon two thousand listeners are told what was committed, and what each of them costs, beside one alone."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median, quantiles

import psycopg

from plietsch_bench import results
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.site import scene
from plietsch_bench.world import World
from support.listeners import Crowd, pss_kib

_GOAL_S, _GOAL_KB = 1.0, 30.0
# Few: what happened in the half minute before is told to each who comes.
_STATIONS = 20
# A telling goes to all; so many of them for each repetition.
_TELLINGS = 10
# Longer than the pace in which the server looks for what was written.
_PACE_S = 1.0
# What the first ones bring about is not theirs.
_BEFORE = 100
_SAY = """
WITH written AS (
    INSERT INTO observation
    SELECT d.id, %(time)s, %(value)s, %(time)s, 1
    FROM datastream d JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id
    WHERE s.code = %(station)s AND p.code = 'pm10' RETURNING datastream_id
)
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
SELECT array_agg(datastream_id), %(time)s, %(time)s, count(*) FROM written
"""


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """All tellings of all repetitions together: a percentile of few tells nothing."""
    tellings = plan.repetitions * _TELLINGS
    with world.empty_database() as url, psycopg.connect(url, autocommit=True) as connection:
        progress("B10 registering stations")
        scene.seed(url, _STATIONS)

        def say(value: float) -> None:
            time.sleep(random.random() * _PACE_S)  # noqa: S311 not in step with what is measured
            given = {"time": datetime.now(UTC), "value": value, "station": scene.STATION}
            connection.execute(_SAY, given)

        with scene.serving(url, world.folder) as address:
            return asyncio.run(_measured(address, say, plan, tellings, progress))


async def _measured(
    address: str, say: Callable[[float], None], plan: Plan, tellings: int, progress: Progress
) -> Result:
    progress("B10 one listener")
    one = Crowd(address)
    await one.come(1)
    alone = await one.delays(say, range(1_000, 1_000 + tellings))
    one.go()
    crowd, server = Crowd(address), scene.server().pid
    await crowd.come(_BEFORE)
    await crowd.delays(say, range(2_000, 2_001))
    before = pss_kib(server)
    progress(f"B10 {plan.listeners} listeners")
    await crowd.come(plan.listeners)
    found = await crowd.delays(say, range(3_000, 3_000 + tellings))
    each_kb = max(0, pss_kib(server) - before) * 1.024 / plan.listeners
    crowd.go()
    return result(found, alone, each_kb, plan)


def result(found: list[float], alone: list[float], each_kb: float, plan: Plan) -> Result:
    """What was found: seconds from a commit to a listener, of all and of one alone, and the memory of each."""
    p99_s = _p99(found)
    return Result(
        name="B10",
        what=f"{plan.listeners} listeners of the live stream are told what one station says: from the commit to the "
        "listener, 99th percentile; the limit is one listener alone",
        figure=p99_s * 1000,
        unit="ms",
        limit=_p99(alone) * 1000,
        peers={},
        goals=[
            Goal("s from a commit to a listener, 99 %, at most", _GOAL_S, p99_s, at_most=True),
            Goal("kB a listener at most", _GOAL_KB, each_kb, at_most=True),
        ],
        details={
            "median, ms": results.middle(found) * 1000,
            "most, ms": max(found) * 1000,
            "one alone, median, ms": median(alone) * 1000,
            "tellings": float(len(found) // (plan.listeners + _BEFORE)),
        },
        repetitions=plan.repetitions,
    )


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]
