"""Public places of the region at which simulated stations and gateways stand."""

from plietsch.firmware.places.former import HARBOURS, PLACES, Harbour, first, harbour, harbours
from plietsch.firmware.places.masts import GATEWAYS, gateways
from plietsch.firmware.places.place import Place
from plietsch.firmware.places.sites import SITES, site

NAMED = len(SITES)

__all__ = (
    "GATEWAYS",
    "HARBOURS",
    "NAMED",
    "PLACES",
    "Harbour",
    "Place",
    "first",
    "gateways",
    "harbour",
    "harbours",
    "site",
)
