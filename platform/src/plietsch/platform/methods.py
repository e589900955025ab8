"""Methods: how the numbers of a series came about.

What an instrument said is `raw`. What was computed from it is a series of its own beside the raw one, and names its
method and the version of that.

A device's channel is named as its observed property; a computed one names its method, too, since the raw series of the
same property is another channel.
"""

from collections.abc import Collection
from typing import NamedTuple

RAW = "raw"
# The water's level above the gauge's zero, from the distance to the water and that to the zero.
GAUGE_ZERO = "gauge-zero/1"
# Fine dust without the water that its particles took up, from fine dust and humidity.
KAPPA_KOEHLER = "kappa-koehler/1"
ALL = (RAW, GAUGE_ZERO, KAPPA_KOEHLER)


class Series(NamedTuple):
    """A computed series: its property, its method, and the raw channel whose instrument it is said to be of."""

    code: str
    method: str
    of: str

    @property
    def channel(self) -> str:
        """The channel that feeds it."""
        return f"{self.code}@{self.method}"


WATER_LEVEL = Series("water_level", GAUGE_ZERO, of="distance")
DRY_DUST = tuple(Series(code, KAPPA_KOEHLER, of=code) for code in ("pm2_5", "pm10"))


def computed(channels: Collection[str], *, above_gauge_zero: bool) -> list[Series]:
    """The series that can be computed for a device with these raw channels; a level needs a known gauge zero."""
    levels = [WATER_LEVEL] if above_gauge_zero and WATER_LEVEL.of in channels else []
    dust = [series for series in DRY_DUST if series.of in channels and "humidity" in channels]
    return [*levels, *dust]
