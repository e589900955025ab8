"""The last two stages: written into the database, and shown on this page."""

from datetime import timedelta

from plietsch.dashboards import quantities
from plietsch.dashboards.journey import telling
from plietsch.dashboards.journey.facts import Facts, Heard
from plietsch.dashboards.journey.telling import Fact, Stage, Telling
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.scales import Scale
from plietsch.dashboards.texts import N_

_STORED = N_("Stored")
_SHOWN = N_("Shown")
_WRITTEN = N_(
    "The value and the frame that brought it are written together or not at all, and only then does the message count"
    " as delivered: a power cut loses nothing and doubles nothing. If a reading comes again, the first one stays."
)
_OF_HOUR = N_(
    "It is computed from what is stored, and once more whenever something of its hour comes late or is corrected: no"
    " frame of its own brought it."
)
_IMPORTED = N_("This value did not come by radio: somebody put it into the database. There is no frame to show.")
_FAST = N_(
    "This station is simulated, and its past was played in fast motion: how long the value took cannot be told by the"
    " clock on the wall."
)
_OPEN = N_("From here on the value belongs to everybody: on the map, in the chart, in the open interface.")
_OLD = N_("It is too old to say anything of now: the map shows it in grey.")
# How late what a simulated station sent may come in and still be as it happens.
_AS_IT_HAPPENS = timedelta(minutes=10)


def in_fast_motion(facts: Facts) -> bool:
    """Whether a simulation ran faster than the clock when this came in."""
    heard = facts.heard_frame
    if heard is None or not facts.value.simulated:
        return False
    return abs(heard.received_at - heard.heard_at) > _AS_IT_HAPPENS


def of(facts: Facts, tell: Telling) -> Stage:
    """How the value was stored."""
    texts, heard = tell.texts, facts.heard_frame
    if not facts.value.channels:
        return Stage("stored", texts.translate(_STORED), (texts.translate(_OF_HOUR),))
    if facts.value.heard_at is None:
        return Stage("stored", texts.translate(_STORED), (texts.translate(_IMPORTED),))
    if heard is None:
        return Stage("stored", texts.translate(_STORED), (texts.translate(_WRITTEN),))
    if in_fast_motion(facts):
        return Stage("stored", texts.translate(_STORED), (texts.translate(_WRITTEN), texts.translate(_FAST)))
    sentences = (texts.translate(_WRITTEN), *_after(heard, tell))
    return Stage("stored", texts.translate(_STORED), sentences, heard.received_at)


def _after(heard: Heard, tell: Telling) -> list[str]:
    passed_s = (heard.received_at - heard.heard_at).total_seconds()
    if passed_s < 0:
        return []
    return [tell.texts.gettext("It arrived here %(time)s after it was heard.", time=tell.duration(passed_s))]


def shown(facts: Facts, scale: Scale | None, tell: Telling) -> Stage:
    """How the value is shown, and how old it is."""
    value, texts = facts.value, tell.texts
    of_hour = value.code in QUANTITIES and QUANTITIES[value.code].of_hour
    stale = quantities.is_stale(value.measured_at + timedelta(hours=of_hour), tell.now)
    sentences = (texts.translate(_OPEN), *([texts.translate(_OLD)] if stale else []))
    found = [Fact(texts.gettext("Age"), tell.duration(max((tell.now - value.measured_at).total_seconds(), 0)))]
    if value.result is not None:
        found += _as_read(value.code, value.result, value.decimals, tell)
        band = scale.band(value.result) if scale and value.quality <= 3 else None
        if band and scale:
            found.append(Fact(texts.gettext("Class"), f"{texts.translate(band.word)} ({texts.translate(scale.name)})"))
    return Stage("shown", texts.translate(_SHOWN), sentences, tell.now, facts=tuple(found))


def _as_read(code: str, result: float, decimals: int, tell: Telling) -> list[Fact]:
    """What is stored, and what of it is shown where there is little room."""
    unit = telling.unit_of(code)
    stored = Fact(tell.texts.gettext("Stored as"), tell.amount(result, unit, decimals))
    if code not in QUANTITIES or QUANTITIES[code].decimals == decimals:
        return [stored]
    return [stored, Fact(tell.texts.gettext("Rounded to"), tell.amount(result, unit, QUANTITIES[code].decimals))]
