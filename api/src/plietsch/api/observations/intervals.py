"""Of which series which time is asked for: intervals as columns, reckoned with for all series at once. Pure.

`ranks` are the series' places in their list, from 0; `since` (inclusive) and `until` (exclusive) are microseconds since
1970 (UTC). A series may have several intervals, as a device may have been installed twice.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


class Intervals(NamedTuple):
    """In the order of their series."""

    ranks: Integers
    since: Integers
    until: Integers

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]]) -> "Intervals":
        """From rows of rank, since, until."""
        columns = np.array(list(rows), np.int64).reshape(-1, 3)
        return cls(columns[:, 0], columns[:, 1], columns[:, 2]).not_empty()

    @property
    def is_empty(self) -> bool:
        return not len(self.ranks)

    @property
    def series(self) -> int:
        """How many series have an interval."""
        return len(np.unique(self.ranks))

    def not_empty(self) -> "Intervals":
        return self.where(self.since < self.until)

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Intervals":
        return Intervals(self.ranks[chosen], self.since[chosen], self.until[chosen])

    def within(self, start: int, stop: int) -> "Intervals":
        """What they have of a span."""
        return Intervals(self.ranks, np.maximum(self.since, start), np.minimum(self.until, stop)).not_empty()

    def after(self, at: int, following: int, rank: int) -> "Intervals":
        """What is left behind a row of time `at` and series `rank`, in the order of time and series: of that series
        and those before it from `following` on, where the next row may be."""
        begins = np.where(self.ranks <= rank, following, at)
        return Intervals(self.ranks, np.maximum(self.since, begins), self.until).not_empty()

    def from_each(self, begins: Integers) -> "Intervals":
        """What is left of each series from its own moment on."""
        return Intervals(self.ranks, np.maximum(self.since, begins[self.ranks]), self.until).not_empty()

    def first_series(self, most: int) -> "Intervals":
        """Those of the first so many series."""
        different = np.unique(self.ranks)
        return self if len(different) <= most else self.where(self.ranks < different[most])

    def by_span(self, most: int) -> list["Intervals"]:
        """Those together that begin and end together; none where they do so in more than so many ways."""
        spans, which = np.unique(np.stack((self.since, self.until)), axis=1, return_inverse=True)
        several = spans.shape[1]
        return [self.where(which == number) for number in range(several)] if several <= most else []

    def whole(self, unit_us: int) -> tuple["Intervals", "Intervals"]:
        """Their whole hours or days (as long as `unit_us`, from 1970 on), and what is left before and behind them."""
        first, last = -(-self.since // unit_us) * unit_us, self.until // unit_us * unit_us
        has_whole = first < last
        first, last = np.where(has_whole, first, self.until), np.where(has_whole, last, self.until)
        whole = Intervals(self.ranks, first, last).not_empty()
        before, behind = Intervals(self.ranks, self.since, first), Intervals(self.ranks, last, self.until)
        return whole, before.and_(behind).not_empty()

    def and_(self, other: "Intervals") -> "Intervals":
        return Intervals(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))
