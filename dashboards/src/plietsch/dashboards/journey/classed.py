"""How an hour's air-quality index was computed."""

from plietsch.dashboards import air
from plietsch.dashboards.air import Mean
from plietsch.dashboards.journey import telling
from plietsch.dashboards.journey.facts import Facts
from plietsch.dashboards.journey.telling import Fact, Parts, Telling
from plietsch.dashboards.scales import INDICATIVE, SCALES
from plietsch.dashboards.texts import N_

_MADE = N_(
    "The index is made of the mean of an hour, from the moment on that is shown, of each size of fine dust; the worse"
    " class counts. Where dust is corrected for humidity, the corrected values are taken."
)
_TOO_LITTLE = N_("Less than three quarters of the hour can be used: it has no index.")


def of(facts: Facts, tell: Telling) -> Parts:
    """How the value was computed."""
    value, texts = facts.value, tell.texts
    sentences = [texts.translate(_MADE)]
    if value.result is None:
        sentences.append(texts.translate(_TOO_LITTLE))
    sentences.append(texts.translate(INDICATIVE))
    scale = SCALES[value.code]
    index = Fact(texts.gettext("Index"), texts.translate(scale.name))
    return tuple(sentences), (), (index, *(_of(each, facts, tell) for each in air.means(value.method, facts.inputs)))


def _of(mean: Mean, facts: Facts, tell: Telling) -> Fact:
    texts = tell.texts
    word = texts.translate(SCALES[facts.value.code].band(mean.rank).word)
    said = texts.ngettext(
        "%(mean)s, of %(count)s value: class %(rank)s, %(word)s",
        "%(mean)s, of %(count)s values: class %(rank)s, %(word)s",
        mean.values,
        mean=tell.amount(mean.ug_m3, telling.unit_of(mean.code), 1),
        rank=mean.rank,
        word=word,
    )
    return Fact(tell.short(mean.code), said)
