"""The stations of the simulated region: a node at each of its sites."""

from plietsch.firmware.places import sites
from plietsch.firmware.places.place import Site
from plietsch.firmware.region import FINE_DUST, SINCE, Station

LICENCE = "CC0-1.0"
ATTRIBUTION = "plietsch, simulated"
# Levels and rain are sent when there is something new, and at least so often.
SELDOM_S = 3600
HEIGHT_M = 2.5
# What stands in the region by name; whoever wants more gets further ones near them.
NAMED = len(sites.SITES)


def first(count: int, interval_s: int) -> list[Station]:
    """Return the first `count` stations; those for fine dust are expected to measure every `interval_s`."""
    return [at(site, interval_s) for site in sites.first(count)]


def of_kind(kind: str, count: int, interval_s: int) -> list[Station]:
    """Return the first `count` stations of a kind."""
    # Of each kind there is more than one among any dozen.
    return [station for station in first(count * NAMED, interval_s) if station.kind == kind][:count]


def at(site: Site, interval_s: int) -> Station:
    """Return the station at a site."""
    place = site.place
    return Station(
        code=place.code,
        name=place.name,
        longitude=place.longitude,
        latitude=place.latitude,
        elevation_m=place.elevation_m,
        municipality_key=place.municipality_key,
        sensors=site.sensors,
        battery=True,
        interval_s=interval_s if site.kind == FINE_DUST else SELDOM_S,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        since=SINCE,
        kind=site.kind,
        height_m=site.gauge.gauge_zero_distance_m if site.gauge else HEIGHT_M,
        gauge=site.gauge,
        rain_tip_mm=site.rain_tip_mm,
        node=site.node,
    )
