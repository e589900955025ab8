"""B3: ten million observations by the write path, without a broker."""

from collections import defaultdict
from typing import Any

from plietsch_bench import measured, results
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.world import World

_UNIT = "observations/s"
_LIMIT: dict[str, tuple[str, dict[str, object]]] = {"limit": ("copy_observations", {"keyed": False})}
# For orientation: once is enough.
_REFERENCES: dict[str, tuple[str, dict[str, object]]] = {
    "key": ("copy_observations", {"keyed": True}),
    "encoded": ("copy_encoded", {}),
}
# From so many on a single run is its own median.
_MANY = 50_000_000


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Medians of the plan's repetitions. The write path is measured without frames, as the limit has none, and once
    with them."""
    rates: defaultdict[str, list[float]] = defaultdict(list)
    steadiness: list[float] = []
    edge = max(1, plan.observations // 10)
    for repetition in range(plan.repetitions if plan.observations < _MANY else 1):
        progress("B3 ours")
        ours = _told(world, "writer", observations=plan.observations, with_frames=False, edge=edge)
        rates["ours"].append(_rate(ours))
        steadiness.append(ours["last"] / ours["first"])
        for name, (competitor, arguments) in (_LIMIT if repetition else _LIMIT | _REFERENCES).items():
            progress(f"B3 {name}")
            told = _told(world, competitor, observations=plan.observations, **arguments)
            rates[name].append(_rate(told))
    progress("B3 with frames")
    with_frames = _told(world, "writer", observations=plan.observations // 5, with_frames=True, edge=edge)
    figure, limit = results.middle(rates["ours"]), results.middle(rates["limit"])
    return Result(
        "B3",
        f"{plan.observations} observations by the write path without a broker, a batch a transaction with its row of"
        " the ledger; limit: COPY of the same observations into a table without a key",
        figure,
        _UNIT,
        limit,
        {
            "COPY into the same table with its key": results.peer(rates["key"], figure, _UNIT),
            "COPY without a key, bytes made beforehand": results.peer(rates["encoded"], figure, _UNIT),
        },
        [
            Goal("of the limit", 0.4, results.ratio(figure, limit)),
            Goal("of the first tenth's rate by the last tenth", 0.9, results.middle(steadiness)),
        ],
        {"the same with their frames (a fifth as many)": _rate(with_frames)},
        len(rates["ours"]),
    )


def _told(world: World, competitor: str, **arguments: object) -> dict[str, Any]:
    with world.database() as url:
        return measured.run(competitor, database_url=url, **arguments)


def _rate(told: dict[str, Any]) -> float:
    return told["observations"] / told["elapsed_s"]
