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
_DEPTH = N_(
    "The probe lies in the water and says how much of it stands above: that weighs on it. People want to know how high"
    " the water stands above the zero of the gauge, a height that was once agreed on. How far above this zero the probe"
    " lies was measured when it was mounted."
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
    value, humidity = facts.value, facts.usable("humidity")
    match value.method:
        case methods.GAUGE_ZERO | methods.GAUGE_ZERO_SOUND:
            known = level_cm(facts)
        case methods.KAPPA_KOEHLER:
            raw = facts.usable(value.code)
            known = None if raw is None or humidity is None else dust.dry_dust_ug_m3(raw, humidity)
        case _:
            known = None
    # Both are rounded to a decimal.
    return known is None or (value.result is not None and abs(known - value.result) < _LEAST)


def distance_mm(facts: Facts) -> float | None:
    """The distance that a level comes from, put right by the air's temperature where that is part of the method."""
    said_mm = facts.usable("distance")
    if said_mm is None or facts.value.method != methods.GAUGE_ZERO_SOUND:
        return said_mm
    temperature_c, told = facts.usable("temperature"), facts.told.get("distance")
    if temperature_c is None or told is None or told.assumes_c is None:
        return said_mm
    return level.compensated_mm(said_mm, temperature_c, told.assumes_c)


def level_cm(facts: Facts) -> float | None:
    """The level as it follows from what is known today; None where something of it is not known."""
    zero_m, depth_cm, above_mm = facts.value.gauge_zero_distance_m, facts.usable("water_depth"), distance_mm(facts)
    if zero_m is None:
        return None
    if facts.value.from_depth:
        return None if depth_cm is None else level.FromDepth(zero_m).of(depth_cm, ()).result
    return None if above_mm is None else level.water_level_cm(above_mm, zero_m)


def _parts(facts: Facts, tell: Telling) -> Parts:
    match facts.value.method:
        case methods.GAUGE_ZERO | methods.GAUGE_ZERO_SOUND:
            said = [_DEPTH if facts.value.from_depth else _LEVEL]
            said += [_SOUND] if facts.value.method == methods.GAUGE_ZERO_SOUND else []
            said += [] if holds(facts) else [_REMOUNTED]
            return tuple(map(tell.texts.translate, said)), _level(facts, tell) if holds(facts) else (), ()
        case methods.KAPPA_KOEHLER:
            return _dust(facts, tell)
        case methods.RAIN_DIFFERENCE | methods.RAIN_SUM:
            return fallen.of(facts, tell)
        case methods.EAQI | methods.UBA_LQI:
            return classed.of(facts, tell)
        case _:
            return (), (), ()


def _level(facts: Facts, tell: Telling) -> tuple[str, ...]:
    above_cm, zero_m, above_mm = level_cm(facts), facts.value.gauge_zero_distance_m, distance_mm(facts)
    if above_cm is None or zero_m is None:
        return ()
    if facts.value.from_depth or above_mm is None:
        depth = tell.amount(facts.usable("water_depth") or 0.0, "cm")
        return (f"{tell.amount(zero_m * 100, 'cm')} + {depth} = {tell.amount(above_cm, 'cm', 1)}",)
    # Sound is reckoned with to a fraction of a millimetre that says nothing.
    decimals = 1 if facts.value.method == methods.GAUGE_ZERO_SOUND else None
    zero_mm, rest_mm = zero_m * 1000, zero_m * 1000 - above_mm
    minus = f"{tell.amount(zero_mm, 'mm')} − {tell.amount(above_mm, 'mm', decimals)}"
    equals = f"{tell.amount(rest_mm, 'mm', decimals)} = {tell.amount(above_cm, 'cm', 1)}"
    return (*_by_sound(facts, above_mm, tell), f"{minus} = {equals}")


def _by_sound(facts: Facts, above_mm: float, tell: Telling) -> tuple[str, ...]:
    """The distance times the speed of sound in that air, over the one that the instrument takes for granted."""
    said_mm, temperature_c, told = facts.usable("distance"), facts.usable("temperature"), facts.told.get("distance")
    if above_mm == said_mm or said_mm is None or temperature_c is None or told is None or told.assumes_c is None:
        return ()
    speeds = [tell.amount(level.speed_of_sound_m_per_s(each), "m/s", 2) for each in (temperature_c, told.assumes_c)]
    return (f"{tell.amount(said_mm, 'mm')} × {speeds[0]} ÷ {speeds[1]} = {tell.amount(above_mm, 'mm', 1)}",)


def _dust(facts: Facts, tell: Telling) -> Parts:
    raw, humidity = facts.usable(facts.value.code), facts.usable("humidity")
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
