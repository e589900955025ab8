"""What deployments say by themselves: a device replaced, mounted anew or away, a station moved. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from plietsch.api.annotations import texts
from plietsch.api.annotations.model import Annotation, Span
from plietsch.platform import places

DEVICE_REPLACED = "device-replaced"
INSTRUMENTS_CHANGED = "instruments-changed"
REMOUNTED = "remounted"
GAP = "gap"
TAKEN_DOWN = "taken-down"
STATION_MOVED = "station-moved"
KINDS = (DEVICE_REPLACED, INSTRUMENTS_CHANGED, REMOUNTED, GAP, TAKEN_DOWN, STATION_MOVED)
_SOURCE = "deployments"


class Deployment(NamedTuple):
    """An installed device of a station: from when until when, what it measures with, whether it is the one before."""

    station: str
    region: str
    since: datetime | None
    until: datetime | None
    models: list[str]
    is_remounted: bool


class Place(NamedTuple):
    """A public place of a station, since when, and to how many metres it is rounded."""

    station: str
    region: str
    since: datetime
    longitude: float
    latitude: float
    grid_m: int


def of_devices(devices: Sequence[Deployment], now: datetime) -> Iterator[Annotation]:
    """What the devices of one station say, the first one first."""
    for before, after in pairwise(devices):
        if before.until is not None and after.since is not None and before.until < after.since:
            yield _said(before, GAP, Span(before.until, after.since), texts.GAP)
        if after.since is not None:
            yield _changed(before, after, Span(after.since, after.since))
    last = devices[-1] if devices else None
    if last is not None and last.until is not None and last.until <= now:
        yield _said(last, TAKEN_DOWN, Span(last.until, None), texts.TAKEN_DOWN)


def of_places(stood: Sequence[Place]) -> Iterator[Annotation]:
    """Where one station stood, the first place first: how far it moved, no finer than the places are public."""
    for before, after in pairwise(stood):
        grid_m = max(before.grid_m, after.grid_m)
        metres = places.distance_m(before.longitude, before.latitude, after.longitude, after.latitude)
        rounded = round(metres / grid_m) * grid_m
        text = texts.moved(rounded) if rounded else texts.MOVED_LITTLE
        yield _said(after, STATION_MOVED, Span(after.since, after.since), text)


def _changed(before: Deployment, after: Deployment, at: Span) -> Annotation:
    if not after.is_remounted:
        return _said(after, DEVICE_REPLACED, at, texts.replaced(after.models))
    if before.models != after.models:
        return _said(after, INSTRUMENTS_CHANGED, at, texts.other_instruments(before.models, after.models))
    return _said(after, REMOUNTED, at, texts.REMOUNTED)


def _said(whose: Deployment | Place, kind: str, during: Span, text: texts.Text) -> Annotation:
    return Annotation(kind, "deployment", during, text, _SOURCE, whose.station, whose.region)
