"""From facts to stages: in the order of the journey, each with how long after the one before it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from plietsch.dashboards.journey import checked, computed, decoded, heard, measured, packed, stored, translated
from plietsch.dashboards.journey.facts import Facts
from plietsch.dashboards.journey.telling import Stage, Telling
from plietsch.dashboards.scales import Scale


def of(facts: Facts, scale: Scale | None, tell: Telling) -> list[Stage]:
    """The stages of a value; of what is not known of it, none."""
    found: list[Stage] = []
    before: datetime | None = None
    for stage in _stages(facts, scale, tell):
        if stage.at is None:
            found.append(stage)
            continue
        moment = tell.clock(stage.at, facts.value.measured_at)
        found.append(replace(stage, moment=moment, passed=_passed(before, stage, facts, tell)))
        before = stage.at
    return found


def took_s(facts: Facts) -> float | None:
    """Seconds from measuring to storing; None where nobody knows, or a simulation ran in fast motion."""
    heard = facts.heard_frame
    if heard is None or stored.in_fast_motion(facts):
        return None
    return max((heard.received_at - facts.value.measured_at).total_seconds(), 0.0)


def _stages(facts: Facts, scale: Scale | None, tell: Telling) -> Iterator[Stage]:
    frame = facts.frame
    yield measured.of(facts, tell)
    if frame:
        yield packed.of(facts, frame, tell)
    if facts.value.heard_at:
        yield heard.of(facts, tell)
    if frame:
        yield decoded.of(facts, frame, tell)
    elif facts.value.heard_at and facts.is_makers:
        yield translated.of(facts, tell)
    if stage := computed.of(facts, tell):
        yield stage
    yield checked.of(facts, tell)
    yield stored.of(facts, tell)
    yield stored.shown(facts, scale, tell)


def _passed(before: datetime | None, stage: Stage, facts: Facts, tell: Telling) -> str:
    """How long after the stage before; nothing of what a simulation in fast motion did not do by any clock."""
    if before is None or stage.at is None or (stage.code == "shown" and stored.in_fast_motion(facts)):
        return ""
    seconds = (stage.at - before).total_seconds()
    if seconds < 0:
        # Clocks agree to a second or so; the network's is the better one.
        return tell.texts.gettext("in the same moment") if seconds > -2 else ""
    return tell.texts.gettext("%(time)s later", time=tell.duration(seconds))
