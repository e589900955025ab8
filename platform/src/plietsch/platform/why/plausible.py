"""Can be believed what it says: its clock, its battery, its memory, and what its instruments measure?"""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from plietsch.platform import methods
from plietsch.platform.why import values
from plietsch.platform.why.facts import Facts
from plietsch.platform.why.links import Finding, Link, judged, moment, span, unknown

NAME = "plausible"

# A node's clock is set to a second or two by the network; a reading cannot have been heard before it was taken.
_AHEAD_S = 60
# A node sends what it has as soon as it has it: where not one reading of a day was fresh, its clock is behind.
_BEHIND_S = 600
_LEAST_VALUES = 3
_CLOCKS = {
    "reset": ("clock-reset", "began anew", "Change the battery of its clock (DS3231: CR2032), then let it join anew."),
    "ahead": ("clock-ahead", "is more than an hour ahead", "Let it join anew: it then asks the network for the time."),
    "wrong": ("clock-wrong", "is years off", "Let it join anew: it then asks the network for the time."),
}
_REFUSED = {"clock-reset": "reset", "clock-wrong": "wrong"}


def judge(facts: Facts) -> Link:
    """The fifth link: what it says, of itself and of the world."""
    has_values = any(series.values for series in facts.series)
    found = [*_clock(facts), *_battery(facts), *_memory(facts), *values.judge(facts)]
    if not found and not has_values and facts.health.node_status is None:
        return unknown(NAME, "There are no values that could be judged.")
    return judged(NAME, found, seen=values.words(facts), since=facts.decoded_at)


def _clock(facts: Facts) -> Iterator[Finding]:
    health = facts.health
    wrong, since = health.clock, health.clock_since
    refusal = facts.refused(*_REFUSED)
    if refusal and (facts.decoded_received_at is None or refusal.last_at >= facts.decoded_received_at):
        wrong, since = _REFUSED[refusal.reason], refusal.first_at
    if wrong in _CLOCKS:
        code, seen, do = _CLOCKS[wrong]
        said = f", since {moment(since)}" if since else ""
        yield Finding(code, since, f"Its clock {seen}{said}: its readings are suspect, or have no time at all.", do)
        return
    yield from _drift(facts)


def _drift(facts: Facts) -> Iterator[Finding]:
    lags = [
        each.lag_s for each in facts.series
        if each.method == methods.RAW and each.lag_s is not None and each.values >= _LEAST_VALUES
    ]  # fmt: skip
    if not lags:
        return
    lag_s = median(lags)
    behind_s = max(_BEHIND_S, facts.interval.total_seconds())
    if lag_s < -_AHEAD_S or lag_s > behind_s:
        where = "ahead" if lag_s < 0 else "behind"
        yield Finding(
            "clock-drift",
            None,
            f"Its clock is {span(timedelta(seconds=abs(lag_s)))} {where}: so far lies the freshest reading of a day "
            f"{'after' if lag_s < 0 else 'before'} the moment at which it was heard.",
            "Let it join anew: it then asks the network for the time. If it drifts again, change its clock.",
        )


def _battery(facts: Facts) -> Iterator[Finding]:
    health = facts.health
    if facts.is_silent or not facts.battery_is_low:
        return
    percent = f"at {health.battery_percent:.0f} %" if health.battery_percent is not None else "low"
    saving = ", and it measures less often" if (health.node_status or {}).get("saving") else ""
    yield Finding(
        "battery-low",
        health.status_at or health.node_status_at,
        f"Its battery is {percent}{saving}.",
        "Charge or change the battery before it falls silent; if a solar panel feeds it, clean it and look where it "
        "faces.",
    )


def _memory(facts: Facts) -> Iterator[Finding]:
    dropped = (facts.health.node_status or {}).get("dropped") or 0
    lost = dropped - (facts.health.dropped_before or 0)
    if lost > 0:
        yield Finding(
            "readings-dropped",
            facts.health.node_status_at,
            f"It dropped {lost} readings within a week that nobody had acknowledged.",
            "It was out of reach for longer than its memory lasts: look at its signal, or let it measure less often.",
        )
