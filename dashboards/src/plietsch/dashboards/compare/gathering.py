"""What a comparison shows: the same quantity of each station over the same time, in the same steps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import AsyncConnection

from plietsch.api.stations import Station
from plietsch.dashboards.compare import steps
from plietsch.dashboards.compare.asked import Comparison
from plietsch.dashboards.picture import asked as pictures
from plietsch.dashboards.picture import gathering
from plietsch.dashboards.picture.gathering import Place
from plietsch.dashboards.picture.scenes import Told
from plietsch.dashboards.station import streams
from plietsch.dashboards.station.spans import Interval
from plietsch.dashboards.station.streams import Stream


@dataclass(frozen=True)
class Gathered:
    """What is compared, the stations that do not measure it, and the quantities that there is a choice of."""

    code: str | None
    told: list[Told]
    without: list[Station]
    choice: list[str]


async def of(connection: AsyncConnection[Any], comparison: Comparison, time: pictures.Time, language: str) -> Gathered:
    """The stations' courses. Raises api.errors.StationUnknown."""
    places = [await gathering.place(connection, code) for code in comparison.stations]
    measured = [streams.drawn(streams.shown(place.streams)) for place in places]
    choice = _ordered(measured)
    code = comparison.code or (choice[0] if choice else None)
    if code is None:
        return Gathered(None, [], [place.station for place in places], choice)
    span = _in_steps(time.interval(places[0].now, places[0].region.zone)) if places else None
    told: list[Told] = []
    without: list[Station] = []
    for place, codes in zip(places, measured, strict=True):
        some = _series(place, code, comparison.methods, alone=len(places) == 1)
        if span is None or code not in codes or not some:
            without.append(place.station)
        else:
            told.append(await gathering.of_place(connection, place, some, code, span, language))
    return Gathered(code, told, without, choice)


async def first(connection: AsyncConnection[Any], stations: Sequence[str]) -> str | None:
    """The quantity that is shown of some stations where none is named. Raises api.errors.StationUnknown."""
    places = [await gathering.place(connection, code) for code in stations]
    choice = _ordered([streams.drawn(streams.shown(place.streams)) for place in places])
    return choice[0] if choice else None


def _ordered(measured: Sequence[Sequence[str]]) -> list[str]:
    """What any station measures; first what most of them do."""
    known = dict.fromkeys(code for codes in measured for code in codes)
    return sorted(known, key=lambda code: -sum(code in codes for codes in measured))


def _series(place: Place, code: str, methods: Sequence[str], *, alone: bool) -> list[Stream]:
    """Of a station alone by every method, of several by the one that is meant where nobody names one."""
    source = streams.source_of(code)
    there = [each for each in place.streams if each.property == source]
    if methods:
        return [each for each in there if each.method in methods]
    return there if alone else [each for each in there if each.is_default]


def _in_steps(span: Interval) -> Interval:
    return replace(span, steps=(steps.of(span.length),))
