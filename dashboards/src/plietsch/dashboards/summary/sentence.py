"""The region in a sentence: the air as it is in most places and where it is worse, the water that moves, the rain.

    The air is good, somewhat polluted in Tarp; the water of the Flensburg Fjord is rising.

Each clause is translated as a whole, for languages put their words in orders of their own. Of a moment in the past the
sentence is the same; that nobody reported is said of then.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence

from plietsch.dashboards.summary.facts import Air, Facts, Rain, Water
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform.trends import Direction

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
    "steady": N_("the water of %(waters)s is high"),
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
# Places that have a name of their own in another language of the region.
NAMED_IN_EACH_LANGUAGE = (N_("Flensburg"), N_("Schleswig"))


def of(facts: Facts, texts: Texts, is_past: bool = False) -> str:
    """The sentence; `is_past` says that it is of a moment that is over."""
    clauses = _pressing(facts, texts) if _presses(facts) else _usual(facts, texts)
    silence = (
        texts.gettext("no station reported then") if is_past else texts.gettext("no station is reporting at the moment")
    )
    whole = "; ".join(clauses) or silence
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
            clauses.append(texts.gettext(_WORSE[rank], places=_places(places, texts)))
    yield ", ".join(clauses) + _doubt(air, texts)


def _doubt(air: Sequence[Air], texts: Texts) -> str:
    """What is to be said where most of the bad air may be mist: the sensors count its droplets, too."""
    bad = [each for each in air if each.rank >= _WORTH_A_WORD]
    if sum(each.is_humid for each in bad) * 2 <= len(bad):
        return ""
    doubt = texts.gettext("humid air makes the sensors read too much")
    return f" ({doubt})"


def _water(water: Sequence[Water], texts: Texts) -> Iterator[str]:
    news = [each for each in water if each.is_news]
    yield from _moving(news, texts)
    if water and not news:
        yield texts.gettext("the water levels are as usual")


def _moving(gauges: Sequence[Water], texts: Texts) -> Iterator[str]:
    """What rises, falls or is high: each water by its most urgent gauge, and the highest level that was reached."""
    urgent: dict[str, Water] = {}
    for each in sorted(gauges, key=_urgency):
        urgent.setdefault(each.water, each)
    most = next(iter(urgent.values()), None)
    directions: list[Direction] = list(dict.fromkeys(_direction(each) for each in urgent.values()))
    for direction in directions:
        waters = [each.water for each in urgent.values() if _direction(each) == direction]
        said = texts.gettext(_WATER[direction], waters=_waters(waters, texts))
        if most and most.reached and _direction(most) == direction:
            said += f" ({most.name}: {most.reached.name})"
        yield said


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
        yield texts.gettext(_RAIN[most], places=_places(places, texts))


def _places(names: Sequence[str], texts: Texts) -> str:
    translated = [texts.translate(name) for name in names]
    return _named(translated, texts, lambda more: texts.ngettext("%(count)s more place", "%(count)s more places", more))


def _waters(names: Sequence[str], texts: Texts) -> str:
    return _named(names, texts, lambda more: texts.ngettext("%(count)s more water", "%(count)s more waters", more))


def _named(names: Sequence[str], texts: Texts, rest: Callable[[int], str]) -> str:
    """Some names, and how many there are besides."""
    if len(names) <= _MOST_NAMES:
        return texts.all_of(names)
    return texts.all_of([*names[: _MOST_NAMES - 1], rest(len(names) - _MOST_NAMES + 1)])
