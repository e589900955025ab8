"""Plausible water levels as a pure function of seed, place and time; nobody's measurements.

In millimetres above the gauge's zero. Half-day tides and the west wind move the North Sea; in the Baltic there is next
to no tide, but easterly wind lifts the water in the fjords, and the sea swings back as seiches. Small rivers follow the
rain of the days before, as two linear reservoirs in a row do (Nash 1957).
"""

import math

from plietsch.firmware.nature.noise import Wave, unit
from plietsch.firmware.nature.showers import Rain
from plietsch.firmware.nature.weather import Weather
from plietsch.firmware.places.place import Coast, Gauge, River

HOUR_S, DAY_S = 3_600.0, 86_400.0
M2_S = 44_714.16  # the moon's half-day tide: 12.4206 hours
S2_S = 43_200.0  # the sun's
SUN_SHARE = 0.12  # of the moon's: in so shallow a sea, spring tides are that much higher than others
SEICHE_S = 97_200.0  # the western Baltic swings in about 27 hours
FJORD_S = 11_000.0  # and a fjord of this length by itself in about three
SEICHE_MM, FJORD_MM = 110.0, 12.0
WIND_MM = 4.4  # by which a m/s of easterly wind lifts the water at Flensburg, squared
MOST_MM = 450.0  # on an ordinary day: what goes beyond it is a storm's, and a scenario's
WIND_LAG_S = 3 * HOUR_S
SURF_MM, CHOP_MM, RIPPLE_MM = 1.0, 4.0, 2.0
MEMORY_S = 12 * DAY_S  # of a river


class CoastLevel:
    """The level at the coast."""

    def __init__(self, seed: int, code: str, gauge: Gauge, coast: Coast, weather: Weather) -> None:
        self._mean_mm = gauge.mean_mm
        self._coast = coast
        self._weather = weather
        self._swing = Wave(seed, "seiche", 2 * DAY_S)
        self._surf = Wave(seed, f"{code}/surf", 240)
        self._chop = Wave(seed, f"{code}/chop", 5)

    def still_mm(self, time_s: float, lifted_mm: float = 0.0, grip: float = 0.0) -> float:
        """Return the level without waves; `lifted_mm` takes the place of wind and seiches as far as `grip` says.

        Where the tide is no more than a few centimetres, also that of the tide: who measures a surge measures it too.
        """
        tide_mm, wind_mm = self._tide_mm(time_s), self._wind_mm(time_s)
        ordinary_mm = wind_mm * (1 - grip)
        ordinary_mm += tide_mm if self._coast.wind < 0 else tide_mm * (1 - grip)
        return self._mean_mm + ordinary_mm + lifted_mm * grip

    def waves_mm(self, time_s: float) -> float:
        """Return by how much waves lift the water just now."""
        return SURF_MM * self._surf.at(time_s) + CHOP_MM * self._chop.at(time_s)

    def _tide_mm(self, time_s: float) -> float:
        coast = self._coast
        moon = math.cos(2 * math.pi * (time_s / M2_S - coast.tide_at))
        sun = math.cos(2 * math.pi * (time_s / S2_S - coast.tide_at))
        return coast.tide_mm * (moon + SUN_SHARE * sun) / (1 + SUN_SHARE)

    def _wind_mm(self, time_s: float) -> float:
        then_s = time_s - self._coast.lag_s
        east = self._weather.east_m_s(then_s - WIND_LAG_S)
        lifted = MOST_MM * math.tanh(WIND_MM * east * abs(east) / MOST_MM)
        swing = SEICHE_MM * math.sin(2 * math.pi * then_s / SEICHE_S) * self._swing.at(then_s)
        swing += FJORD_MM * math.sin(2 * math.pi * then_s / FJORD_S) * self._swing.at(then_s + DAY_S)
        return lifted * self._coast.wind + (swing if self._coast.wind > 0 else 0.0)


class RiverLevel:
    """The level of a small river."""

    def __init__(self, seed: int, code: str, gauge: Gauge, river: River, rain: Rain) -> None:
        self._mean_mm = gauge.mean_mm
        self._river = river
        self._rain = rain
        self._ripple = Wave(seed, f"{code}/ripple", 5)
        self._base = Wave(seed, f"{code}/base", 6 * DAY_S)
        self._usual_mm = river.rise * 14 * unit(seed, f"{code}/usual")

    def still_mm(self, time_s: float) -> float:
        """Return the level without ripples."""
        storage_s = self._river.storage_s
        risen_mm = 0.0
        for fall in self._rain.between(time_s - MEMORY_S, time_s):
            since = (time_s - fall.start_s - fall.length_s / 2) / storage_s
            if since > 0:
                # Two equal linear reservoirs in a row pass on τ·exp(1−τ) of what their peak passes on.
                risen_mm += fall.amount_mm * since * math.exp(1 - since)
        return self._mean_mm + self._river.rise * risen_mm - 0.4 * self._usual_mm + 15.0 * self._base.at(time_s)

    def waves_mm(self, time_s: float) -> float:
        """Return by how much ripples lift the water just now."""
        return RIPPLE_MM * self._ripple.at(time_s)
