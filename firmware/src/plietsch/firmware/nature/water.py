"""Plausible water levels at the region's harbours, as a pure function of seed, place and time; nobody's measurements.

A level is in millimetres above the gauge's zero. The shape follows what is known of the two seas: half-day tides and
storm surges in the North Sea; in the Baltic next to no tide, but seiches of about a day, and surges from the east.
"""

import math
from dataclasses import dataclass

from plietsch.firmware.nature.noise import trait, wave
from plietsch.firmware.places import Harbour

M2_S = 44_714.16  # the moon's half-day tide: 12.4206 hours
S2_S = 43_200.0  # the sun's
SUN_SHARE = 0.25
SEICHE_S = 97_200.0  # the western Baltic swings in about 27 hours
SEICHE_MM = 90.0
DAY_S = 86_400.0
WEATHER_MM = 160.0
WAVES_MM = 6.0


@dataclass(frozen=True, slots=True)
class Surge:
    """Water that rises from `start_s` on within `rise_s` to `height_mm` above the usual, and falls in `fall_s`."""

    start_s: float
    rise_s: float = 6 * 3600.0
    height_mm: float = 1500.0
    fall_s: float = 12 * 3600.0

    def level_mm(self, time_s: float) -> float:
        """Return how much higher than usual the water stands."""
        since_s = time_s - self.start_s
        if since_s <= 0 or since_s >= self.rise_s + self.fall_s:
            return 0.0
        share = since_s / self.rise_s if since_s < self.rise_s else 1 - (since_s - self.rise_s) / self.fall_s
        return self.height_mm * (1 - math.cos(math.pi * share)) / 2


def level_mm(seed: int, harbour: Harbour, time_s: float) -> float:
    """Return the level at a harbour, waves included."""
    code = harbour.place.code
    moon = math.cos(2 * math.pi * (time_s / M2_S - trait(0, f"{code}/tide")))
    sun = math.cos(2 * math.pi * time_s / S2_S)
    tide = harbour.tide_mm * (moon + SUN_SHARE * sun) / (1 + SUN_SHARE)
    seiche = SEICHE_MM * math.sin(2 * math.pi * time_s / SEICHE_S) * wave(seed, "seiche", time_s, 3 * DAY_S)
    weather = WEATHER_MM * wave(seed, "surge", time_s, DAY_S)
    waves = WAVES_MM * wave(seed, f"{code}/waves", time_s, 60)
    return harbour.mean_mm + tide + (0.0 if harbour.tide_mm > SEICHE_MM else seiche) + weather + waves


def distance_mm(harbour: Harbour, seed: int, time_s: float) -> float:
    """Return what a sensor above the water measures."""
    return harbour.sensor_mm - level_mm(seed, harbour, time_s)
