"""What a value means, in plain sentences.

Those of fine dust follow the health messages of the European Air Quality Index (European Environment Agency, 2024), in
words of ours; those of heavy rain the German weather service's warning criteria (DWD, Warnkriterien: 15, 25 and 40 mm
in an hour). A level is put in relation to its gauge's own ones.
"""

import math
from collections.abc import Collection
from typing import NamedTuple

from plietsch.dashboards.gauges import Gauge
from plietsch.dashboards.texts import N_, Texts

_AIR = {
    "good": N_("The air is clean: a good moment to be outdoors."),
    "fair": N_("The air is all right: everybody can do outdoors what they usually do."),
    "moderate": N_(
        "Most people notice nothing. People with asthma, heart or lung disease who feel symptoms should take it easier "
        "outdoors."
    ),
    "poor": N_(
        "If eyes or throat hurt, or a cough begins, better do without hard exercise outdoors. People with heart or "
        "lung disease, older people and children should do less outdoors."
    ),
    "very-poor": N_(
        "Everybody should think about exerting themselves less outdoors. People with heart or lung disease, older "
        "people and children should do so in any case, most of all when they feel symptoms."
    ),
    "extremely-poor": N_(
        "Everybody should exert themselves less outdoors. People with heart or lung disease, older people and children "
        "should avoid any exertion there."
    ),
}
_RAIN = {
    "rain-none": N_("No rain fell in the hour before."),
    "rain-light": N_("A light rain: it makes the ground wet."),
    "rain-moderate": N_("Steady rain, as it falls on a rainy day."),
    "rain-heavy": N_("Strong rain: water stands on roads and fields."),
    "rain-marked": N_(
        "Heavy rain: the German weather service warns from 15 mm in an hour on. Gutters may overflow, underpasses fill."
    ),
    "rain-severe": N_(
        "Severe heavy rain: more than 25 mm in an hour. Cellars, underpasses and streams may flood quickly; keep away "
        "from them."
    ),
    "rain-extreme": N_(
        "Extreme heavy rain: more than 40 mm in an hour. There is danger to life in cellars, underpasses and at "
        "streams."
    ),
}
_TEMPERATURE = {
    "frost": N_("Water freezes: roads and paths may be slippery."),
    "cold": N_("Cold air, without frost."),
    "mild": N_("Mild air."),
    "warm": N_("Warm air."),
    "hot": N_("Heat: shade and plenty of water do good, above all to older people and children."),
}
_BY_BAND = _AIR | _RAIN | _TEMPERATURE
_ALWAYS = {
    "pressure": N_("At the height of the station, not reduced to sea level: weather maps show a little more."),
    "distance": N_("From the instrument down to the water: the less, the higher the water stands."),
    "rain_tips": N_("How often the bucket of the gauge has tipped since it was new."),
    "battery": N_("The node's own battery, shown so that a weak one is noticed."),
}
_DRY, _HUMID = 40, 70  # %, the latter as the maker of the SDS011 specifies it
_HUMIDITY = (N_("Dry air."), N_("Neither dry nor humid."), N_("Humid air."))
_HUMID_DUST = N_("Fine-dust sensors read too much in it; the corrected line takes that off again.")
# From here on drops weigh more than the dust in them: the laser of the sensor sees both.
DAMP_PERCENT = 85
DUST = ("pm2_5", "pm10")
_DAMP = N_("The air is humid (%(percent)s %%): the sensor then reads too much.")
_DAMP_CORRECTED = N_(
    "The air is humid (%(percent)s %%): the sensor then reads too much; corrected about %(value)s µg/m³."
)
_ABOVE_ZERO = N_("Counted from the gauge's zero, not from the ground of the water.")
_REACHED = N_("The water of %(water)s has reached the level “%(level)s” (from %(cm)s cm on).")
_BELOW = N_(
    "The water of %(water)s stands below all levels of this gauge. The first one, “%(level)s”, begins at %(cm)s cm: "
    "%(more)s cm more."
)
_ABOVE_MEAN = N_("It stands %(cm)s cm above its mean level.")
_BELOW_MEAN = N_("It stands %(cm)s cm below its mean level.")
_AT_MEAN = N_("It stands at its mean level.")


class Damp(NamedTuple):
    """Air in which fine-dust sensors read too much: its humidity in %, and the corrected value in µg/m³, if any."""

    percent: float
    corrected: float | None


def of(
    code: str,
    value: float,
    band: str,
    gauge: Gauge | None,
    measured: Collection[str],
    texts: Texts,
    damp: Damp | None = None,
) -> list[str]:
    """What a value of a quantity means; `band` is its class and `measured` what else the station measures.

    `damp` is told of fine dust.
    """
    if code == "water_level":
        return _level(value, gauge, texts)
    if code == "humidity":
        return [texts.translate(each) for each in _humidity(value, measured)]
    sentence = _BY_BAND.get(band) or _ALWAYS.get(code)
    said = [texts.translate(sentence)] if sentence else []
    return [*said, _of_damp(damp, texts)] if damp and code in DUST else said


def _of_damp(damp: Damp, texts: Texts) -> str:
    percent = texts.number(damp.percent, 0)
    if damp.corrected is None:
        return texts.gettext(_DAMP, percent=percent)
    return texts.gettext(_DAMP_CORRECTED, percent=percent, value=texts.number(damp.corrected, 0))


def _humidity(percent: float, measured: Collection[str]) -> list[str]:
    sentence = _HUMIDITY[0 if percent < _DRY else 1 if percent <= _HUMID else 2]
    return [sentence, _HUMID_DUST] if percent > _HUMID and "pm2_5" in measured else [sentence]


def _level(cm: float, gauge: Gauge | None, texts: Texts) -> list[str]:
    if gauge is None:
        return [texts.translate(_ABOVE_ZERO)]
    return [*_own_level(cm, gauge, texts), *_mean_level(cm, gauge.mean_level_cm, texts)]


def _own_level(cm: float, gauge: Gauge, texts: Texts) -> list[str]:
    """The highest of a gauge's own levels that is reached, or how far it is to the first one."""
    if not gauge.levels:
        return []
    reached = [level for level in gauge.levels if round(cm, 1) >= level.level_cm]
    level = reached[-1] if reached else gauge.levels[0]
    places = {"water": gauge.water, "level": level.name, "cm": texts.number(level.level_cm, 0)}
    if reached:
        return [texts.gettext(_REACHED, **places)]
    # What is left over is a whole centimetre more: "0 cm more" would be there already.
    more = math.ceil(round(level.level_cm - cm, 1))
    return [texts.gettext(_BELOW, **places, more=texts.number(more, 0))]


def _mean_level(cm: float, mean_cm: float | None, texts: Texts) -> list[str]:
    if mean_cm is None:
        return []
    above = round(cm - mean_cm)
    sentence = _AT_MEAN if above == 0 else _ABOVE_MEAN if above > 0 else _BELOW_MEAN
    return [texts.gettext(sentence, cm=texts.number(abs(above), 0)) if above else texts.translate(sentence)]
