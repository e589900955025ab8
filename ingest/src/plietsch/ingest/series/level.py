"""The water's level above the gauge's zero, in cm.

| method | from |
|---|---|
| `gauge-zero/1` | the distance down to the water, by light, radar, or sound that the instrument corrects |
| `gauge-zero/1` | the depth of the water above a pressure probe |
| `gauge-zero-sound/1` | the distance by sound of an instrument that assumes one temperature; the air's temperature |
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from plietsch.ingest.quality import Quality
from plietsch.ingest.series.pointwise import Result

_DECIMALS: Final = 1
# The speed of sound in air at 0 °C, and by how much it grows with each degree: the linear form of
# 331.3 m/s · √(1 + T / 273.15 °C), within 0.25 % of it between -30 and 40 °C.
SOUND_M_PER_S: Final = 331.3
SOUND_M_PER_S_AND_DEGREE: Final = 0.606


@dataclass(frozen=True, slots=True)
class FromDistance:
    """`gauge-zero/1` for an instrument that hangs so many metres above the gauge's zero and looks down."""

    gauge_zero_distance_m: float
    lead: str = field(default="distance", init=False)
    beside: tuple[str, ...] = field(default=(), init=False)

    def of(self, lead: float, beside: Sequence[float | None]) -> Result:
        return Result(water_level_cm(lead, self.gauge_zero_distance_m), Quality.GOOD)


@dataclass(frozen=True, slots=True)
class FromDepth:
    """`gauge-zero/1` for a pressure probe so many metres above the gauge's zero; one below it has a negative height."""

    gauge_zero_distance_m: float
    lead: str = field(default="water_depth", init=False)
    beside: tuple[str, ...] = field(default=(), init=False)

    def of(self, lead: float, beside: Sequence[float | None]) -> Result:
        return Result(round(self.gauge_zero_distance_m * 100 + lead, _DECIMALS), Quality.GOOD)


@dataclass(frozen=True, slots=True)
class FromSound:
    """`gauge-zero-sound/1` for an instrument that reckons with the speed of sound at `assumes_c`.

    Without the air's temperature, or where nobody knows what the instrument assumes, the distance is taken as it is,
    and the level is suspect: 20 degrees are 3.5 % of the distance.
    """

    gauge_zero_distance_m: float
    assumes_c: float | None
    lead: str = field(default="distance", init=False)
    beside: tuple[str, ...] = field(default=("temperature",), init=False)

    def of(self, lead: float, beside: Sequence[float | None]) -> Result:
        temperature_c = beside[0]
        if temperature_c is None or self.assumes_c is None:
            return Result(water_level_cm(lead, self.gauge_zero_distance_m), Quality.SUSPECT)
        distance_mm = compensated_mm(lead, temperature_c, self.assumes_c)
        return Result(water_level_cm(distance_mm, self.gauge_zero_distance_m), Quality.GOOD)


def water_level_cm(distance_mm: float, gauge_zero_distance_m: float) -> float:
    """The level above the gauge's zero of a surface so far below an instrument that hangs so far above the zero."""
    return round((gauge_zero_distance_m * 1000 - distance_mm) / 10, _DECIMALS)


def speed_of_sound_m_per_s(temperature_c: float) -> float:
    """The speed of sound in air of that temperature."""
    return SOUND_M_PER_S + SOUND_M_PER_S_AND_DEGREE * temperature_c


def compensated_mm(distance_mm: float, temperature_c: float, assumes_c: float) -> float:
    """The distance that sound travelled at one temperature, where the instrument reckoned with another."""
    return distance_mm * speed_of_sound_m_per_s(temperature_c) / speed_of_sound_m_per_s(assumes_c)
