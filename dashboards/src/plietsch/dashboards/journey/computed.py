"""The fifth stage, of some values: what was computed from what the instruments said, with its numbers."""

from plietsch.dashboards.journey import telling
from plietsch.dashboards.journey.facts import Count, Facts, Value
from plietsch.dashboards.journey.telling import Fact, Stage, Telling
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
_RAIN = N_(
    "The count alone says little. What fell in an hour is how many tips there are more than before it, times the rain"
    " that makes the bucket tip."
)
_HOUR = N_("Counted here is the hour from %(since)s to %(until)s.")
_UNKNOWN = N_("No count from shortly before is known: nobody knows how much of the rain fell in this hour.")
_ANEW = N_("In between the counter began anew or was misread: it is not the two counts that make the sum.")


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


_Parts = tuple[tuple[str, ...], tuple[str, ...], tuple[Fact, ...]]


def _parts(facts: Facts, tell: Telling) -> _Parts:
    match facts.value.method:
        case methods.GAUGE_ZERO:
            corrected = () if holds(facts) else (tell.texts.translate(_REMOUNTED),)
            return (tell.texts.translate(_LEVEL), *corrected), () if corrected else _level(facts, tell), ()
        case methods.KAPPA_KOEHLER:
            return _dust(facts, tell)
        case _:
            return _rain(facts, tell)


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


def _dust(facts: Facts, tell: Telling) -> _Parts:
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


def _rain(facts: Facts, tell: Telling) -> _Parts:
    hour, value = facts.hour, facts.value
    if hour is None:
        return (), (), ()
    since, until = (tell.clock(moment, value.measured_at).text for moment in (hour.since, hour.until))
    sentences = (tell.texts.translate(_RAIN), tell.texts.gettext(_HOUR, since=since, until=until))
    if hour.tips is None or hour.mm is None:
        return (*sentences, tell.texts.translate(_UNKNOWN)), (), ()
    found = _count_before(hour.earlier, value, tell) if hour.earlier else ()
    fallen = _fallen(hour.tips, hour.mm, value, tell)
    if hour.earlier is None or value.result is None:
        return sentences, (fallen,), found
    if value.result - hour.earlier.tips != hour.tips:
        return (*sentences, tell.texts.translate(_ANEW)), (fallen,), found
    now, before = (tell.number(tips, 0) for tips in (value.result, hour.earlier.tips))
    return sentences, (f"{now} − {before} = {tell.number(hour.tips, 0)}", fallen), found


def _fallen(tips: float, mm: float, value: Value, tell: Telling) -> str:
    """The tips times the rain of each; the rain alone where two gauges that differ counted them."""
    fallen = tell.amount(mm, "mm", 1)
    if value.rain_tip_mm is None or abs(tips * value.rain_tip_mm - mm) > _LEAST:
        return fallen
    return f"{tell.number(tips, 0)} × {tell.amount(value.rain_tip_mm, 'mm')} = {fallen}"


def _count_before(earlier: Count, value: Value, tell: Telling) -> tuple[Fact, ...]:
    href = telling.address(tell.texts.language, value.station, value.code, earlier.time)
    time = tell.clock(earlier.time, value.measured_at).text
    said = tell.texts.gettext("%(count)s, at %(time)s", count=tell.number(earlier.tips, 0), time=time)
    return (Fact(tell.texts.gettext("Count before"), said, href),)
