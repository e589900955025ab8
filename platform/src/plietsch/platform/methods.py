"""Methods: how the numbers of a series came about.

What an instrument said is `raw`. What was computed from it is a series of its own beside the raw one, and names its
method and the version of that.

A device's channel is named as its observed property; a computed one names its method, too, since the raw series of the
same property is another channel.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from plietsch.platform.device_types.specification import DeviceType

RAW = "raw"
# The water's level above the gauge's zero, from the distance to the water, or its depth, and the instrument's height.
GAUGE_ZERO = "gauge-zero/1"
# The same from a distance measured by sound, for an instrument that does not reckon with the air's temperature.
GAUGE_ZERO_SOUND = "gauge-zero-sound/1"
# Fine dust without the water that its particles took up, from fine dust and humidity.
KAPPA_KOEHLER = "kappa-koehler/1"
# Rain since the reading before, from what a gauge has counted since it was new, and what fell in a span.
RAIN_DIFFERENCE = "rain-difference/1"
RAIN_SUM = "rain-sum/1"
# The air of an hour: European Air Quality Index as revised in 2024 (European Environment Agency), and the index of the
# German Environment Agency (Umweltbundesamt, Luftqualitätsindex) as revised in 2025.
EAQI = "eaqi-2024/1"
UBA_LQI = "uba-lqi-2025/1"
ALL = (RAW, GAUGE_ZERO, GAUGE_ZERO_SOUND, KAPPA_KOEHLER, RAIN_DIFFERENCE, RAIN_SUM, EAQI, UBA_LQI)
# What each of them is, in a few words.
DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        RAW: "what the instrument said, in the property's unit",
        GAUGE_ZERO: "distance or depth, and how high the instrument hangs above the gauge's zero",
        GAUGE_ZERO_SOUND: "the same, with the speed of sound at the air's temperature",
        KAPPA_KOEHLER: "without the water that particles take up in humid air (κ-Köhler, Crilley et al. 2018)",
        RAIN_DIFFERENCE: "what a gauge has counted since the reading before, in millimetres",
        RAIN_SUM: "the sum of what fell within the span",
        EAQI: "European Air Quality Index (European Environment Agency, bands of 2024), of an hour",
        UBA_LQI: "Luftqualitätsindex (German Environment Agency, bands of 2025), of an hour",
    }
)


def parts(method: str) -> tuple[str, str | None]:
    """A method's name and its version; what was measured has none."""
    name, _, version = method.partition("/")
    return name, version or None


_DUST = ("pm2_5", "pm10")
# Where a device has several of what a series can be made of, the first counts.
_COUNTERS = ("rain_tips", "rain_total")
# Each computed property with its method; what is made from another one comes after it.
COMPUTED = (
    ("water_level", GAUGE_ZERO),
    ("water_level", GAUGE_ZERO_SOUND),
    *((code, KAPPA_KOEHLER) for code in _DUST),
    ("rain", RAIN_DIFFERENCE),
    ("rain_1h", RAIN_SUM),
    ("rain_24h", RAIN_SUM),
    ("aqi_eu", EAQI),
    ("aqi_de", UBA_LQI),
)


class Series(NamedTuple):
    """A computed series: its property, its method, and the raw property whose instrument it is said to be of."""

    code: str
    method: str
    of: str

    @property
    def channel(self) -> str:
        """The channel that feeds it."""
        return f"{self.code}@{self.method}"


def computed(
    properties: Collection[str],
    *,
    above_gauge_zero: bool = False,
    has_tip: bool = False,
    temperature_compensated: bool = True,
) -> list[Series]:
    """The series that can be computed for a device that measures these properties.

    A level needs a known gauge zero, rain from tips what makes the bucket tip. `temperature_compensated` is false where
    the distance is measured by sound and the instrument does not reckon with the air's temperature.
    """
    sound = not temperature_compensated
    levels = _levels(properties, sound=sound) if above_gauge_zero else []
    dust = [Series(code, KAPPA_KOEHLER, of=code) for code in _DUST if code in properties and "humidity" in properties]
    return [*levels, *dust, *_rain(properties, has_tip=has_tip), *_indices(properties)]


def of_device(
    type_: DeviceType | None,
    properties: Collection[str],
    *,
    gauge_zero_distance_m: float | None,
    rain_tip_mm: float | None,
) -> list[Series]:
    """The series that can be computed for a device of a type that measures these properties and is mounted so."""
    by_sound = type_ is not None and any(
        type_.property_of(name) == "distance" and not channel.temperature_compensated
        for name, channel in type_.channels.items()
    )
    return computed(
        properties,
        above_gauge_zero=gauge_zero_distance_m is not None,
        has_tip=rain_tip_mm is not None,
        temperature_compensated=not by_sound,
    )


def _levels(properties: Collection[str], *, sound: bool) -> list[Series]:
    if "distance" in properties:
        return [Series("water_level", GAUGE_ZERO_SOUND if sound else GAUGE_ZERO, of="distance")]
    return [Series("water_level", GAUGE_ZERO, of="water_depth")] if "water_depth" in properties else []


def _rain(properties: Collection[str], *, has_tip: bool) -> Iterator[Series]:
    counters = [code for code in _COUNTERS if code in properties and (code != "rain_tips" or has_tip)]
    for counter in counters[:1]:
        yield Series("rain", RAIN_DIFFERENCE, of=counter)
        yield Series("rain_1h", RAIN_SUM, of=counter)
        yield Series("rain_24h", RAIN_SUM, of=counter)


def _indices(properties: Collection[str]) -> Iterator[Series]:
    for code in [code for code in _DUST if code in properties][:1]:
        yield Series("aqi_eu", EAQI, of=code)
        yield Series("aqi_de", UBA_LQI, of=code)
