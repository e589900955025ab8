"""What is asked of observations, as a value."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from plietsch.api import cursors
from plietsch.api.observations import buckets
from plietsch.api.observations.buckets import Resolution

Layout = Literal["long", "wide"]
Statistic = Literal["count", "mean", "min", "max", "last"]

# QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
GOOD, USABLE, ALL = (1,), (1, 2, 3), (1, 2, 3, 4, 9)
# What hours, days and months are made of unless somebody says otherwise; hours and days are kept of these.
AGGREGATED = (1, 2)
# How far apart the values of a series are, usually: nodes measure every five minutes.
USUAL_SPACING = timedelta(minutes=5)
# How many observations a page holds at most.
MOST = 50_000


class Question(msgspec.Struct, frozen=True):
    """Which observations: `start` is inclusive, `end` is not. No station, property or region named means all of them,
    no method the default one of each property.

    `newest` means the newest so many of each series in the span. `flags` are the quality flags that count. `zone` is
    the one whose days and months are meant, and whose times are given. `statistic` is what a wide table of aggregates
    holds. Without a `limit` everything is meant, with one a page, which begins behind `after`.
    """

    start: datetime
    end: datetime
    stations: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    resolution: Resolution = "raw"
    zone: str = "UTC"
    flags: tuple[int, ...] = ALL
    layout: Layout = "long"
    statistic: Statistic = "mean"
    newest: int | None = None
    limit: int | None = None
    after: cursors.Key | None = None

    @property
    def buckets(self) -> buckets.Buckets | None:
        """How time is divided; None where values are given as they were measured."""
        return None if self.resolution == "raw" else buckets.of(self.resolution, self.zone)

    @property
    def spacing(self) -> timedelta:
        """How far apart the rows of a series are, usually."""
        divided = self.buckets
        return timedelta(microseconds=divided.usual_us) if divided is not None else USUAL_SPACING

    def rows(self, series: int) -> float:
        """About how many rows an answer of so many series has."""
        each = min((self.end - self.start) / self.spacing, self.newest or math.inf)
        return min(series * each, self.limit or math.inf)

    def said(self, start: datetime, complete_to: str) -> Mapping[str, Any]:
        """The members that stand before the rows of its answer, which begins at `start`."""
        return {
            "from": start,
            "to": self.end,
            "resolution": self.resolution,
            "tz": self.zone,
            "quality": self.flags,
            "layout": self.layout,
            "complete_to": complete_to,
        }
