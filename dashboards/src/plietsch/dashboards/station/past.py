"""The past of a place: since when it measures, where it stood, which devices were there. Of what is public, no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.dashboards import instruments
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform import places, sql

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")

_BEGAN = N_("Measuring begins, with %(instruments)s.")
_EXCHANGED = N_("Another device is installed, with %(instruments)s.")
_REMOUNTED = N_("The same device is mounted differently.")
_AGAIN = N_("The same device is installed again, with %(instruments)s.")
_MOUNTED = N_("mounted differently")
_NEW_DEVICE = N_("another device")
_TAKEN_DOWN = N_("The device is taken down.")
_MOVED_LITTLE = N_("The station moves by less than its place is rounded to.")


class Deployment(NamedTuple):
    """An installed device: from when until when, its instruments, and how they are mounted.

    `is_remounted` says that it is the one that was installed here before, too.
    """

    since: datetime | None
    until: datetime | None
    lasts: bool
    gauge_zero_distance_m: float | None
    gauge_zero_nhn_m: float | None
    rain_tip_mm: float | None
    models: list[str] | None
    is_remounted: bool = False


class Place(NamedTuple):
    """A public place, since when the station has been there, and to how many metres it is rounded."""

    since: datetime
    longitude: float
    latitude: float
    grid_m: int


@dataclass(frozen=True)
class Event:
    """Something that happened to a station, on a day."""

    day: str
    day_iso: str
    text: str


async def deployments(connection: AsyncConnection[Any], station: str) -> list[Deployment]:
    """The devices that were installed at a station, the first one first."""
    async with connection.cursor(row_factory=class_row(Deployment)) as cursor:
        await cursor.execute(_QUERIES["deployments"], {"station": station})
        return await cursor.fetchall()


async def stood(connection: AsyncConnection[Any], station: str) -> list[Place]:
    """The public places of a station, the first one first."""
    async with connection.cursor(row_factory=class_row(Place)) as cursor:
        await cursor.execute(_QUERIES["places"], {"station": station})
        return await cursor.fetchall()


def events(
    devices: Sequence[Deployment], stands: Sequence[Place], kinds: dict[str, str], texts: Texts, zone: tzinfo
) -> list[Event]:
    """What happened, the newest first; `kinds` are the instruments' names by model."""
    found: list[tuple[datetime, str]] = []
    for index, device in enumerate(devices):
        if device.since is not None:
            found.append((device.since, _began(devices, index, kinds, texts)))
        followed = index + 1 < len(devices) and devices[index + 1].since == device.until
        if device.until is not None and not device.lasts and not followed:
            found.append((device.until, texts.translate(_TAKEN_DOWN)))
    found += [(after.since, _moved(before, after, texts)) for before, after in pairwise(stands)]
    found.sort(key=lambda each: each[0], reverse=True)
    return [Event(texts.day(moment, zone), moment.astimezone(zone).date().isoformat(), text) for moment, text in found]


def _began(devices: Sequence[Deployment], index: int, kinds: dict[str, str], texts: Texts) -> str:
    """What happened when a deployment began."""
    device = devices[index]
    if device.is_remounted and devices[index - 1].until == device.since:
        return texts.translate(_REMOUNTED)
    names = instruments.distinct(kinds.get(model, model) for model in device.models or [])
    sentence = _BEGAN if not index else _AGAIN if device.is_remounted else _EXCHANGED
    return texts.gettext(sentence, instruments=texts.all_of(names))


def since(devices: Sequence[Deployment]) -> datetime | None:
    """Since when it has been measured here without a break, by whichever device; None where nobody knows."""
    begun: datetime | None = None
    for device in reversed(devices):
        if device.lasts or device.until == begun:
            begun = device.since
    return begun


class Mark(NamedTuple):
    """A moment from which on values may differ for another reason than what is measured, and a word for why."""

    time: datetime
    word: str


def marks(devices: Sequence[Deployment], texts: Texts) -> list[Mark]:
    """When instruments were mounted differently or exchanged, for the chart."""
    return [
        Mark(each.since, texts.translate(_MOUNTED if each.is_remounted else _NEW_DEVICE))
        for each in devices[1:]
        if each.since is not None
    ]


def _moved(before: Place, after: Place, texts: Texts) -> str:
    """How far, no finer than the two places are public."""
    grid_m = max(before.grid_m, after.grid_m)
    metres = places.distance_m(before.longitude, before.latitude, after.longitude, after.latitude)
    rounded = round(metres / grid_m) * grid_m
    if not rounded:
        return texts.translate(_MOVED_LITTLE)
    return texts.ngettext(
        "The station moves by about %(count)s metre.", "The station moves by about %(count)s metres.", rounded
    )
