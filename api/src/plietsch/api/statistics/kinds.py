"""Which figures make sense of which property. Pure.

A direction has no mean, a counter and a moving sum count the same rain again and again, a class of an index is no
quantity, and what a node needs for itself says nothing of the place.
"""

from plietsch.platform import properties

DUST = frozenset({"pm1", "pm2_5", "pm4", "pm10"})
LEVEL, RAIN, TEMPERATURE = "water_level", "rain", "temperature"
# Of these, some days have a name.
WITH_DAYS = frozenset({RAIN, TEMPERATURE})
_NOT_RECKONED = frozenset(
    {"wind_direction", "rain_tips", "rain_total", "rain_1h", "rain_24h", "aqi_eu", "aqi_de", "battery", "battery_level"}
)
RECKONED = tuple(
    sorted(code for code, each in properties.ALL.items() if code not in _NOT_RECKONED and each.spread_of is None)
)
# What a node sends when it changes, and otherwise hourly (docs/node.md, silence_s): the frame that says that nothing
# changes may come in the hour after.
ON_CHANGE = frozenset({"water_level", "distance", "rain"})
