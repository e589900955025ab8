"""The datastreams of a station, and what is computed of what among them. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plietsch.ingest.judge.facts import Series
from plietsch.ingest.series import methods
from plietsch.ingest.series.methods import Computation, Mounted


@dataclass(frozen=True, slots=True)
class Station:
    """Its datastreams; computations by what they give, and by each of what they take; `ranks` of what is computed;
    `says_of` are the datastreams by each of those that say something of their values (`Series.stands_beside`)."""

    series: Sequence[Series] = ()
    computations: Mapping[int, Computation] = field(default_factory=dict[int, Computation])
    computed_from: Mapping[int, Sequence[Computation]] = field(default_factory=dict[int, Sequence[Computation]])
    ranks: Mapping[int, int] = field(default_factory=dict[int, int])
    says_of: Mapping[int, Sequence[int]] = field(default_factory=dict[int, Sequence[int]])

    @staticmethod
    def of(series: Sequence[Series], deployments: Sequence[Mounted]) -> "Station":
        """A station with these deployments, in the order of time."""
        found = methods.computations(sorted(deployments, key=lambda each: each.since_s))
        computed_from: defaultdict[int, list[Computation]] = defaultdict(list)
        ranks: dict[int, int] = {}
        for each in found:  # what is an input of another one comes before it
            ranks[each.output] = 1 + max((ranks.get(one, 0) for one in each.inputs), default=0)
            for one in each.inputs:
                computed_from[one].append(each)
        says_of: defaultdict[int, list[int]] = defaultdict(list)
        for each in series:
            for other in each.stands_beside:
                says_of[other].append(each.id)
        return Station(series, {each.output: each for each in found}, computed_from, ranks, says_of)
