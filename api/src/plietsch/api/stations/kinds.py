"""Kinds of stations: what a station is, by what it measures. Pure."""

from collections.abc import Collection
from typing import Literal, get_args

Kind = Literal["air", "water_level", "weather", "rain", "soil", "water", "other"]
ALL: tuple[Kind, ...] = get_args(Kind)

# The first that measures one of its properties: a fine-dust node has a thermometer, too, and is no weather station; one
# that knows the wind or the sun is, and has a rain gauge, too.
_BY_PROPERTIES: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("air", frozenset({"pm1", "pm2_5", "pm4", "pm10"})),
    ("water_level", frozenset({"water_level", "water_depth", "distance"})),
    ("weather", frozenset({"wind_speed", "wind_gust", "wind_direction", "solar_radiation"})),
    ("rain", frozenset({"rain", "rain_1h", "rain_24h", "rain_tips", "rain_total"})),
    ("soil", frozenset({"soil_moisture", "soil_temperature", "soil_conductivity"})),
    ("water", frozenset({"water_temperature", "water_conductivity"})),
    ("weather", frozenset({"temperature", "humidity", "pressure", "dew_point"})),
)


def of(properties: Collection[str]) -> Kind:
    """The kind of a station that measures these properties."""
    for kind, some in _BY_PROPERTIES:
        if not some.isdisjoint(properties):
            return kind
    return "other"
