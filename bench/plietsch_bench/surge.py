"""N6: from the water passing a mark in a simulated surge to the observation in the database."""

import math

from plietsch_bench import measured, results
from plietsch_bench.node import surge
from plietsch_bench.node.surge import Seen
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.world import World

_CLIENT_ID = "bench-surge"
_NODES, _FEW_NODES = 60, 6
_MESSAGES, _FEW_MESSAGES = 500, 20
_LIMIT_S = surge.WORST_S


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Simulate with all gateways and with half of them, and time the way to the database; no repetitions, one seed."""
    is_small = plan.repetitions == 1
    nodes, messages = (_FEW_NODES, _FEW_MESSAGES) if is_small else (_NODES, _MESSAGES)
    seen: dict[str, Seen] = {}
    for name, away in (("all", ()), ("half", surge.half())):
        progress(f"N6 {name} gateways")
        seen[name] = surge.simulate(nodes, away)
    progress("N6 publishing to commit")
    laps_s = sorted(_laps_s(world, messages))
    commit_s, late_commit_s = results.middle(laps_s), laps_s[len(laps_s) * 99 // 100]
    figure = seen["all"].quantile_s(0.99) + late_commit_s
    return Result(
        "N6",
        f"{nodes} level nodes in a simulated surge of a metre in two hours: time from the water passing a mark to its"
        " commit, 99th percentile with all gateways; limit: the node's worst case by design",
        figure,
        "s",
        _LIMIT_S,
        {},
        [Goal("times as fast as the worst case by design", 1.0, results.ratio(_LIMIT_S, figure))],
        {"published to committed, median s": commit_s, "published to committed, 99th percentile s": late_commit_s},
        rows=[_row(name, each, commit_s, late_commit_s) for name, each in seen.items()],
    )


def _row(name: str, seen: Seen, commit_s: float, late_commit_s: float) -> dict[str, float | str]:
    return {
        "gateways": name,
        "marks": len(seen.delays_s) + seen.missed,
        "never seen": seen.missed,
        "median, s": _said(seen.median_s + commit_s),
        "95 %, s": _said(seen.quantile_s(0.95) + late_commit_s),
        "99 %, s": _said(seen.quantile_s(0.99) + late_commit_s),
        "frames heard": seen.frames,
    }


def _said(seconds: float) -> float | str:
    return seconds if math.isfinite(seconds) else "never"


def _laps_s(world: World, messages: int) -> list[float]:
    with world.database() as database_url, world.broker([_CLIENT_ID], []) as broker:
        told = measured.run(
            "one_by_one", broker_url=broker.url, client_id=_CLIENT_ID, messages=messages, database_url=database_url
        )
    return told["laps_s"]
