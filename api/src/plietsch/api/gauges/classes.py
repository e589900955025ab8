"""Which of a gauge's own levels the water has reached. Pure."""

from collections.abc import Sequence

from plietsch.api.gauges.model import Level

# Levels are told to a tenth of a centimetre: what rounds to a level has reached it.
_JUST_BELOW_CM = 0.05


def reached(level_cm: float, levels: Sequence[Level]) -> Level | None:
    """The highest of the gauge's levels, lowest first, that the water has reached; None below all of them."""
    found = [level for level in levels if level_cm > level.level_cm - _JUST_BELOW_CM]
    return found[-1] if found else None
