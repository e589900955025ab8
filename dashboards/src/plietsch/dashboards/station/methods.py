"""How it is measured here: each instrument and each computed series, with its limits.

Facts from the makers' data sheets (Nova Fitness SDS011, DFRobot SEN0311 for the A02YYUW, Aosong AM2302 for the DHT22,
Bosch BST-BME280), directive 2008/50/EC, Annex I (data quality objectives), and Crilley et al. 2018, Atmos. Meas. Tech.
11, 709-720 (correction for humidity).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plietsch.dashboards.scales import INDICATIVE
from plietsch.dashboards.station.past import Deployment
from plietsch.dashboards.station.streams import Stream
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform.methods import EAQI, GAUGE_ZERO, GAUGE_ZERO_SOUND, KAPPA_KOEHLER

# The same method for a pressure probe, which lies in the water.
_FROM_DEPTH = f"{GAUGE_ZERO} of water_depth"


class Method(NamedTuple):
    """A heading, and what there is to know, in sentences."""

    name: str
    sentences: list[str]


_TITLES = {
    "SDS011": N_("Fine dust: Nova Fitness SDS011"),
    "A02YYUW": N_("Distance to the water: DFRobot A02YYUW"),
    "DHT22": N_("Temperature and humidity: Aosong DHT22"),
    "BME280": N_("Temperature, humidity and pressure: Bosch BME280"),
    "rain": N_("Rain: tipping bucket"),
    GAUGE_ZERO: N_("Water level above the gauge's zero"),
    _FROM_DEPTH: N_("Water level above the gauge's zero"),
    GAUGE_ZERO_SOUND: N_("Water level above the gauge's zero"),
    KAPPA_KOEHLER: N_("Fine dust corrected for humidity"),
    EAQI: N_("Air-quality index"),
}
_SENTENCES = {
    "SDS011": (
        N_("A laser shines into the air; the sensor counts the flashes of light that particles throw back."),
        N_(
            "In humid air particles take up water and grow: above about 70 % relative humidity the sensor reads too "
            "much, in fog many times too much."
        ),
        N_(
            "Indicative means: it shows the course and where there is more or less; it does not replace an official "
            "measurement. The EU's rules for official networks let an indicative measurement of fine dust be wrong by "
            "50 % (2008/50/EC); nobody has tested this sensor, one by one, against that."
        ),
    ),
    "A02YYUW": (
        N_(
            "A sound too high to hear runs down to the water and back; its time makes the distance, from 3 cm to "
            "4.5 m, in steps of 1 mm."
        ),
        N_("Waves, ice, floating things and spider webs disturb it. Several echoes make one value."),
        N_(
            "The speed of sound changes by 1.8 % for ten degrees of air temperature: what the sensor does not make up "
            "for of that is left in the value."
        ),
    ),
    "DHT22": (
        N_("Accurate to about 0.5 °C and 2 to 5 % relative humidity."),
        N_("In the sun, or at a warm wall, it reads too warm, and then too dry."),
    ),
    "BME280": (
        N_("Accurate to about 1 °C, 3 % relative humidity and 1 hPa."),
        N_("In the sun, or at a warm wall, it reads too warm, and then too dry."),
        N_("Pressure is that at the height of the station, not reduced to sea level."),
    ),
    "rain": (
        N_("Rain runs into a small bucket that tips when it is full; each tip is counted."),
        N_("What is less than a tip is not seen, in very heavy rain some is missed, and snow counts when it melts."),
    ),
    GAUGE_ZERO: (
        N_("Computed: the height of the instrument above the gauge's zero, less the distance to the water."),
        N_("The zero is a fixed height of the gauge, not the ground of the water: a level is not a depth."),
    ),
    _FROM_DEPTH: (
        N_("Computed: the height of the instrument above the gauge's zero, plus the depth of the water above it."),
        N_("The zero is a fixed height of the gauge, not the ground of the water: a level is not a depth."),
    ),
    KAPPA_KOEHLER: (
        N_(
            "Computed from each value and the humidity measured with it: it takes off the water that the particles "
            "have taken up, about half of the value at 80 % relative humidity, two thirds at 90 % (κ-Köhler theory, "
            "κ = 0.4; Crilley et al. 2018)."
        ),
        N_("It assumes an average mix of particles. From 95 % humidity on it is marked as suspect."),
        N_("The values as measured are kept beside it, unchanged. Its version: %(version)s."),
    ),
    GAUGE_ZERO_SOUND: (
        N_("Computed: the height of the instrument above the gauge's zero, less the distance to the water."),
        N_(
            "This instrument does not reckon with the air's temperature: the distance is put right by it where it is "
            "measured, too; otherwise the level is marked as suspect."
        ),
        N_("The zero is a fixed height of the gauge, not the ground of the water: a level is not a depth."),
    ),
    EAQI: (
        N_(
            "Computed from the mean of each hour, of corrected dust where there is some, if three quarters of the hour "
            "were measured: once by the European Environment Agency's bands of 2024, once by those of the German "
            "Environment Agency of 2025. The worse size of dust counts."
        ),
        INDICATIVE,
    ),
}
_TIP = N_("Here a tip is %(mm)s mm of rain.")
_HANGS = N_("Here the instrument hangs %(height)s m above the gauge's zero.")
_LIES_ABOVE = N_("Here the instrument lies %(height)s m above the gauge's zero.")
_LIES_BELOW = N_("Here the instrument lies %(height)s m below the gauge's zero.")
_ZERO_NHN = N_("The gauge's zero lies %(height)s m above sea level (NHN).")
_ZERO_BELOW_NHN = N_("The gauge's zero lies %(height)s m below sea level (NHN).")


def of(streams: Iterable[Stream], deployments: Sequence[Deployment], texts: Texts) -> list[Method]:
    """What is known of the instruments and methods of a station now."""
    fed = [each for each in streams if each.is_fed]
    codes = {each.model for each in fed} | {each.method for each in fed}
    measured = {each.property for each in fed}
    # Of a device that measures both, the distance counts (plietsch.platform.methods).
    if GAUGE_ZERO in codes and "water_depth" in measured and "distance" not in measured:
        codes = codes - {GAUGE_ZERO} | {_FROM_DEPTH}
    now = next((each for each in reversed(deployments) if each.lasts), None)
    return [
        Method(texts.translate(title), [*_said(code, texts), *_mounted(code, now, texts)])
        for code, title in _TITLES.items()
        if code in codes
    ]


def _said(code: str, texts: Texts) -> list[str]:
    return [texts.gettext(each, version=code) if "%(" in each else texts.translate(each) for each in _SENTENCES[code]]


def _mounted(code: str, now: Deployment | None, texts: Texts) -> list[str]:
    """How it is mounted here."""
    if now is None:
        return []
    if code == "rain" and now.rain_tip_mm is not None:
        return [texts.gettext(_TIP, mm=texts.number(now.rain_tip_mm, 1))]
    if code in (GAUGE_ZERO, GAUGE_ZERO_SOUND, _FROM_DEPTH):
        return _above_zero(now, code == _FROM_DEPTH, texts)
    return []


def _above_zero(now: Deployment, in_water: bool, texts: Texts) -> list[str]:
    sentences: list[str] = []
    if now.gauge_zero_distance_m is not None:
        height_m = now.gauge_zero_distance_m
        sentence = _HANGS if not in_water else _LIES_ABOVE if height_m >= 0 else _LIES_BELOW
        sentences.append(texts.gettext(sentence, height=texts.number(abs(height_m) if in_water else height_m, 2)))
    if now.gauge_zero_nhn_m is not None:
        sentence = _ZERO_NHN if now.gauge_zero_nhn_m >= 0 else _ZERO_BELOW_NHN
        sentences.append(texts.gettext(sentence, height=texts.number(abs(now.gauge_zero_nhn_m), 2)))
    return sentences
