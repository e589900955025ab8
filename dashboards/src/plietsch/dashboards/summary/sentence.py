"""The region in a sentence: the air as it is in most places and where it is worse, the water that moves, the rain.

    The air is good, somewhat polluted in Tarp; the water of the Flensburg Fjord is rising.

Each clause is translated as a whole, for languages put their words in orders of their own.
"""

import statistics
from collections.abc import Iterator, Sequence

from plietsch.dashboards.summary.facts import Air, Facts, Rain, Water
from plietsch.dashboards.texts import N_, Texts
from plietsch.dashboards.trends import Direction

_AIR = (
    N_("the air is good"),
    N_("the air is fair"),
    N_("the air is moderate"),
    N_("the air is poor"),
    N_("the air is very poor"),
    N_("the air is extremely poor"),
)
# From here on a place is named that is worse than the others.
_WORTH_A_WORD = 2
_WORSE = {
    2: N_("somewhat polluted in %(places)s"),
    3: N_("polluted in %(places)s"),
    4: N_("heavily polluted in %(places)s"),
    5: N_("extremely polluted in %(places)s"),
}
_WATER: dict[Direction, str] = {
    "rising": N_("the water of %(waters)s is rising"),
    "falling": N_("the water of %(waters)s is falling"),
    "steady": N_("the water of %(waters)s stands high"),
}
_RAIN = (
    N_("it is raining in %(places)s"),
    N_("it is raining in %(places)s"),
    N_("it is raining hard in %(places)s"),
    N_("heavy rain is falling in %(places)s"),
    N_("severe heavy rain is falling in %(places)s"),
    N_("extreme heavy rain is falling in %(places)s"),
)
# From here on it is heavy rain.
_HEAVY = 3
# More names than these nobody reads in a sentence.
_MOST_NAMES = 3


def of(facts: Facts, texts: Texts) -> str:
    """The sentence."""
    clauses = _pressing(facts, texts) if _presses(facts) else _usual(facts, texts)
    whole = "; ".join(clauses) or texts.gettext("no station is reporting at the moment")
    return f"{whole[:1].upper()}{whole[1:]}."


def _presses(facts: Facts) -> bool:
    return any(water.rank for water in facts.water) or any(rain.rank >= _HEAVY for rain in facts.rain)


def _pressing(facts: Facts, texts: Texts) -> list[str]:
    """Who has to move a car wants to know that first, and nothing of a drizzle."""
    water = [each for each in facts.water if each.rank]
    rain = [each for each in facts.rain if each.rank >= _HEAVY]
    return [*_moving(water, texts), *_rain(rain, texts), *_air(facts.air, texts)]


def _usual(facts: Facts, texts: Texts) -> list[str]:
    return [*_air(facts.air, texts), *_water(facts.water, texts), *_rain(facts.rain, texts)]


def _air(air: Sequence[Air], texts: Texts) -> Iterator[str]:
    if not air:
        return
    usual = statistics.median_low([each.rank for each in air])
    clauses = [texts.translate(_AIR[usual])]
    for rank in range(len(_AIR) - 1, max(usual, _WORTH_A_WORD - 1), -1):
        places = [each.place for each in air if each.rank == rank]
        if places:
            clauses.append(texts.gettext(_WORSE[rank], places=_named(places, texts)))
    yield ", ".join(clauses)


def _water(water: Sequence[Water], texts: Texts) -> Iterator[str]:
    news = [each for each in water if each.is_news]
    yield from _moving(news, texts)
    if water and not news:
        yield texts.gettext("the water levels are as usual")


def _moving(water: Sequence[Water], texts: Texts) -> Iterator[str]:
    """What rises, what falls and what stands high, with the highest level that was reached."""
    most = min(water, key=_urgency, default=None)
    for direction, clause in _WATER.items():
        moving = [each for each in water if _direction(each) == direction]
        if moving:
            waters = list(dict.fromkeys(each.water for each in sorted(moving, key=_urgency)))
            said = texts.gettext(clause, waters=_named(waters, texts))
            yield said + (f" ({most.name}: {most.reached.name})" if most in moving and most and most.reached else "")


def _direction(water: Water) -> Direction:
    return water.trend.direction if water.trend else "steady"


def _urgency(water: Water) -> tuple[int, float]:
    """The most urgent first."""
    return -water.rank, -water.share


def _rain(rain: Sequence[Rain], texts: Texts) -> Iterator[str]:
    """Where it rains most; where it rains less is not said beside it."""
    wet = [each for each in rain if each.mm > 0]
    if wet:
        most = max(each.rank for each in wet)
        places = [each.place for each in sorted(wet, key=lambda each: -each.mm) if each.rank == most]
        yield texts.gettext(_RAIN[most], places=_named(places, texts))


def _named(names: Sequence[str], texts: Texts) -> str:
    """Some names, and how many there are besides."""
    if len(names) <= _MOST_NAMES:
        return texts.all_of(names)
    more = len(names) - _MOST_NAMES + 1
    rest = texts.ngettext("%(count)s more place", "%(count)s more places", more)
    return texts.all_of([*names[: _MOST_NAMES - 1], rest])
