"""Quantities: what the site shows, under which names, in which units, with how many decimals.

A quantity is an observed property or, as with the rain of an hour, something made of one. What is not here is not
shown: a spread is for those who ask the API for it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from plietsch.dashboards.texts import N_
from plietsch.platform import freshness


@dataclass(frozen=True)
class Quantity:
    """A quantity; its names are translated when shown, `unit` is what people write."""

    code: str
    name: str
    short: str
    unit: str
    decimals: int = 1
    on_change: bool = False  # whether a node sends it when it changes, and otherwise hourly
    beginning: float | None = None  # where its axis begins, if it has a natural beginning
    finer: int = 0  # decimals that it is classed by beyond those that are shown
    of_hour: bool = False  # whether it is of an hour that begins at its time, and a class: nothing to draw or to mean

    has_course: bool = True  # whether a line or a mean says anything: of a direction, neither does

    @property
    def exact_decimals(self) -> int:
        """The decimals that a script is sent, so that its classes are those of the pages."""
        return self.decimals + self.finer


# In the order in which they are shown.
QUANTITIES = {
    each.code: each
    for each in (
        Quantity("pm2_5", N_("Fine dust PM2.5"), N_("PM2.5"), "µg/m³", beginning=0),
        Quantity("pm10", N_("Fine dust PM10"), N_("PM10"), "µg/m³", beginning=0),
        Quantity("aqi_eu", N_("European air-quality index"), N_("European index"), "", 0, of_hour=True),
        Quantity("aqi_de", N_("German air-quality index"), N_("German index"), "", 0, of_hour=True),
        Quantity("water_level", N_("Water level"), N_("Water level"), "cm", 0, on_change=True, finer=1),
        Quantity("rain_1h", N_("Rain in the last hour"), N_("Rain"), "mm", on_change=True, beginning=0),
        Quantity("temperature", N_("Air temperature"), N_("Temperature"), "°C"),
        Quantity("humidity", N_("Relative humidity"), N_("Humidity"), "%", 0),
        Quantity("pressure", N_("Air pressure"), N_("Pressure"), "hPa", 0),
        Quantity("water_temperature", N_("Water temperature"), N_("Water temperature"), "°C"),
        Quantity("water_depth", N_("Depth of the probe"), N_("Depth"), "cm"),
        Quantity("water_conductivity", N_("Conductivity of the water"), N_("Water's conductivity"), "µS/cm", 0),
        Quantity("wind_speed", N_("Wind speed"), N_("Wind"), "m/s", beginning=0),
        Quantity("wind_gust", N_("Wind gust"), N_("Gust"), "m/s", beginning=0),
        Quantity("wind_direction", N_("Wind direction"), N_("Direction"), "°", 0, has_course=False),
        Quantity("solar_radiation", N_("Solar radiation"), N_("Sun"), "W/m²", 0, beginning=0),
        Quantity("dew_point", N_("Dew point"), N_("Dew point"), "°C"),
        Quantity("soil_moisture", N_("Soil moisture"), N_("Soil moisture"), "%"),
        Quantity("soil_temperature", N_("Soil temperature"), N_("Soil temperature"), "°C"),
        Quantity("soil_conductivity", N_("Conductivity of the soil"), N_("Soil's conductivity"), "µS/cm", 0),
        Quantity("pm1", N_("Fine dust PM1"), N_("PM1"), "µg/m³", beginning=0),
        Quantity("pm4", N_("Fine dust PM4"), N_("PM4"), "µg/m³", beginning=0),
        Quantity("distance", N_("Distance to the water"), N_("Distance"), "mm", 0, on_change=True),
        Quantity("rain_tips", N_("Tips of the rain gauge"), N_("Tips"), "", 0, on_change=True),
        Quantity("battery", N_("Battery"), N_("Battery"), "V", 2),
        Quantity("battery_level", N_("Battery level"), N_("Charge"), "%", 0),
    )
}
# What the map can show and its table holds, where a station of the region measures it.
OF_THE_MAP = ("pm2_5", "pm10", "water_level", "rain_1h", "temperature", "humidity")
# A value that is older says nothing of now.
STALE_AFTER = freshness.STALE_AFTER
# A pause in a line is a gap from this length on, for a node that measures at its interval ...
SHORTEST_GAP = timedelta(minutes=35)
# ... and for one that sends when something changes, or hourly: one such frame may be lost on its way.
SHORTEST_GAP_ON_CHANGE = timedelta(hours=2, minutes=15)


def is_stale(time: datetime, now: datetime) -> bool:
    """Whether what was measured then says nothing of now: it is too old, or of a clock that is as far ahead."""
    return freshness.of(time, now) != "fresh"


def shortest_gap(codes: Collection[str]) -> timedelta:
    """How long a station that measures these quantities is silent at least where something is missing."""
    on_change = any(QUANTITIES[code].on_change for code in codes if code in QUANTITIES)
    return SHORTEST_GAP_ON_CHANGE if on_change else SHORTEST_GAP
