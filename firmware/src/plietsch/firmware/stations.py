"""The stations of the simulated region: a node at each of its sites."""

from plietsch.firmware.places import sites
from plietsch.firmware.places.place import Site
from plietsch.firmware.region import FINE_DUST, RAIN, SINCE, WATER_LEVEL, Station

LICENCE = "CC0-1.0"
ATTRIBUTION = "plietsch, simulated"
# Levels and rain are sent when there is something new, and at least so often.
SELDOM_S = 3600
HEIGHT_M = 2.5
# What stands in the region by name; whoever wants more gets further ones near them.
NAMED = len(sites.SITES)
# In the language of the place, as whoever runs a station would write it.
GERMAN = {
    FINE_DUST: "Feinstaub und Wetter an einem öffentlichen Platz. Diese Messstelle ist simuliert.",
    WATER_LEVEL: "Ein Ultraschallsensor über dem Wasser. Diese Messstelle ist simuliert.",
    RAIN: "Ein Regenmesser mit Kippwaage. Diese Messstelle ist simuliert.",
}
DANISH = {
    FINE_DUST: "Partikler og vejr på en offentlig plads. Denne målestation er simuleret.",
    WATER_LEVEL: "En ultralydssensor over vandet. Denne målestation er simuleret.",
    RAIN: "En regnmåler med vippekar. Denne målestation er simuleret.",
}


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
        description=_described(site),
        kind=site.kind,
        height_m=site.gauge.gauge_zero_distance_m if site.gauge else HEIGHT_M,
        gauge=site.gauge,
        rain_tip_mm=site.rain_tip_mm,
        node=site.node,
    )


def _described(site: Site) -> str:
    # Of further stations nobody knows the municipality: they are where that is near which they stand.
    is_danish = sites.site(site.code).place.municipality_key is None
    return (DANISH if is_danish else GERMAN)[site.kind]
