"""What is told of a change, and which changes somebody wants."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from plietsch.api.changes.cursor import Place

Wanted = frozenset[str]


class Filter(NamedTuple):
    """Which series somebody follows; an empty set does not filter. Not even by method: what is the default one may
    change without a change of any observation."""

    regions: Wanted = frozenset()
    stations: Wanted = frozenset()
    properties: Wanted = frozenset()
    methods: Wanted = frozenset()

    def wants(self, series: "Series") -> bool:
        """Whether a series passes."""
        return (
            (not self.regions or series.region in self.regions)
            and (not self.stations or series.station in self.stations)
            and (not self.properties or series.property in self.properties)
            and (not self.methods or series.method in self.methods)
        )


class Series(NamedTuple):
    """A datastream; where nothing is public of its station any more, or ever was, that is not named."""

    datastream_id: int
    region: str
    station: str
    is_public: bool
    property: str
    method: str


class Change(NamedTuple):
    """An observation as it is now, after an entry of the ledger touched it.

    Where it is `deleted`, it is there no longer: the one of `time` or, where that is None, all of the series from
    `since` on (None: all before) until before `until` (None: all after), which is not public.
    """

    series: Series
    written_at: datetime
    cause: str
    time: datetime | None
    value: float | None = None
    quality: int | None = None
    deleted: bool = False
    since: datetime | None = None
    until: datetime | None = None


class Page(NamedTuple):
    """Some changes in their order, the place behind them, and whether there are more already."""

    changes: Sequence[Change]
    next: Place
    more: bool
