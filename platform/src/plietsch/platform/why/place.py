"""Is it installed, mounted as it is said, public, and would the site show it?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from plietsch.platform import methods
from plietsch.platform.terminal import counted
from plietsch.platform.why import levels
from plietsch.platform.why.facts import Facts
from plietsch.platform.why.links import Finding, Link, judged, moment, span, unknown

INSTALLED, PUBLIC, SHOWN = "installed", "public", "shown"

_LEAST_LEVELS, _MANY_LEVELS = 3, 0.5
# A value that is older says nothing of now: the site shows it as old and leaves it out of the map and the summary.
STALE_AFTER = timedelta(minutes=75)


def installed(facts: Facts) -> Link:
    """The sixth link: a deployment, and a mounting that is right."""
    if facts.device is None:
        return unknown(INSTALLED, "What is not registered is installed nowhere.")
    found = [*_deployment(facts), *_geometry(facts)]
    deployment = facts.deployment
    if deployment is None:
        return judged(INSTALLED, found, seen="")
    seen = f"Installed at {deployment.station} since {moment(deployment.since)}."
    return judged(INSTALLED, found, seen=seen, since=deployment.since)


def _deployment(facts: Facts) -> Iterator[Finding]:
    deployment = facts.deployment
    dev_eui = facts.dev_eui
    if deployment is None:
        waits = f" {facts.waiting.messages} messages of it wait in quarantine." if facts.waiting else ""
        yield Finding(
            "not-deployed", facts.device.since if facts.device else None,
            f"It is registered, and was never put at a station.{waits}",
            f"`plietsch device install {dev_eui} --at STATION`; what waits or was refused for it can be stored then.",
        )  # fmt: skip
    elif deployment.phase == "removed" or deployment.until is not None:
        since = deployment.until or deployment.since
        yield Finding(
            "removed", since,
            f"It was taken down at {deployment.station}, {moment(since)}.",
            f"If it hangs again: `plietsch device install {dev_eui} --at STATION --since TIME`, then `plietsch ingest "
            "errors retry --reason no-deployment`.",
        )  # fmt: skip
    elif deployment.phase == "bench":
        yield Finding(
            "on-bench", deployment.since,
            f"It is on the bench at {deployment.station} since {moment(deployment.since)}: what it measures is kept, "
            "and not public.",
            f"Once it hangs: `plietsch device install {dev_eui} --at {deployment.station}`.",
        )  # fmt: skip
    elif (refusal := facts.refused("no-deployment")) and facts.decoded_at is None:
        yield Finding(
            "not-deployed-then", refusal.first_at,
            f"{counted(refusal.number, 'frame')} of a time before it was deployed there ({moment(deployment.since)}) "
            "came from it.",
            f"If it hung there already: `plietsch device install {dev_eui} --at {deployment.station} --correct --since "
            "TIME`, then `plietsch ingest errors retry --reason no-deployment`.",
        )  # fmt: skip


def _geometry(facts: Facts) -> Iterator[Finding]:
    deployment = facts.deployment
    if deployment is None or deployment.phase == "removed" or deployment.until is not None:
        return
    measured = {series.property for series in facts.series if series.method == methods.RAW}
    again = f"`plietsch device install {facts.dev_eui} --at {deployment.station} --correct"
    if measured & {"distance", "water_depth"} and deployment.mounting.gauge_zero_distance_m is None:
        yield Finding(
            "geometry-missing", deployment.since,
            "Nobody said how high the instrument hangs above the gauge's zero: there is no water level.",
            f"Measure it and say it: {again} --gauge-zero-distance-m …`.",
        )  # fmt: skip
    if "rain_tips" in measured and deployment.mounting.rain_tip_mm is None:
        yield Finding(
            "geometry-missing", deployment.since,
            "Nobody said how much rain makes the bucket tip: there is no rain in millimetres.",
            f"Its data sheet says it: {again} --rain-tip-mm 0.2`.",
        )  # fmt: skip
    yield from _levels(facts, f"Measure the mounting again: {again} --gauge-zero-distance-m …`.")


def _levels(facts: Facts, do: str) -> Iterator[Finding]:
    """Levels that the water there cannot have, from distances that the instrument can."""
    mean_cm = facts.place.mean_level_cm if facts.place else None
    for series in facts.series:
        if series.property != "water_level" or series.method == methods.RAW or series.values < _LEAST_LEVELS:
            continue
        beyond = series.tests.get("gross_range")
        median = f" ({series.median:g} cm in the median)" if series.median is not None else ""
        if beyond and beyond.number >= _MANY_LEVELS * series.values:
            yield Finding(
                "wrong-geometry", beyond.since,
                f"{beyond.number} of {series.values} water levels of a day lie beyond what the gauge can have{median}.",
                do,
            )  # fmt: skip
        elif mean_cm is not None and series.median is not None and levels.is_far(series.median, mean_cm):
            yield Finding(
                "wrong-geometry", None,
                f"The water level of a day is {series.median:g} cm in the median, {abs(series.median - mean_cm):.0f} "
                f"cm {'above' if series.median > mean_cm else 'below'} the gauge's mean level of {mean_cm:g} cm.", do,
            )  # fmt: skip


def public(facts: Facts) -> Link:
    """The seventh link: a station with a region, a place and a licence."""
    place = facts.place
    if place is None:
        return unknown(PUBLIC, "What hangs nowhere is not public.")
    found = list(_unpublished(facts))
    seen = f"{place.station} in {place.region}, {place.licence}, its place to a grid of {place.grid_m} m."
    return judged(PUBLIC, found, seen=seen)


def _unpublished(facts: Facts) -> Iterator[Finding]:
    place = facts.place
    if place is None:
        return
    again = "Correct the region file and import it again: `plietsch device import`."
    if place.longitude is None or place.latitude is None:
        yield Finding("no-place", None, f"The station {place.station} has no place.", again)
    else:
        west, south, east, north = place.bbox
        if not (west <= place.longitude <= east and south <= place.latitude <= north):
            yield Finding("outside", None, f"{place.station} lies outside of its region {place.region}.", again)
    if not place.licence:
        yield Finding("no-licence", None, f"The data of {place.station} has no licence: nobody may use it.", again)


def shown(facts: Facts) -> Link:
    """The last link: what the site would show now."""
    deployment = facts.deployment
    shown_series = [series for series in facts.series if series.shown]
    if deployment is None or deployment.phase != "installed" or deployment.until is not None or not shown_series:
        return unknown(SHOWN, "Only what is installed is shown.")
    newest = max((series.newest_at for series in shown_series if series.newest_at), default=None)
    if newest is None:
        return unknown(SHOWN, "There is no value that could be shown.")
    sure_at = max((series.sure_at for series in shown_series if series.sure_at), default=None)
    found = list(_hidden(facts, sure_at))
    seen = f"The site shows it: its newest value is {span(facts.at - newest)} old."
    return judged(SHOWN, found, seen=seen, since=sure_at)


def _hidden(facts: Facts, newest: datetime | None) -> Iterator[Finding]:
    if newest is None:
        yield Finding(
            "nothing-sure", None, "All its values failed their tests or are missing: the site shows none of them.",
            "See what is said of its instruments above.",
        )  # fmt: skip
    elif abs(facts.at - newest) > STALE_AFTER:
        yield Finding(
            "too-old", newest,
            f"Its newest value is {span(facts.at - newest)} old; the site takes none for the present that is older "
            f"than {span(STALE_AFTER)}.",
            _come(facts),
        )  # fmt: skip


def _come(facts: Facts) -> str:
    """How a newer value may come."""
    if facts.is_recorded:
        return f"What it has recorded since is stored by `plietsch ingest import FILE --device {facts.dev_eui}`."
    if facts.interval > STALE_AFTER:
        return f"It is meant to measure every {span(facts.interval)}: let it do so more often."
    if facts.is_silent:
        return "It is shown again once it is heard: see what is said of its silence."
    return "Its next frame is due: wait for it, or look at what is said of its signal, frames and instruments."
