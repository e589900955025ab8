"""What keeps the site from being shown.

PlietschError
├── PageUnknown
└── SiteNotBuilt
"""

from plietsch.platform.errors import PlietschError


class PageUnknown(PlietschError):
    """There is no such page."""


class SiteNotBuilt(PlietschError):
    """Map, chart and stylesheet were not built."""
