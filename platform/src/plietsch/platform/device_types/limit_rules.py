"""What no single member of limits shows: whether they make sense, in a device type's file or of one datastream."""

import difflib
import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

from plietsch.platform.device_types.mistakes import Mistake, Place
from plietsch.platform.device_types.specification import Limits, Span, Threshold


def mistakes(limits: Limits, range_: Span | None, others: Sequence[str], place: Place = ()) -> Iterator[Mistake]:
    """What is wrong with limits of finite numbers, for an instrument of that range beside these other channels."""
    suspect = limits.suspect_range
    yield from upside_down((*place, "suspect_range"), suspect)
    if range_ and suspect and not range_[0] <= suspect[0] <= suspect[1] <= range_[1]:
        what = f"{_span(suspect)} reaches beyond the instrument's range, {_span(range_)}."
        yield Mistake((*place, "suspect_range"), what, "What is plausible lies within what is possible.")
    yield from _thresholds(place, limits)
    other = limits.multi_variate
    if other and other.channel not in others:
        what = f"No other channel is called {other.channel}."
        yield Mistake((*place, "multi_variate", "channel"), what, meant(other.channel, others))


def upside_down(place: Place, span: Span | None) -> Iterator[Mistake]:
    """A range whose bounds stand the wrong way round."""
    if span and span[0] >= span[1]:
        yield Mistake(place, f"{_span(span)} is no range.", "The lower bound comes first.")


def _span(span: Span) -> str:
    return f"[{span[0]:g}, {span[1]:g}]"


def _thresholds(place: Place, limits: Limits) -> Iterator[Mistake]:
    flat = limits.flat_line
    tests: dict[str, tuple[str, str, Threshold | None]] = {
        "spike": ("suspect", "fail", limits.spike),
        "rate_of_change": ("suspect", "fail", limits.rate_of_change),
        "flat_line": (
            "suspect_after_s",
            "fail_after_s",
            Threshold(suspect=flat.suspect_after_s, fail=flat.fail_after_s) if flat else None,
        ),
    }
    for test, (suspect, fail, bounds) in tests.items():
        if bounds is None:
            continue
        if bounds.suspect is None and bounds.fail is None:
            yield Mistake((*place, test), "It has no bound.", f"Name {suspect} or {fail}, or leave {test} out.")
        elif bounds.suspect is not None and bounds.fail is not None and bounds.suspect >= bounds.fail:
            what = f"{suspect} {bounds.suspect:g} is not below {fail} {bounds.fail:g}."
            yield Mistake((*place, test), what, "A value is suspect before it has failed.")


def not_finite(value: Any, place: Place) -> Iterator[Mistake]:
    """TOML knows nan and inf; a bound that is none is left out."""
    if isinstance(value, dict):
        for name, member in cast(dict[str, Any], value).items():
            yield from not_finite(member, (*place, name))
    elif isinstance(value, list | tuple):
        for number, member in enumerate(cast(list[Any], value)):
            yield from not_finite(member, (*place, number))
    elif isinstance(value, float) and not math.isfinite(value):
        yield Mistake(place, f"{value} is no number that can be measured.", "Leave out a bound that there is not.")


def meant(name: str, known: Sequence[str]) -> str:
    """Which known name somebody may have meant."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There are {', '.join(known)}." if len(known) <= 12 else ""
