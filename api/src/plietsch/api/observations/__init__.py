"""Observations in the order of time, station and property: as measured, or by ten minutes, hour, day or month."""

from plietsch.api.observations.question import MOST

__all__ = ["MOST"]
