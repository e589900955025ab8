"""Readings: the newest values of a station, ready to be shown in a language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from plietsch.dashboards import quantities
from plietsch.dashboards.newest import FAILED, SUSPECT
from plietsch.dashboards.quantities import QUANTITIES, Quantity
from plietsch.dashboards.scales import SCALES, Scale
from plietsch.dashboards.texts import N_, Texts

# What a flag says (QARTOD), as a sign and a word; what is good, or was not looked at, needs none.
FLAGS = {SUSPECT: ("?", N_("suspect")), FAILED: ("×", N_("failed its checks"))}
_NO_FLAG = ("", "")


class Measured(Protocol):
    """A value with its time and quality (QARTOD)."""

    @property
    def value(self) -> float: ...
    @property
    def time(self) -> datetime: ...
    @property
    def quality(self) -> int: ...


@dataclass(frozen=True)
class Reading:
    """A value as shown: `value` is empty where there is none, `band` the code of its class, or empty.

    `rank` says how much its class matters, `sign` and `flag` what is wrong with it, empty where nothing is.
    """

    property: str
    name: str
    unit: str
    value: str = ""
    time: str = ""
    time_iso: str = ""
    band: str = ""
    word: str = ""
    stale: bool = False
    rank: int = 0
    sign: str = ""
    flag: str = ""


def shown(
    values: Mapping[str, Measured],
    codes: Iterable[str],
    texts: Texts,
    zone: tzinfo,
    now: datetime,
    *,
    gauge: Scale | None = None,
    short: bool = False,
) -> list[Reading]:
    """The readings of some quantities of a station; `gauge` has the classes of its water level, if it has any."""
    some = (QUANTITIES[code] for code in codes)
    return [_reading(each, values.get(each.code), scale_of(each.code, gauge), texts, zone, now, short) for each in some]


def scale_of(code: str, gauge: Scale | None) -> Scale | None:
    """The scale of a quantity at a station."""
    return gauge if code == "water_level" else SCALES.get(code)


def _reading(
    quantity: Quantity,
    measured: Measured | None,
    scale: Scale | None,
    texts: Texts,
    zone: tzinfo,
    now: datetime,
    short: bool,
) -> Reading:
    code, name = quantity.code, texts.translate(quantity.short if short else quantity.name)
    if measured is None:
        return Reading(code, name, quantity.unit)
    stale = quantities.is_stale(measured.time, now)
    # What failed its checks says nothing of the air or the water.
    band = scale.band(measured.value) if scale and not stale and measured.quality <= SUSPECT else None
    sign, flag = FLAGS.get(measured.quality, _NO_FLAG)
    return Reading(
        property=code,
        name=name,
        unit=quantity.unit,
        value=texts.number(measured.value, quantity.decimals),
        time=texts.day_and_clock(measured.time, zone),
        time_iso=measured.time.isoformat(),
        band=band.code if band else "",
        word=texts.translate(band.word) if band else "",
        stale=stale,
        rank=band.rank if band else 0,
        sign=sign,
        flag=texts.translate(flag),
    )
