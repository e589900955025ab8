"""The sixth stage: what was looked at before anybody saw the value, and the flag that says how it went."""

from collections.abc import Iterator
from datetime import timedelta

from plietsch.dashboards.journey import bits, packet, telling
from plietsch.dashboards.journey.facts import Doubt, Facts, Frame, Revision
from plietsch.dashboards.journey.telling import Fact, Stage, Telling
from plietsch.dashboards.texts import N_
from plietsch.ingest.payload import Fault
from plietsch.ingest.qartod.values import SAME_READING_S
from plietsch.ingest.quality import Quality
from plietsch.ingest.series import dust
from plietsch.platform import methods

_TITLE = N_("Checked")
_WHY = N_(
    "Every value gets a flag that says how far it can be trusted, as the world's ocean observers have agreed (QARTOD)."
    " It travels with the value, into every download, too."
)
_FLAGS = {
    Quality.GOOD: N_("good: it passed every check made here"),
    Quality.NOT_EVALUATED: N_("not evaluated: nobody has checked it"),
    Quality.SUSPECT: N_("suspect: something about it is unusual"),
    Quality.FAIL: N_("failed: do not use it"),
    Quality.MISSING: N_("missing: there is no value"),
}
# QARTOD's tests, as questions to which the value's answer was no.
_TESTS = {
    "gross_range": N_("Plausible at all?"),
    "spike": N_("Like the values just before and after?"),
    "rate_of_change": N_("No faster a change than is possible?"),
    "flat_line": N_("Does the instrument still move?"),
    "neighbour": N_("Like at the stations nearby?"),
    "multi_variate": N_("Within what the instrument is made for, by its other values?"),
}
_VERDICTS = {Quality.SUSPECT: N_("suspect"), Quality.FAIL: N_("failed its checks")}
# The same of what another value was computed from.
_REASONS = {
    "gross_range": N_("outside of what is plausible"),
    "spike": N_("a spike, unlike the values just before and after"),
    "rate_of_change": N_("a faster change than is possible"),
    "flat_line": N_("the instrument does not move any more"),
    "neighbour": N_("not like at the stations nearby"),
    "multi_variate": N_("outside of what the instrument is made for, by its other values"),
}
_SAME_READING = timedelta(seconds=SAME_READING_S)
_CAUSES = {
    "judge": N_("it was held against the values around it, or computed anew from them"),
    "reprocess": N_("the stored frames were read once more"),
    "deployment": N_("how the instrument is mounted was put right"),
    "limits": N_("what it is held against was changed"),
}


def of(facts: Facts, tell: Telling) -> Stage:
    """What was checked."""
    flag = facts.value.quality
    said = f"{flag.value} – {tell.texts.translate(_FLAGS[flag])}"
    checks = _checks(facts, facts.frame, tell) if facts.frame else ()
    flagged = Fact(tell.texts.gettext("Flag"), said)
    changed = (_changed(each, facts, tell) for each in facts.revisions)
    inherited = (_inherited(each, facts, tell) for each in facts.doubts)
    found = (*checks, *_not_passed(facts, tell), flagged, *inherited, *changed)
    return Stage("checked", tell.texts.translate(_TITLE), (tell.texts.translate(_WHY),), facts=found)


def _not_passed(facts: Facts, tell: Telling) -> Iterator[Fact]:
    """The tests that it did not pass, by what lies around it."""
    for name, question in _TESTS.items():
        if flag := facts.tests.get(name):
            verdict = tell.texts.translate(_VERDICTS[Quality(flag)])
            yield Fact(tell.texts.translate(question), tell.texts.gettext("no: %(reason)s", reason=verdict))


def _inherited(each: Doubt, facts: Facts, tell: Telling) -> Fact:
    """What it was computed from is in doubt: why, and where that is told."""
    value, texts = facts.value, tell.texts
    name = tell.short(each.code)
    if abs(each.time - value.measured_at) > _SAME_READING:
        name = f"{name}, {tell.clock(each.time, value.measured_at).text}"
    verdict = texts.translate(_VERDICTS[Quality(each.quality)])
    reasons = [texts.translate(reason) for test, reason in _REASONS.items() if test in each.tests]
    method = None if each.by_default else each.method
    href = telling.address(texts.language, value.station, each.code, each.time, method)
    return Fact(texts.gettext("Because of: %(name)s", name=name), ": ".join([verdict, *reasons[:1]]), href)


def _changed(each: Revision, facts: Facts, tell: Telling) -> Fact:
    """What it was before and after a change, and why."""
    before = _as_it_was(each.result_before, each.quality_before, facts, tell)
    after = _as_it_was(each.result_after, each.quality_after, facts, tell)
    why = tell.texts.translate(_CAUSES.get(each.cause, _CAUSES["judge"]))
    moment = tell.day_and_clock(each.at).text
    return Fact(tell.texts.gettext("Changed on %(time)s", time=moment), f"{before} → {after}: {why}")


def _as_it_was(result: float | None, quality: int | None, facts: Facts, tell: Telling) -> str:
    if quality is None:
        return tell.texts.gettext("no value")
    unit = telling.unit_of(facts.value.code, facts.value.unit_symbol)
    number = "–" if result is None else tell.amount(result, unit, facts.value.decimals)
    return tell.texts.gettext("%(value)s (flag %(flag)s)", value=number, flag=quality)


def _checks(facts: Facts, frame: Frame, tell: Telling) -> tuple[Fact, ...]:
    texts = tell.texts
    inputs = bits.of_channels(frame.fields, frame.reading, facts.value.channels)
    found = [_of_input(each, len(inputs) > 1, tell) for each in inputs]
    clock = frame.judged[frame.reading].clock
    right = texts.gettext("yes") if clock is None else texts.gettext("no, counted back")
    found.append(Fact(texts.gettext("Was the node's clock right?"), right))
    humidity = facts.beside.get("humidity")
    if facts.value.method == methods.KAPPA_KOEHLER and humidity is not None:
        most = tell.amount(dust.HIGHEST_HUMIDITY_PERCENT, "%", 0)
        below = humidity < dust.HIGHEST_HUMIDITY_PERCENT
        question = texts.gettext("Humidity below %(most)s, where the method holds?", most=most)
        found.append(Fact(question, texts.gettext("yes") if below else texts.gettext("no")))
    return tuple(found)


def _of_input(each: bits.Bits, named: bool, tell: Telling) -> Fact:
    """Whether the instrument gave a number within its range."""
    texts, field = tell.texts, each.field
    assert field is not None  # noqa: S101 values have one
    unit, decimals = telling.unit_of(each.name), bits.decimals(field.steps)
    lowest = tell.number(field.offset / field.steps, decimals)
    highest = tell.amount((field.highest_code + field.offset) / field.steps, unit, decimals)
    question = texts.gettext("A number from %(lowest)s to %(highest)s?", lowest=lowest, highest=highest)
    answer = texts.translate(packet.FAULTS[each.value]) if isinstance(each.value, Fault) else ""
    no = texts.gettext("no: %(reason)s", reason=answer) if answer else texts.gettext("yes")
    return Fact(f"{tell.short(each.name)}: {question}" if named else question, no)
