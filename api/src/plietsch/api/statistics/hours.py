"""Hours of a series, as arrays. Pure.

An hour counts with 75 % of the values that its device is meant to give (directive 2008/50/EC, Annex XI A: 45 minutes).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CAPTURE = 0.75
_HOUR_S = 3600


class Hours(NamedTuple):
    """Hours with values of quality 1 and 2, in the order of time: `hour` since 1970 (UTC), and of each how many
    `values` there are, their mean, least and most; whether they are enough, and of which datastream they are."""

    hour: Integers
    values: Integers
    mean: Numbers
    min: Numbers
    max: Numbers
    enough: Flags
    datastream: Integers

    def at(self, some: Flags | Integers | slice) -> "Hours":
        """Some of them."""
        return Hours(
            self.hour[some], self.values[some], self.mean[some], self.min[some], self.max[some], self.enough[some],
            self.datastream[some],
        )  # fmt: skip

    def between(self, start: int, end: int) -> "Hours":
        """Those from an hour on, before another one."""
        first, last = (int(each) for each in np.searchsorted(self.hour, [start, end]))
        return self.at(slice(first, last))


def of(rows: Sequence[tuple[int, int, float, float, float]], datastream: int, interval_s: int) -> Hours:
    """The hours of a datastream whose device is meant to measure so often."""
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    hour, count = (np.array(each, np.int64) for each in columns[:2])
    mean, least, most = (np.array(each, np.float64) for each in columns[2:])
    needed = math.ceil(CAPTURE * max(1, _HOUR_S // interval_s))
    return Hours(hour, count, mean, least, most, count >= needed, np.full(len(hour), datastream, np.int64))


def merged(series: Sequence[Hours]) -> Hours:
    """One series of several, as where an instrument was exchanged: of an hour that two have, that with more values."""
    every = Hours(
        np.concatenate([each.hour for each in series]),
        np.concatenate([each.values for each in series]),
        np.concatenate([each.mean for each in series]),
        np.concatenate([each.min for each in series]),
        np.concatenate([each.max for each in series]),
        np.concatenate([each.enough for each in series]),
        np.concatenate([each.datastream for each in series]),
    )
    ordered = every.at(np.lexsort((every.datastream, -every.values, every.hour)))
    first = np.ones(len(ordered.hour), np.bool_)
    first[1:] = ordered.hour[1:] != ordered.hour[:-1]
    return ordered.at(first)


def known(hours: Hours, *, reach: int, is_on_change: bool) -> Integers:
    """Which hours are known.

    What is sent when it changes is known in the hour after a value, too; what is measured seldom (`reach` hours apart),
    until the next value is due.
    """
    if not is_on_change and reach == 1:
        return hours.hour[hours.enough]
    steps = np.arange(max(reach, 2) if is_on_change else reach)
    return np.unique(hours.hour[:, None] + steps[None, :])
