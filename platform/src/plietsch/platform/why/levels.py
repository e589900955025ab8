"""Water levels that a gauge cannot have: of a day, or by a mounting that somebody has just entered.

A level is h - distance, or h + depth for a probe; h is how far the gauge's zero lies below the instrument.
"""

from typing import NamedTuple

import psycopg

from plietsch.platform import sql
from plietsch.platform.deployments import Deployment
from plietsch.platform.why.links import moment

_QUERIES = sql.load("plietsch.platform.why", "why.sql")
# No water stands so far from its mean level for a day: the highest surges of both coasts rose less above it, and the
# lowest water, between two tides or after days of offshore wind, fell less below it.
_ABOVE_MEAN_CM, _BELOW_MEAN_CM = 350.0, 200.0
_MM_IN_CM, _CM_IN_M = 10.0, 100.0


class Gauge(NamedTuple):
    """A gauge's mean level and the highest of its own levels, in cm above its zero."""

    mean_cm: float | None = None
    highest_cm: float | None = None


def is_far(level_cm: float, mean_cm: float) -> bool:
    """Whether a level lies so far from the mean that the mounting is more likely to be wrong than the water."""
    return level_cm > mean_cm + _ABOVE_MEAN_CM or level_cm < mean_cm - _BELOW_MEAN_CM


def level_cm(zero_distance_m: float, property_: str, result: float) -> float:
    """The level by a distance (mm) or a depth (cm)."""
    zero_cm = zero_distance_m * _CM_IN_M
    return zero_cm + result if property_ == "water_depth" else zero_cm - result / _MM_IN_CM


def doubt(connection: psycopg.Connection, deployment: Deployment) -> str | None:
    """What speaks against a mounting by which the device's newest reading would be no level of the gauge; or None."""
    zero_m = deployment.mounting.gauge_zero_distance_m
    gauge = connection.execute(_QUERIES["gauge"], {"station_id": deployment.station_id}).fetchone()
    if zero_m is None or gauge is None or deployment.phase == "removed":
        return None
    reading = connection.execute(_QUERIES["newest_reading"], {"device_id": deployment.device_id}).fetchone()
    if reading is None:
        return None
    property_, result, unit, at = reading
    level = level_cm(zero_m, property_, result)
    where = _where(level, Gauge(*gauge))
    if where is None:
        return None
    return (
        f"By its newest reading ({result:g} {unit}, {moment(at)}) the water level would be {level:.0f} cm, {where}: is "
        f"{zero_m:g} m the distance from the instrument down to the gauge's zero?"
    )


def _where(level: float, gauge: Gauge) -> str | None:
    """How a level lies to those of the gauge, where it is none that is likely."""
    is_high = gauge.highest_cm is not None and level >= gauge.highest_cm
    if not is_high and not (gauge.mean_cm is not None and is_far(level, gauge.mean_cm)):
        return None
    known = {"the mean": gauge.mean_cm, "the highest level": gauge.highest_cm}
    return "where " + " and ".join(f"{cm:g} is {name}" for name, cm in known.items() if cm is not None)
