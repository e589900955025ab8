"""Plausible weather over the region: wind, temperature, humidity and pressure; nobody's measurements.

The shape follows what northern Germany knows: a maritime climate with mostly westerly wind, small daily cycles in
winter, and nights in which the air cools down to its dew point.
"""

import math

from plietsch.firmware.nature.local_time import DAY_S, HOUR_S
from plietsch.firmware.nature.noise import Wave

YEAR_S = 365.2425 * DAY_S
COLDEST_S = 25 * DAY_S  # late January
SEA_LEVEL_HPA, METRES_PER_HPA = 1013.0, 8.3
WARMEST_H = 15.0
USUAL_EAST_M_S, EAST_SPREAD_M_S, NORTH_SPREAD_M_S = -2.5, 4.5, 3.5
DRIEST, MOISTEST = 25.0, 99.9
NEARLY_FULL, ROOM = 94.0, 5.5  # from here on air becomes more humid ever more slowly, and no sensor shows all of it
# Magnus formula over water: Sonntag 1990, as in WMO-No. 8, annex 4.B.
MAGNUS, MAGNUS_C = 17.62, 243.12


class Weather:
    """The weather that the region shares."""

    def __init__(self, seed: int) -> None:
        self._air = Wave(seed, "temperature", 2 * DAY_S)
        self._dryness = Wave(seed, "dryness", 1.2 * DAY_S)
        self._clouds = Wave(seed, "clouds", 0.6 * DAY_S)
        self._east = Wave(seed, "wind/east", 1.1 * DAY_S)
        self._north = Wave(seed, "wind/north", 0.9 * DAY_S)
        self._low = Wave(seed, "pressure", 2.5 * DAY_S)
        self._front = Wave(seed, "front", DAY_S / 4)

    def east_m_s(self, time_s: float) -> float:
        """Return the wind from the east in m/s; wind from the west is negative, and the usual one."""
        return USUAL_EAST_M_S + EAST_SPREAD_M_S * self._east.at(time_s)

    def wind_m_s(self, time_s: float) -> float:
        """Return how fast the wind is."""
        return math.hypot(self.east_m_s(time_s), NORTH_SPREAD_M_S * self._north.at(time_s))

    def temperature(self, time_s: float, local: float) -> float:
        """Return the temperature in °C; `local` is the local second."""
        winter = winter_wave(time_s)
        clear = min(max(1 - 0.35 * self._clouds.at(time_s), 0.2), 1.8)
        daily = (2.6 - 1.5 * winter) * clear * math.cos(2 * math.pi * (local / HOUR_S - WARMEST_H) / 24)
        return self._mean(time_s, winter) + daily

    def dew_point(self, time_s: float) -> float:
        """Return the temperature in °C at which the air would be full of water."""
        winter = winter_wave(time_s)
        apart = (3.0 - 1.6 * winter) * math.exp(0.45 * self._dryness.at(time_s))
        return self._mean(time_s, winter) - apart

    def pressure_hpa(self, time_s: float, elevation_m: float) -> float:
        """Return the pressure at a height above the sea."""
        weather = 9.0 * self._low.at(time_s) + 1.0 * self._front.at(time_s)
        return min(max(SEA_LEVEL_HPA + weather - elevation_m / METRES_PER_HPA, 940.0), 1060.0)

    def _mean(self, time_s: float, winter: float) -> float:
        return 9.2 - 8.0 * winter + 3.0 * self._air.at(time_s)


def winter_wave(time_s: float) -> float:
    """Return 1 at the coldest time of the year, −1 at the warmest."""
    return math.cos(2 * math.pi * (time_s - COLDEST_S) / YEAR_S)


def humidity_percent(temperature: float, dew_point: float) -> float:
    """Return the relative humidity in %; above 100 where dew point and temperature say so."""
    full = MAGNUS * temperature / (MAGNUS_C + temperature)
    held = MAGNUS * dew_point / (MAGNUS_C + dew_point)
    return 100 * math.exp(held - full)


def shown_percent(humidity: float) -> float:
    """Return the relative humidity that a sensor shows, below 100 however wet it is."""
    if humidity > NEARLY_FULL:
        humidity = NEARLY_FULL + ROOM * (1 - math.exp((NEARLY_FULL - humidity) / ROOM))
    return max(humidity, DRIEST)
