"""The fifth stage, of some values: what was computed from what the instruments said, with its numbers."""

from plietsch.dashboards.journey import classed, fallen, telling
from plietsch.dashboards.journey.facts import Facts
from plietsch.dashboards.journey.telling import Fact, Parts, Stage, Telling
from plietsch.dashboards.texts import N_
from plietsch.ingest.series import dust, level
from plietsch.platform import methods

_TITLE = N_("Computed")
_LEVEL = N_(
    "The instrument hangs above the water and says how far down it is. People want to know how high the water stands"
    " above the zero of the gauge, a height that was once agreed on. How far below the instrument this zero lies was"
    " measured when it was mounted."
)
_DUST = N_(
    "In damp air, particles take up water and swell: the laser then sees more than there is of dust. How much more"
    " follows from the humidity (κ-Köhler theory), and is taken away again. What the instrument said is kept, too."
)
_CAPPED = N_(
    "Above %(most)s of humidity nobody knows well enough how much water the particles hold: the factor stays as it is"
    " there, and the value is marked as suspect."
)
_LEAST = 0.05
_SOURCE = "Crilley et al. 2018, doi:10.5194/amt-11-709-2018"
_SOURCE_HREF = "https://doi.org/10.5194/amt-11-709-2018"
_REMOUNTED = N_(
    "How the instrument is mounted has been corrected since this value was computed: with what is known today, the sum"
    " would be another one."
)
_CHANGED = N_(
    "What this value was computed from has been corrected since: with what is known today, the sum would be another"
    " one."
)
_SOUND = N_(
    "Sound is faster in warm air, and the instrument does not reckon with that: the distance is put right first, by how"
    " warm the air was. Where that is not known, the distance is taken as it is, and the value is marked as suspect."
)


def of(facts: Facts, tell: Telling) -> Stage | None:
    """What was computed; None of what an instrument said itself."""
    sentences, sums, found = _parts(facts, tell)
    if not sentences:
        return None
    method = [Fact(tell.texts.gettext("Method"), facts.value.method)] if facts.value.method != methods.RAW else []
    return Stage("computed", tell.texts.translate(_TITLE), sentences, sums=sums, facts=(*method, *found))


def holds(facts: Facts) -> bool:
    """Whether a value still follows from what it was computed from; what is not known any more cannot contradict it."""
    value, humidity = facts.value, facts.beside.get("humidity")
    match value.method:
        case methods.GAUGE_ZERO:
            distance_mm, zero_m = facts.beside.get("distance"), value.gauge_zero_distance_m
            known = None if distance_mm is None or zero_m is None else level.water_level_cm(distance_mm, zero_m)
        case methods.KAPPA_KOEHLER:
            raw = facts.beside.get(value.code)
            known = None if raw is None or humidity is None else dust.dry_dust_ug_m3(raw, humidity)
        case _:
            known = None
    # Both are rounded to a decimal.
    return known is None or (value.result is not None and abs(known - value.result) < _LEAST)


def _parts(facts: Facts, tell: Telling) -> Parts:
    match facts.value.method:
        case methods.GAUGE_ZERO:
            corrected = () if holds(facts) else (tell.texts.translate(_REMOUNTED),)
            return (tell.texts.translate(_LEVEL), *corrected), () if corrected else _level(facts, tell), ()
        case methods.GAUGE_ZERO_SOUND:
            return (tell.texts.translate(_LEVEL), tell.texts.translate(_SOUND)), (), ()
        case methods.KAPPA_KOEHLER:
            return _dust(facts, tell)
        case methods.RAIN_DIFFERENCE | methods.RAIN_SUM:
            return fallen.of(facts, tell)
        case methods.EAQI | methods.UBA_LQI:
            return classed.of(facts, tell)
        case _:
            return (), (), ()


def _level(facts: Facts, tell: Telling) -> tuple[str, ...]:
    distance_mm, zero_m = facts.beside.get("distance"), facts.value.gauge_zero_distance_m
    if distance_mm is None or zero_m is None:
        return ()
    zero_mm = zero_m * 1000
    level_cm = level.water_level_cm(distance_mm, zero_m)
    difference = (
        f"{tell.amount(zero_mm, 'mm')} − {tell.amount(distance_mm, 'mm')} = {tell.amount(zero_mm - distance_mm, 'mm')}"
    )
    return (f"{difference} = {tell.amount(level_cm, 'cm', 1)}",)


def _dust(facts: Facts, tell: Telling) -> Parts:
    raw, humidity = facts.beside.get(facts.value.code), facts.beside.get("humidity")
    capped = humidity is not None and humidity >= dust.HIGHEST_HUMIDITY_PERCENT
    most = tell.amount(dust.HIGHEST_HUMIDITY_PERCENT, "%", 0)
    sentences = [tell.texts.translate(_DUST), *([tell.texts.gettext(_CAPPED, most=most)] if capped else [])]
    source = Fact(tell.texts.gettext("Source"), _SOURCE, _SOURCE_HREF)
    if not holds(facts):
        return (*sentences, tell.texts.translate(_CHANGED)), (), (source,)
    return tuple(sentences), _dried(facts, raw, humidity, tell), (source,)


def _dried(facts: Facts, raw: float | None, humidity: float | None, tell: Telling) -> tuple[str, ...]:
    if raw is None or humidity is None:
        return ()
    a = min(humidity, dust.HIGHEST_HUMIDITY_PERCENT) / 100
    factor = 1 + dust.KAPPA / dust.DRY_DENSITY * a / (1 - a)
    kappa, density = tell.number(dust.KAPPA), tell.number(dust.DRY_DENSITY)
    activity = tell.number(a, 3)
    unit = telling.unit_of(facts.value.code)
    dry = tell.amount(dust.dry_dust_ug_m3(raw, humidity), unit, 1)
    return (
        f"1 + {kappa} ÷ {density} × {activity} ÷ (1 − {activity}) = {tell.number(factor, 3)}",
        f"{tell.amount(raw, unit, 1)} ÷ {tell.number(factor, 3)} = {dry}",
    )
