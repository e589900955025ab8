"""Plausible fine dust at a place, and what a sensor without a dryer shows of it; nobody's measurements.

Traffic keeps to working days, stoves to cold evenings and weekends, fireworks to New Year. Wind thins, rain washes out,
and in humid air particles take up water: an optical sensor sees them larger than they are (κ-Köhler; Petters and
Kreidenweis 2007, in the form of Crilley et al. 2018, doi:10.5194/amt-11-709-2018).
"""

import math
from collections.abc import Sequence

from plietsch.firmware.nature.local_time import HOUR_S, SATURDAY, SUNDAY, weekday
from plietsch.firmware.nature.noise import Wave, noise, unit
from plietsch.firmware.places.place import Place

DAY_S = 86_400
# How much traffic and how many stoves there are at each hour of the local day, as a share of the most.
WORKDAY = (5, 3, 2, 3, 8, 30, 70, 100, 85, 62, 56, 58, 62, 64, 70, 82, 98, 95, 66, 45, 32, 24, 16, 9)
AT_SATURDAY = (12, 8, 6, 4, 5, 9, 18, 30, 45, 62, 72, 74, 68, 60, 54, 50, 50, 48, 42, 34, 28, 26, 24, 18)
AT_SUNDAY = (14, 10, 7, 5, 4, 5, 8, 13, 22, 32, 42, 46, 44, 44, 46, 48, 48, 45, 38, 30, 22, 17, 12, 8)
STOVES = (26, 16, 10, 7, 6, 8, 14, 20, 18, 14, 12, 12, 12, 13, 15, 24, 42, 66, 86, 97, 100, 92, 70, 44)
STOVES_AT_WEEKEND = (36, 24, 14, 9, 7, 8, 14, 26, 36, 40, 40, 38, 36, 38, 44, 54, 66, 80, 93, 100, 100, 96, 82, 58)
BACKGROUND_UG_M3, TRAFFIC_UG_M3, STOVES_UG_M3 = 3.0, 4.5, 4.5
USUAL_WIND_M_S = 4.5
STOVES_BELOW = 15.0  # °C, outside
# Of what particles are made: Crilley et al. found 0.38 to 0.41 in England.
LOWEST_KAPPA, HIGHEST_KAPPA = 0.34, 0.42
PARTICLES = 1.65  # g/cm³
WETTEST = 0.95  # water activity: above it the formula has no bound, and inside a sensor's housing it is warmer
HIGHEST_SHOWN = 999.9  # by an SDS011
# Fireworks: before midnight some, then all within minutes; wind has carried most of it away by two o'clock.
EARLY_S, RISE_S, DECAY_S, OVER_S = 900.0, 1_200.0, 2_700.0, 8 * 3_600.0
EARLY = 0.08
FIREWORKS_UG_M3 = 260.0
FINE_OF_FIREWORKS = 0.8


class Dust:
    """The dust at a place."""

    def __init__(self, seed: int, place: Place) -> None:
        code = place.code
        self._seed = seed
        self._name = f"{code}/dust"
        self._town = place.town
        self._streets = place.town * (0.6 + 0.8 * unit(seed, f"{code}/streets"))
        self._chimneys = (0.25 + 0.75 * place.town) * (0.4 + 1.4 * unit(seed, f"{code}/chimneys"))
        self._coarse = 0.35 + 0.3 * unit(seed, f"{code}/coarse")
        self._kappa = LOWEST_KAPPA + (HIGHEST_KAPPA - LOWEST_KAPPA) * unit(seed, f"{code}/kappa")
        self._episode = Wave(seed, "episode", 1.3 * DAY_S)
        self._minutes = Wave(seed, f"{code}/gusts", 1_200)
        self._cars = Wave(seed, f"{code}/cars", 60)

    def dry(
        self, time_s: float, local: float, wind_m_s: float, temperature: float, rain_mm_h: float
    ) -> tuple[float, float]:
        """Return PM2.5 and PM10 in µg/m³ as a dried sample would show them."""
        thinned = min(max((USUAL_WIND_M_S / (wind_m_s + 1.0)) ** 0.6, 0.55), 1.9)
        washed = 1 / (1 + 0.2 * rain_mm_h)
        gusts = math.exp(0.12 * self._minutes.at(time_s) + 0.1 * self._cars.at(time_s))
        gusts *= 1 + 0.03 * noise(self._seed, self._name, time_s)
        background = BACKGROUND_UG_M3 * math.exp(0.45 * self._episode.at(time_s))
        cold = min(max((STOVES_BELOW - temperature) / STOVES_BELOW, 0.0), 1.3)
        street = TRAFFIC_UG_M3 * self._streets * traffic(local)
        smoke = STOVES_UG_M3 * self._chimneys * cold * stoves(local)
        fine = (background + (0.6 * street + smoke) * thinned) * gusts * washed
        # Salt of the sea and dust of the road: wind carries the one, rain lays the other.
        coarse = (self._coarse * background + 0.12 * wind_m_s + street * thinned * washed) * gusts
        return max(fine, 0.3), max(fine + coarse, 0.5)

    def shown(self, dry: float, humidity_percent: float) -> float:
        """Return what a sensor without a dryer shows."""
        return dry * growth(self._kappa, humidity_percent)


def growth(kappa: float, humidity_percent: float) -> float:
    """Return how much heavier particles seem in humid air than they are, dry."""
    activity = min(max(humidity_percent / 100, 0.01), WETTEST)
    return 1 + kappa / PARTICLES / (1 / activity - 1)


def traffic(local: float) -> float:
    """Return how much traffic there is at a local second, as a share of the most."""
    day = weekday(local)
    return _at(AT_SUNDAY if day == SUNDAY else AT_SATURDAY if day == SATURDAY else WORKDAY, local)


def stoves(local: float) -> float:
    """Return how many stoves burn at a local second of a cold day, as a share of the most."""
    return _at(STOVES_AT_WEEKEND if weekday(local) >= SATURDAY else STOVES, local)


def fireworks_ug_m3(place: Place, since_midnight_s: float) -> float:
    """Return the PM10 in µg/m³ that fireworks bring; what is fired before midnight is before zero."""
    if not -EARLY_S < since_midnight_s < OVER_S:
        return 0.0
    if since_midnight_s < 0:
        share = EARLY * (1 + since_midnight_s / EARLY_S)
    elif since_midnight_s < RISE_S:
        share = EARLY + (1 - EARLY) * since_midnight_s / RISE_S
    else:
        share = math.exp(-(since_midnight_s - RISE_S) / DECAY_S)
    return FIREWORKS_UG_M3 * share * (0.08 + 0.92 * place.town) * (0.7 + 0.6 * unit(0, f"{place.code}/fireworks"))


def _at(hours: Sequence[int], local: float) -> float:
    hour = local / HOUR_S % 24
    before = int(hour)
    return (hours[before] + (hours[(before + 1) % 24] - hours[before]) * (hour - before)) / 100
