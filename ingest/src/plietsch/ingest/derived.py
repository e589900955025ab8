"""Derived values: what follows from the numbers of one reading and from how the device was mounted when it measured.

| method | result | from |
|---|---|---|
| `gauge-zero/1` | level above the gauge's zero, cm | distance to the water; height of the instrument above the zero |
| `kappa-koehler/1` | fine dust without the water in it, µg/m³ | fine dust and relative humidity |

An input that is missing or failed leaves no result: quality 9. A result is as good as its inputs, and where a method is
at its limits it is suspect. A derived value is a row like any other: late, repeated or tried again, it needs no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from plietsch.ingest.payload import Fault
from plietsch.ingest.quality import Quality
from plietsch.platform import methods

# How readily particles take up water (hygroscopicity parameter κ), and their density when dry in g/cm³, both as in
# Crilley et al. 2018, Atmos. Meas. Tech. 11, 709-720, for the air of a European town.
KAPPA: Final = 0.4
DRY_DENSITY: Final = 1.65
# Towards saturation the correction grows beyond all bounds, and with it what an error of humidity does (BME280 data
# sheet: ± 3 %); in fog, droplets count as dust. From here on the correction is that of this humidity: what is left is
# too much rather than too little, an upper bound, and suspect.
HIGHEST_HUMIDITY_PERCENT: Final = 95.0
_DECIMALS: Final = 1

Values = Mapping[str, float | Fault]


class Result(NamedTuple):
    """A derived value, and how far it can be trusted."""

    result: float | None
    quality: int


_MISSING: Final = Result(None, Quality.MISSING)


@dataclass(frozen=True, slots=True)
class WaterLevel:
    """`gauge-zero/1`, for an instrument that hangs so many metres above the gauge's zero."""

    datastream_id: int
    gauge_zero_distance_m: float

    def of(self, values: Values, flag: Quality) -> Result | None:
        """The level of a reading whose numbers have that flag; None where it says nothing of a distance."""
        distance_mm = values.get("distance")
        if distance_mm is None:
            return None
        if isinstance(distance_mm, Fault):
            return _MISSING
        return Result(water_level_cm(distance_mm, self.gauge_zero_distance_m), flag)


@dataclass(frozen=True, slots=True)
class DryDust:
    """`kappa-koehler/1`, for one size of fine dust."""

    datastream_id: int
    channel: str

    def of(self, values: Values, flag: Quality) -> Result | None:
        """The dust of a reading whose numbers have that flag; None where it says nothing of dust of that size."""
        dust_ug_m3, humidity_percent = values.get(self.channel), values.get("humidity")
        if dust_ug_m3 is None:
            return None
        if isinstance(dust_ug_m3, Fault) or humidity_percent is None or isinstance(humidity_percent, Fault):
            return _MISSING
        quality = flag if humidity_percent < HIGHEST_HUMIDITY_PERCENT else Quality.SUSPECT
        return Result(dry_dust_ug_m3(dust_ug_m3, humidity_percent), quality)


Derivation = WaterLevel | DryDust


def derivations(datastream_ids: Mapping[str, int], gauge_zero_distance_m: float | None) -> Sequence[Derivation]:
    """What is to be derived for a deployment with these channels, mounted so."""
    level = methods.WATER_LEVEL.channel
    found: list[Derivation] = []
    if level in datastream_ids and gauge_zero_distance_m is not None:
        found.append(WaterLevel(datastream_ids[level], gauge_zero_distance_m))
    dust = (series for series in methods.DRY_DUST if series.channel in datastream_ids)
    found += [DryDust(datastream_ids[series.channel], series.of) for series in dust]
    return tuple(found)


def water_level_cm(distance_mm: float, gauge_zero_distance_m: float) -> float:
    """The level above the gauge's zero of a surface so far below an instrument that hangs so far above the zero."""
    return round((gauge_zero_distance_m * 1000 - distance_mm) / 10, _DECIMALS)


def dry_dust_ug_m3(dust_ug_m3: float, humidity_percent: float) -> float:
    """Fine dust as it would weigh when dry (Crilley et al. 2018): raw / (1 + κ/ρ · a/(1 - a)), a being the water's
    activity, which in equilibrium is the relative humidity."""
    activity = min(humidity_percent, HIGHEST_HUMIDITY_PERCENT) / 100
    return round(dust_ug_m3 / (1 + KAPPA / DRY_DENSITY * activity / (1 - activity)), _DECIMALS)
