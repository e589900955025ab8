"""Plausible air over the region: fine dust and weather as a pure function of seed, place and time.

Whoever asks twice for the same instant hears the same, in any order and in any run: what a simulation backfills after
a restart is what it would have measured. The shape follows what northern Germany knows (a maritime climate, traffic in
the morning and the late afternoon, stoves on winter evenings); the numbers are nobody's measurements.
"""

import math

from plietsch.firmware.nature.noise import noise, trait, wave

DAY_S = 86_400
YEAR_S = 365.2425 * DAY_S
LOCAL_AHEAD_OF_UTC_H = 1.5  # between Central European winter and summer time: close enough for a daily cycle
SEA_LEVEL_HPA = 1013.0
METRES_PER_HPA = 8.3


def particulates(seed: int, place: str, time_s: float) -> dict[str, float]:
    """Return the fine dust at a place: pm2_5 and pm10 in µg/m³."""
    pm2_5 = _pm2_5(seed, place, time_s)
    coarse = 1.35 + 0.5 * trait(seed, f"{place}/coarse") + 0.1 * wave(seed, f"{place}/coarse", time_s, DAY_S / 4)
    return {
        "pm2_5": _within(pm2_5, 0.3, 400.0),
        "pm10": _within(pm2_5 * max(coarse, 1.1) + 0.2, 0.5, 800.0),
    }


def weather(seed: int, place: str, elevation_m: float, time_s: float) -> dict[str, float]:
    """Return the weather at a place: temperature in °C, humidity in %, pressure in hPa."""
    temperature = _temperature(seed, place, time_s)
    return {
        "temperature": _within(temperature, -25.0, 42.0),
        "humidity": _within(_humidity(seed, place, time_s), 25.0, 99.9),
        "pressure": _within(_pressure(seed, elevation_m, time_s), 940.0, 1060.0),
    }


def battery_volts(seed: int, place: str, time_s: float) -> float:
    """Return the voltage of a node's lithium battery, which a small solar cell charges."""
    sun = math.sin(2 * math.pi * (_local_hour(time_s) - 9) / 24)
    return 3.85 + 0.15 * trait(seed, f"{place}/battery") + 0.08 * sun


def _pm2_5(seed: int, place: str, time_s: float) -> float:
    hour = _local_hour(time_s)
    level = 7.0 + 18.0 * trait(seed, f"{place}/level") ** 2
    traffic = 0.45 * _bump(hour, 7.8, 1.4) + 0.35 * _bump(hour, 17.3, 2.0)
    stoves = 0.7 * _bump(hour, 21.0, 2.5) * _winter(time_s)
    weather = math.exp(0.55 * wave(seed, "episode", time_s, DAY_S) + 0.25 * wave(seed, "air", time_s, DAY_S / 8))
    passing = 0.15 * wave(seed, f"{place}/gusts", time_s, 1200) + 0.12 * wave(seed, f"{place}/cars", time_s, 60)
    gusts = math.exp(passing + 0.05 * noise(seed, f"{place}/dust", time_s))
    return level * (0.75 + traffic + stoves) * weather * gusts


def _temperature(seed: int, place: str, time_s: float) -> float:
    season = 9.0 - 8.0 * _winter_wave(time_s)
    daily = (2.2 - 1.2 * _winter_wave(time_s)) * math.sin(2 * math.pi * (_local_hour(time_s) - 9) / 24)
    weather = 3.0 * wave(seed, "temperature", time_s, 2 * DAY_S)
    local = 0.8 * trait(seed, f"{place}/temperature") + 0.4 * wave(seed, f"{place}/temperature", time_s, 5400)
    return season + daily + weather + local + 0.04 * noise(seed, f"{place}/t", time_s)


def _humidity(seed: int, place: str, time_s: float) -> float:
    daily = -9.0 * math.sin(2 * math.pi * (_local_hour(time_s) - 9) / 24)
    weather = 7.0 * wave(seed, "humidity", time_s, DAY_S) + 2.0 * wave(seed, f"{place}/humidity", time_s, 5400)
    return 80.0 + 5.0 * _winter_wave(time_s) + daily + weather + 0.2 * noise(seed, f"{place}/h", time_s)


def _pressure(seed: int, elevation_m: float, time_s: float) -> float:
    weather = 9.0 * wave(seed, "pressure", time_s, 2.5 * DAY_S) + 1.0 * wave(seed, "front", time_s, DAY_S / 4)
    return SEA_LEVEL_HPA + weather - elevation_m / METRES_PER_HPA


def _local_hour(time_s: float) -> float:
    return (time_s / 3600 + LOCAL_AHEAD_OF_UTC_H) % 24


def _winter_wave(time_s: float) -> float:
    """Return 1 at the coldest time of the year (late January), −1 at the warmest."""
    return math.cos(2 * math.pi * (time_s - 25 * DAY_S) / YEAR_S)


def _winter(time_s: float) -> float:
    return (1 + _winter_wave(time_s)) / 2


def _bump(hour: float, centre: float, width: float) -> float:
    apart = (hour - centre + 12) % 24 - 12
    return math.exp(-((apart / width) ** 2))


def _within(value: float, lowest: float, highest: float) -> float:
    return min(max(value, lowest), highest)
