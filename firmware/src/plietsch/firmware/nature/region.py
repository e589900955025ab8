"""What the instruments of the region's stations have before them."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from plietsch.firmware import places
from plietsch.firmware.nature import local_time
from plietsch.firmware.nature.dust import FINE_OF_FIREWORKS, HIGHEST_SHOWN, Dust, fireworks_ug_m3
from plietsch.firmware.nature.levels import CoastLevel, RiverLevel
from plietsch.firmware.nature.noise import Wave, noise, unit
from plietsch.firmware.nature.showers import Rain
from plietsch.firmware.nature.weather import DRIEST, MOISTEST, Weather, humidity_percent, shown_percent
from plietsch.firmware.places.place import Coast, Gauge, Site
from plietsch.firmware.scenarios.scenario import DRIFT, Mishap, Scenario

DAY_S = 86_400
TIP_MM = 0.2
ROUNDING_MM = 1e-9
HIGHEST_CODE = 0xFFFF  # of the two bytes in which the A02YYUW says a distance

Values = Mapping[str, float]


class Stands(Protocol):
    """Of a station: its code, and where it stands. `region.Station` is one."""

    @property
    def code(self) -> str:
        """Its code."""
        ...

    @property
    def longitude(self) -> float:
        """Degrees east."""
        ...

    @property
    def latitude(self) -> float:
        """Degrees north."""
        ...


class Nature:
    """Air, water and rain of the region under a scenario that began at `start_s` (Unix seconds).

    A pure function of its arguments: who asks twice for an instant hears the same, in any order and in any run, so that
    what a simulation backfills after a restart is what it would have measured.
    """

    def __init__(self, seed: int, scenario: Scenario, start_s: float) -> None:
        self._seed = seed
        self._scenario = scenario
        self._start_s = start_s
        self._weather = Weather(seed)
        self._here: dict[str, Here] = {}

    def values(self, station: Stands, model: str, time_s: float) -> Values:
        """Return what is before the instrument `model` of a station at a time, by channel. Raises KeyError."""
        here = self.here(station)
        values = here.measured[model](time_s)
        for mishap in here.drifts:
            if mishap.model == model:
                values = mishap.drifted(values, time_s - self._start_s)
        return values

    def here(self, station: Stands) -> "Here":
        """Return nature at a station."""
        found = self._here.get(station.code)
        if found is None:
            site = places.site(station.code)
            place = replace(site.place, code=station.code, longitude=station.longitude, latitude=station.latitude)
            found = Here(self._seed, replace(site, place=place), self._scenario, self._start_s, self._weather)
            self._here[station.code] = found
        return found


class Here:
    """Nature at a site."""

    def __init__(self, seed: int, site: Site, scenario: Scenario, start_s: float, weather: Weather) -> None:
        self._seed = seed
        self._site = site
        self._place = place = site.place
        self._scenario = scenario
        self._zero_s = local_time.midnight_before_s(start_s) if scenario.by_the_clock else start_s
        self._weather = weather
        self.drifts: tuple[Mishap, ...] = tuple(
            mishap for mishap in scenario.mishaps if mishap.kind == DRIFT and mishap.station == site.code
        )
        further = [replace(cell, start_s=cell.start_s + self._zero_s) for cell in scenario.cells]
        self.rain = Rain(seed, place, start_s - DAY_S, further)
        self._dust = Dust(seed, place)
        self._warmer = 1.2 * (unit(seed, f"{place.code}/temperature") - 0.5) + 0.8 * place.town
        self._drift = Wave(seed, f"{place.code}/temperature", 5_400)
        self._charge = 0.15 * unit(seed, f"{place.code}/battery")
        self._level = self._gauge_level(seed, site.gauge) if site.gauge else None
        self.measured = {
            "SDS011": self.dust,
            "BME280": self.weather,
            "DHT22": self.weather,
            "A02YYUW": self.distance,
            "rain": self.tips,
            "battery": self.battery,
        }

    def dust(self, time_s: float) -> Values:
        """Return what an SDS011 without a dryer shows: pm2_5 and pm10 in µg/m³."""
        fine, coarse = self.dry_dust(time_s)
        humidity = self.weather(time_s)["humidity"]
        return {
            "pm2_5": min(self._dust.shown(fine, humidity), HIGHEST_SHOWN),
            "pm10": min(self._dust.shown(coarse, humidity), HIGHEST_SHOWN),
        }

    def dry_dust(self, time_s: float) -> tuple[float, float]:
        """Return PM2.5 and PM10 in µg/m³ as they are, dried."""
        local, s = local_time.local_s(time_s), time_s - self._zero_s
        temperature = self._weather.temperature(time_s, local)
        rain_mm_h = self.rain.rate_mm_h(time_s)
        fine, pm10 = self._dust.dry(time_s, local, self._weather.wind_m_s(time_s), temperature, rain_mm_h)
        factor = self._scenario.dust_factor(self._place, s)
        added = self._scenario.dust_ug_m3(self._place, s)
        added += fireworks_ug_m3(self._place, local_time.since_new_year_s(local))
        return fine * factor + FINE_OF_FIREWORKS * added, pm10 * factor + added

    def weather(self, time_s: float) -> Values:
        """Return temperature in °C, humidity in % and pressure in hPa."""
        local = local_time.local_s(time_s)
        rain = min(self.rain.rate_mm_h(time_s), 4.0)
        temperature = self._weather.temperature(time_s, local) + self._warmer + 0.35 * self._drift.at(time_s)
        temperature -= 0.3 * rain
        humidity = humidity_percent(temperature, self._weather.dew_point(time_s)) + 3.0 * rain
        humidity += self._scenario.humidity_percent(self._place, time_s - self._zero_s)
        humidity = shown_percent(humidity) + 0.12 * noise(self._seed, self._place.code, time_s)
        return {
            "temperature": min(max(temperature, -25.0), 42.0),
            "humidity": min(max(humidity, DRIEST), MOISTEST),
            "pressure": self._weather.pressure_hpa(time_s, self._place.elevation_m),
        }

    def level_mm(self, time_s: float) -> float:
        """Return the level of the gauge in mm above its zero, without waves."""
        match self._level:
            case CoastLevel() as level:
                s = time_s - self._zero_s
                lifted_mm = self._scenario.level_mm(self._site, s)
                return level.still_mm(time_s, lifted_mm, self._scenario.grip(s))
            case RiverLevel() as level:
                return level.still_mm(time_s)
            case None:
                raise KeyError(f"{self._site.code} has no gauge")

    def distance(self, time_s: float) -> Values:
        """Return what a sensor above the water measures, in mm."""
        level, gauge = self._level, self._site.gauge
        if level is None or gauge is None:
            raise KeyError(f"{self._site.code} has no gauge")
        water_mm = self.level_mm(time_s) + level.waves_mm(time_s)
        return {"distance": min(max(gauge.sensor_mm - water_mm, 0.0), HIGHEST_CODE)}

    def tips(self, time_s: float) -> Values:
        """Return how often the bucket has tipped since the day before the scenario began."""
        return {"rain_tips": int(self.rain.fallen_mm(time_s) / (self._site.rain_tip_mm or TIP_MM) + ROUNDING_MM)}

    def battery(self, time_s: float) -> Values:
        """Return the voltage of a lithium battery that a small solar cell charges."""
        sun = math.sin(2 * math.pi * (local_time.local_s(time_s) / 3600 - 9) / 24)
        return {"battery": 3.85 + self._charge + 0.08 * sun}

    def _gauge_level(self, seed: int, gauge: Gauge) -> CoastLevel | RiverLevel:
        if isinstance(gauge.course, Coast):
            return CoastLevel(seed, self._place.code, gauge, gauge.course, self._weather)
        return RiverLevel(seed, self._place.code, gauge, gauge.course, self.rain)
