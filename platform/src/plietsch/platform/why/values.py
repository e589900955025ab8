"""Can what its instruments say be believed? Judged by the QARTOD tests that the values of a day did not pass."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from plietsch.platform import methods
from plietsch.platform.why.facts import Facts, Flagged, Series
from plietsch.platform.why.links import Finding, moment, span

# An instrument that gave so many invalid answers in a row, and no valid one since, is dead.
_DEAD_RUN = 3
# One that gave so many, and a valid one in between, has a loose contact.
_FLAKY = 0.2
# A spike now and then is a ferry's wake or a cigarette; this many are a fault, and at least so many of a day.
_MANY, _LEAST = 0.1, 3


class _Told(NamedTuple):
    code: str
    seen: str
    do: str


# What a test says of an instrument, by its name in QARTOD, in the order of gravity.
_TESTS: Mapping[str, _Told] = {
    "flat_line": _Told(
        "stuck",
        "has said the same since {since}",
        "Look at the instrument: a cable, a spider's web, ice, a fan that stands still; then start the node anew.",
    ),
    "gross_range": _Told(
        "out-of-range",
        "lies beyond what is plausible, in {share} of the values since {since}",
        "Compare it with another instrument on the spot; if it is right there, widen the limits: "
        "`plietsch device limits`.",
    ),
    "spike": _Told(
        "spikes",
        "jumps up and down, in {share} of the values since {since}",
        "Look what passes before it (boats, plants, a wall in its beam), and at its supply; if that has to be, widen "
        "the limits: `plietsch device limits`.",
    ),
    "rate_of_change": _Told(
        "jumps",
        "changes faster than it can, in {share} of the values since {since}",
        "Look whether somebody moved it, and what passes before it; if it is right, widen the limits: "
        "`plietsch device limits`.",
    ),
    "neighbour": _Told(
        "unlike-neighbours",
        "is another one than at all stations around, in {share} of the values since {since}",
        "Look what is special there: a grill, a heater, the sun on the box; compare it with another instrument.",
    ),
}


def judge(facts: Facts) -> Iterator[Finding]:
    """What is wrong with its instruments: dead ones first, then what the tests say."""
    raw = [each for each in facts.series if each.method == methods.RAW]
    yield from _dead(raw)
    dead_sensors = {each.sensor for each in raw if each.missing_run >= _DEAD_RUN}
    yield from _flaky([each for each in raw if each.sensor not in dead_sensors])
    for test, told in _TESTS.items():
        for series in raw:
            flagged = series.tests.get(test)
            if flagged and series.sensor not in dead_sensors and _is_much(test, series, flagged):
                yield _finding(told, series, flagged)
    for series in raw:
        if series.sensor not in dead_sensors and _is_failing(series):
            yield Finding(
                "out-of-range", None,
                f"The {series.sensor} says that {series.property} lies beyond what it can measure, in {series.failed} "
                f"of the {series.values} values of a day.",
                "Look at the instrument, and what is before it: it measures nothing, or something too near or too far.",
            )  # fmt: skip


def _dead(raw: Sequence[Series]) -> Iterator[Finding]:
    """One finding for each instrument of which nothing comes any more."""
    for sensor in dict.fromkeys(series.sensor for series in raw):
        silent = [each for each in raw if each.sensor == sensor]
        # A spread needs more valid samples than a value does.
        if all(each.missing_run >= _DEAD_RUN for each in silent if each.shown) and any(
            each.missing_run >= _DEAD_RUN for each in silent
        ):
            since = min((each.missing_since for each in silent if each.missing_since), default=None)
            began = f" since {moment(since)}" if since else ""
            yield Finding(
                "instrument-dead", since,
                f"The {sensor} has given no valid answer{began}, {max(s.missing_run for s in silent)} "
                "times in a row.",
                f"Look at the cable and the supply of the {sensor}; if both are right, change it.",
            )  # fmt: skip


def _flaky(raw: Sequence[Series]) -> Iterator[Finding]:
    for sensor in dict.fromkeys(series.sensor for series in raw):
        worst = max((each for each in raw if each.sensor == sensor), key=lambda series: series.missing)
        if worst.missing >= max(_LEAST, _FLAKY * worst.values):
            yield Finding(
                "instrument-flaky", None,
                f"The {sensor} gave no valid answer {worst.missing} times of {worst.values} within a day.",
                f"Look at the cable and the supply of the {sensor}: a loose contact, or a supply that sags.",
            )  # fmt: skip


def _is_much(test: str, series: Series, flagged: Flagged) -> bool:
    """A line is flat or it is not; of all else some is to be expected."""
    if test == "flat_line":
        return flagged.newest
    return flagged.number >= max(_LEAST, _MANY * series.values)


def _is_failing(series: Series) -> bool:
    return not series.tests and series.failed >= max(_LEAST, _MANY * series.values)


def _finding(told: _Told, series: Series, flagged: Flagged) -> Finding:
    share = f"{flagged.number} of {series.values}"
    seen = told.seen.format(since=moment(flagged.since), share=share)
    value = "" if series.newest is None else f" ({series.newest:g} {series.unit} now)"
    return Finding(told.code, flagged.since, f"{series.property} of the {series.sensor}{value} {seen}.", told.do)


def words(facts: Facts) -> str:
    """What is right about the values, in a sentence."""
    raw = [series for series in facts.series if series.method == methods.RAW]
    newest = max((series.newest_at for series in raw if series.newest_at), default=None)
    if newest is None:
        return "Nothing is wrong with what it says of itself."
    number = sum(series.values for series in raw)
    flagged = sum(flagged.number for series in raw for flagged in series.tests.values())
    but = f", of which tests name {flagged}: no more than is to be expected" if flagged else ", which pass all tests"
    return f"{number} values of a day{but}. The newest is {span(facts.at - newest)} old."
