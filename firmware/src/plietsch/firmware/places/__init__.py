"""Public places of the region at which simulated stations and gateways stand."""

from plietsch.firmware.places.masts import GATEWAYS, gateways
from plietsch.firmware.places.sites import SITES, site

NAMED = len(SITES)

__all__ = ("GATEWAYS", "NAMED", "SITES", "gateways", "site")
