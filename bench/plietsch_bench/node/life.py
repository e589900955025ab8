"""N5: how long a battery lasts by the model, fed by the seconds of a simulated day of each type of node."""

import math
import tempfile
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from plietsch.firmware.node import HostCipher
from plietsch_bench.node import canned, energy, onboard
from plietsch_bench.node.energy import Assumptions, Day
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Result

HOUR_MS = 3_600_000
WARM_UP_MS = 2 * HOUR_MS  # until it has joined, knows the time and is in step
MEAN_MM, WAVE_MM = 1800, 10
BALTIC_MM, BALTIC_MS = 100, 12 * HOUR_MS  # a quiet day: the water swings a little
TIDE_MM, TIDE_MS = 1400, 12.42 * HOUR_MS  # half the tidal range at Husum, in the period of the moon's tide
RAIN_MS, TIPS = HOUR_MS, 20  # 4 mm within an hour


def run(plan: Plan, progress: Progress) -> Result:
    """Simulate a day of each case by each spreading factor, two of them where the plan is small; nothing is timed."""
    factors = range(7, 13) if plan.repetitions > 1 else (7, 12)
    rows: list[dict[str, float | str]] = []
    for case, (kind, weather, assumed) in CASES.items():
        for spreading_factor in factors:
            progress(f"N5 {case} SF{spreading_factor}")
            rows.append(_row(case, spreading_factor, day(kind, spreading_factor, weather), assumed))
    ours = float(next(row["days"] for row in rows if row["node"] == "water-level" and row["SF"] == 7))
    slowest = float(next(row["days"] for row in rows if row["node"] == "water-level" and row["SF"] == 12))
    return Result(
        "N5",
        "modelled days of a water-level node in the Baltic at SF7 on two 18650 cells without sun; limit: at SF12."
        " Assumptions: bench/plietsch_bench/node/energy.py",
        ours,
        "days",
        slowest,
        {},
        [],
        rows=rows,
    )


def day(kind: str, spreading_factor: int, weather: Callable[[onboard.Node, int], None]) -> Day:
    """Return what a node did in a day."""
    seen = _Seen()
    with tempfile.TemporaryDirectory() as folder:
        config = {"lorawan": {"adr": False, "data_rate": 12 - spreading_factor}}
        board = onboard.Node(kind, HostCipher, folder, config, seen.trace, before=lambda ms: weather(board, ms))
        seen.now = board.world.ms
        board.make()
        while board.world.now_ms < WARM_UP_MS:
            board.cycle()
        seen.begin()
        while board.world.now_ms < seen.began_ms + energy.DAY_S * 1000:
            seen.wakes += 1
            board.cycle()
        seen.end()
    scale = energy.DAY_S * 1000 / (board.world.now_ms - seen.began_ms)
    states_s = {name: ms * scale / 1000 for name, ms in seen.states_ms.items()}
    return Day(kind, states_s, seen.sending_ms * scale / 1000, seen.receiving_ms * scale / 1000, seen.wakes)


class _Seen:
    """Adds up what the node's trace tells."""

    def __init__(self) -> None:
        self.now: Callable[[], int] = lambda: 0
        self._state, self._since_ms = "sleep", 0
        self.begin()

    def begin(self) -> None:
        self.states_ms: defaultdict[str, int] = defaultdict(int)
        self.sending_ms = self.receiving_ms = self.wakes = 0
        self.began_ms = self._since_ms = self.now()

    def end(self) -> None:
        self.states_ms[self._state] += self.now() - self._since_ms

    def trace(self, name: str, *values: Any) -> None:
        if name == "state":
            self.end()
            self._state, self._since_ms = values[0], self.now()
        elif name == "tx":
            self.sending_ms += values[1] - values[0]
        elif name == "rx":
            self.receiving_ms += values[1] - values[0]


def _calm(_board: onboard.Node, _ms: int) -> None:
    """Nothing changes."""


def _baltic(board: onboard.Node, ms: int) -> None:
    _water(board, ms, BALTIC_MM, BALTIC_MS)


def _tide(board: onboard.Node, ms: int) -> None:
    _water(board, ms, TIDE_MM, TIDE_MS)


def _water(board: onboard.Node, ms: int, swing_mm: float, period_ms: float) -> None:
    wave_mm = WAVE_MM * math.sin(ms * 0.0021)
    distance_mm = MEAN_MM + swing_mm * math.sin(2 * math.pi * ms / period_ms) + wave_mm
    board.buses["A02YYUW"].data = canned.distance_frame(round(distance_mm))


def _rain(board: onboard.Node, ms: int) -> None:
    into_rain_ms = max(0, ms - WARM_UP_MS - 6 * HOUR_MS)
    board.buses["rain"].tips = min(TIPS, into_rain_ms * TIPS // RAIN_MS)


CASES = {
    "fine-dust": ("fine-dust", _calm, Assumptions()),
    "fine-dust, SDS011 asleep and not switched off": ("fine-dust", _calm, energy.NOT_SWITCHED),
    "water-level": ("water-level", _baltic, Assumptions()),
    "water-level, tide": ("water-level", _tide, Assumptions()),
    "rain": ("rain", _rain, Assumptions()),
}


def _row(case: str, spreading_factor: int, day: Day, assumed: Assumptions) -> dict[str, float | str]:
    charge = energy.charge_mah(day, assumed)
    return {
        "node": case,
        "SF": spreading_factor,
        "days": energy.life_days(day, assumed),
        "mAh a day": sum(charge.values()),
        **{f"of it {name}": mah for name, mah in charge.items()},
        "seconds on air": day.sending_s,
    }
