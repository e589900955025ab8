"""How rain was computed: what fell since the reading before, and what fell in an hour or a day."""

from datetime import timedelta

from plietsch.dashboards.journey import telling
from plietsch.dashboards.journey.facts import Facts, Input
from plietsch.dashboards.journey.telling import Fact, Parts, Telling
from plietsch.dashboards.texts import N_
from plietsch.platform import methods

_COUNTED = N_(
    "The count alone says little. What fell since the reading before is how many tips there are more than then, times"
    " the rain that makes the bucket tip."
)
_TOTAL = N_("The gauge says how much it has counted since it was new. What fell since the reading before is the rest.")
_UNKNOWN = N_("No count from shortly before is known: nobody knows when this rain fell.")
_ANEW = N_("In between the counter began anew or was misread: it is not the two counts that make the sum.")
_ADDED = N_("Added up is what fell each time in the span from %(since)s to %(until)s.")
_NOT_KNOWN = N_("Of part of it nobody knows when it fell, or how much it was: the sum is not known either.")
_UNTIL_NOW = N_("Other pages show the hour up to now, from %(since)s to %(until)s: %(mm)s.")
_SPANS = {"rain_1h": timedelta(hours=1), "rain_24h": timedelta(hours=24)}
# More terms of a sum nobody reads.
_MOST_TERMS = 12
_LEAST_MM = 0.005


def of(facts: Facts, tell: Telling) -> Parts:
    """How the value was computed."""
    return _sum(facts, tell) if facts.value.method == methods.RAIN_SUM else _difference(facts, tell)


def _difference(facts: Facts, tell: Telling) -> Parts:
    value = facts.value
    counts = [each for each in facts.inputs if each.is_usable]
    now = next((each for each in counts if each.time == value.measured_at), None)
    before = next((each for each in reversed(counts) if each.time < value.measured_at), None)
    sentences = [tell.texts.translate(_TOTAL if now and now.code == "rain_total" else _COUNTED)]
    if value.result is None:
        return (*sentences, tell.texts.translate(_UNKNOWN)), (), ()
    if now is None or before is None or now.result is None or before.result is None:
        return tuple(sentences), (), ()
    mm_of_one = value.rain_tip_mm if now.code == "rain_tips" else 1.0
    added = now.result - before.result
    found = (_count_before(before, facts, tell),)
    if mm_of_one is None or abs(added * mm_of_one - value.result) > _LEAST_MM:
        return (*sentences, tell.texts.translate(_ANEW)), (), found
    return tuple(sentences), _subtracted(now.result, before.result, now.code, mm_of_one, tell), found


def _subtracted(now: float, before: float, code: str, mm_of_one: float, tell: Telling) -> tuple[str, ...]:
    if code == "rain_total":
        return (f"{tell.amount(now, 'mm')} − {tell.amount(before, 'mm')} = {tell.amount(now - before, 'mm', 1)}",)
    added = now - before
    return (
        f"{tell.number(now, 0)} − {tell.number(before, 0)} = {tell.number(added, 0)}",
        f"{tell.number(added, 0)} × {tell.amount(mm_of_one, 'mm')} = {tell.amount(added * mm_of_one, 'mm', 1)}",
    )


def _count_before(before: Input, facts: Facts, tell: Telling) -> Fact:
    value = facts.value
    href = telling.address(tell.texts.language, value.station, before.code, before.time)
    time = tell.clock(before.time, value.measured_at).text
    said = tell.texts.gettext("%(count)s, at %(time)s", count=tell.number(before.result or 0.0), time=time)
    return Fact(tell.texts.gettext("Count before"), said, href)


def _sum(facts: Facts, tell: Telling) -> Parts:
    value = facts.value
    since = value.measured_at - _SPANS[value.code]
    fell = [each for each in facts.inputs if each.method == methods.RAIN_DIFFERENCE and each.time > since]
    shown = (tell.clock(moment, value.measured_at).text for moment in (since, value.measured_at))
    sentences = [tell.texts.gettext(_ADDED, since=next(shown), until=next(shown))]
    found = tuple(_of(each, facts, tell) for each in fell if each.result is None or each.result > 0)[-_MOST_TERMS:]
    sums = () if value.result is None else _added([each.result or 0.0 for each in fell], value.result, tell)
    if value.result is None:
        sentences.append(tell.texts.translate(_NOT_KNOWN))
    if (hour := facts.hour) and hour.until != value.measured_at and hour.mm is not None:
        now = [tell.clock(moment, value.measured_at).text for moment in (hour.since, hour.until)]
        said = tell.amount(hour.mm, "mm", 1)
        sentences.append(tell.texts.gettext(_UNTIL_NOW, since=now[0], until=now[1], mm=said))
    return tuple(sentences), sums, found


def _added(fell: list[float], result: float, tell: Telling) -> tuple[str, ...]:
    terms = [tell.number(mm) for mm in fell if mm > 0]
    if not 1 < len(terms) <= _MOST_TERMS:
        return ()
    return (f"{' + '.join(terms)} = {tell.amount(result, 'mm', 1)}",)


def _of(each: Input, facts: Facts, tell: Telling) -> Fact:
    value = facts.value
    href = telling.address(tell.texts.language, value.station, each.code, each.time)
    said = tell.texts.gettext("not known") if each.result is None else tell.amount(each.result, "mm")
    return Fact(tell.clock(each.time, value.measured_at).text, said, href)
