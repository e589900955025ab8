"""What is told live: changes, which of them somebody wants, and how they are put together. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from plietsch.platform.ledger import Position

Wanted = frozenset[str]


class Told(msgspec.Struct, frozen=True):
    """A change as listeners see it: `value` in the property's unit; `quality` 1 good, 2 not evaluated, 3 suspect.

    `failed` is the time of the newest value that was told, and failed since: this older one takes its place.
    """

    station: str
    property: str
    method: str
    time: datetime
    value: float
    quality: int
    failed: datetime | msgspec.UnsetType = msgspec.UNSET


class Change(NamedTuple):
    """The newest value of a datastream: whom it concerns, and its JSON, which is the same for all of them.

    `time` is when it was measured, or when that was in whose place it comes.
    """

    region: str
    station: str
    property: str
    method: str
    by_default: bool  # whether its method is the one that is meant where nobody names one
    is_spread: bool  # whether it says how far the samples behind another value lay apart
    time: datetime
    json: bytes


class Filter(NamedTuple):
    """Which changes somebody wants. An empty set does not filter, but for methods and spreads: these must be named."""

    regions: Wanted = frozenset()
    stations: Wanted = frozenset()
    properties: Wanted = frozenset()
    methods: Wanted = frozenset()

    def wants(self, change: Change) -> bool:
        """Whether a change passes."""
        return (
            (not self.regions or change.region in self.regions)
            and (not self.stations or change.station in self.stations)
            and (change.property in self.properties if self.properties else not change.is_spread)
            and (change.method in self.methods if self.methods else change.by_default)
        )


class Batch:
    """Changes that were read together: `position` is where in the ledger they end, `at` when, by a steady clock."""

    def __init__(self, position: Position, at: float, changes: Sequence[Change]) -> None:
        self.position = position
        self.at = at
        self.size = len(changes)
        # Many listen to one station each: nobody goes through what others listen to.
        self._of_station: defaultdict[str, list[Change]] = defaultdict(list)
        for change in changes:
            self._of_station[change.station].append(change)

    def wanted(self, filter_: Filter) -> Iterable[Change]:
        """The changes that pass a filter."""
        stations = filter_.stations or self._of_station.keys()
        return (change for code in stations for change in self._of_station.get(code, ()) if filter_.wants(change))


def newest(batches: Iterable[Batch], filter_: Filter) -> list[Change]:
    """What passes a filter, of each station, property and method only the newest; batches come in their order."""
    found: dict[tuple[str, str, str], Change] = {}
    for batch in batches:
        for change in batch.wanted(filter_):
            key = (change.station, change.property, change.method)
            if key not in found or found[key].time <= change.time:
                found[key] = change
    return list(found.values())
