"""What is known of a datastream beside its values: what feeds it since when, and what its values are held against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from msgspec import structs

from plietsch.ingest.qartod import flat_line, testing
from plietsch.ingest.qartod.values import Reach, widest
from plietsch.platform.device_types.specification import Limits, Neighbour
from plietsch.platform.methods import RAW

NO_LIMITS: Final = Limits()
# For a datastream whose device is not known: how often a device measures if nobody says otherwise.
_INTERVAL_S = 300


@dataclass(frozen=True, slots=True)
class Feed:
    """A channel that feeds a datastream while its device is deployed, from `since_s` on, before `until_s` (Unix time;
    infinite where open): what its type's file holds its values against, and what the device's other channels feed."""

    since_s: float
    until_s: float
    channel: str
    limits: Limits = NO_LIMITS
    installed: bool = True
    interval_s: int = _INTERVAL_S
    beside: Mapping[str, int] = field(default_factory=dict[str, int])

    def __contains__(self, moment_s: object) -> bool:
        return isinstance(moment_s, int) and self.since_s <= moment_s < self.until_s


class OwnLimits(NamedTuple):
    """Limits of one datastream, for what was measured from then on."""

    since_s: float
    limits: Limits


class Flat(NamedTuple):
    """By what a flat line is told, at most: values within a tolerance, over so many seconds to either side."""

    tolerance: float
    reach_s: int


class Held(NamedTuple):
    """What values of a feed are held against from a moment on, before another one."""

    since_s: float
    until_s: float
    limits: Limits


@dataclass(frozen=True)
class Series:
    """A datastream. Its feeds do not overlap for one device and are in the order of time, as its own limits are."""

    id: int
    station_id: int
    code: str  # of the observed property
    method: str = RAW
    feeds: Sequence[Feed] = ()
    own: Sequence[OwnLimits] = ()

    @property
    def interval_s(self) -> int:
        """How often it has a value at most."""
        return min((feed.interval_s for feed in self.feeds), default=_INTERVAL_S)

    def held(self, feed: Feed) -> Iterator[Held]:
        """What its values of a feed are held against, in the order of time."""
        changes = [each for each in self.own if each.since_s < feed.until_s]
        earlier = [each for each in changes if each.since_s <= feed.since_s]
        limits = earlier[-1].limits if earlier else feed.limits
        since_s = feed.since_s
        for change in changes[len(earlier) :]:
            yield Held(since_s, change.since_s, limits)
            since_s, limits = change.since_s, change.limits
        yield Held(since_s, feed.until_s, limits)

    @cached_property
    def every_limits(self) -> Sequence[tuple[Feed, Limits]]:
        """All limits that its values are held against at some time, with their feeds."""
        return [(feed, held.limits) for feed in self.feeds for held in self.held(feed)]

    @cached_property
    def reach(self) -> Reach:
        """How far around a value others decide on its flags, by any of its limits but those of flat lines."""
        return widest(testing.reach(structs.replace(limits, flat_line=None)) for _, limits in self.every_limits)

    @cached_property
    def flat(self) -> Flat | None:
        """What flat lines it may have, by any of its limits."""
        lines = [limits.flat_line for _, limits in self.every_limits if limits.flat_line]
        if not lines:
            return None
        return Flat(max(each.tolerance for each in lines), max(flat_line.reach(each).before_s for each in lines))

    @cached_property
    def stands_beside(self) -> Sequence[int]:
        """The datastreams that say something of its values, as other channels of the same readings."""
        found = ((feed, limits.multi_variate) for feed, limits in self.every_limits if limits.multi_variate)
        return list({other: None for feed, many in found if (other := feed.beside.get(many.channel))})

    @cached_property
    def looks(self) -> Sequence[Neighbour]:
        """How it looks at stations around, by any of its limits; each way once."""
        return list({limits.neighbour: None for _, limits in self.every_limits if limits.neighbour})
