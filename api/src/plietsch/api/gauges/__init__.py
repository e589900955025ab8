"""Gauges: stations at which a level has names, as the gauge itself names them."""

from plietsch.api.gauges.model import Gauge, Level, of

__all__ = ["Gauge", "Level", "of"]
