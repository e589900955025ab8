"""What a benchmark found: medians, ratios, goals, and the file that keeps them. Pure but for `write`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Peer:
    """Another way to the same end: its figure, or None and the reason. `ratio` is ours to it."""

    figure: float | None
    unit: str
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What was aimed at, as a least value or a most; `value` is None where it could not be measured."""

    text: str
    bound: float
    value: float | None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        if self.value is None:
            return None
        return self.value <= self.bound if self.at_most else self.value >= self.bound


@dataclass(frozen=True, slots=True)
class Result:
    """The medians of a benchmark's repetitions."""

    name: str
    what: str
    figure: float
    unit: str
    limit: float
    peers: Mapping[str, Peer]
    goals: Sequence[Goal]
    details: Mapping[str, float | str] = field(default_factory=dict[str, float | str])
    repetitions: int = 1
    rows: Sequence[Mapping[str, float | str]] = ()  # a table of its own, all rows with the same columns

    @property
    def ratio_to_limit(self) -> float:
        return ratio(self.figure, self.limit)


def middle(figures: Iterable[float]) -> float:
    """The median. Raises statistics.StatisticsError where there is none."""
    return median(figures)


def ratio(figure: float, other: float) -> float:
    """How many times the other one; infinite where that is nothing."""
    return figure / other if other else float("inf")


def peer(figures: Sequence[float], ours: float, unit: str, note: str = "") -> Peer:
    """A peer by the median of its figures; without any it could not be measured, and the note says why."""
    if not figures:
        return Peer(None, unit, None, note)
    figure = middle(figures)
    return Peer(figure, unit, ratio(ours, figure), note)


def as_json(result: Result, machine: str, at: datetime) -> dict[str, object]:
    """The form of `bench/results/<id>.json`. Figures are rounded to what a run can tell."""
    return {
        "name": result.name,
        "what": result.what,
        "figure": _rounded(result.figure),
        "unit": result.unit,
        "limit": _rounded(result.limit),
        "ratio_to_limit": _rounded(result.ratio_to_limit),
        "peers": {
            name: {key: _rounded(value) for key, value in asdict(each).items()} for name, each in result.peers.items()
        },
        "goals": [{"goal": goal.text, "value": _rounded(goal.value), "reached": goal.reached} for goal in result.goals],
        "details": {name: _rounded(value) for name, value in result.details.items()},
        "repetitions": result.repetitions,
        **(
            {"rows": [{name: _rounded(value) for name, value in row.items()} for row in result.rows]}
            if result.rows
            else {}
        ),
        "machine": machine,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def write(folder: Path, result: Result, machine: str, at: datetime) -> Path:
    """Keep a result; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{result.name}.json"
    file.write_text(json.dumps(as_json(result, machine, at), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _rounded(value: object) -> object:
    """Four significant digits; whole numbers above a thousand."""
    if not isinstance(value, float):
        return value
    return round(value) if abs(value) >= 1_000 else float(f"{value:.4g}")
