"""Places: coordinates snapped to a grid, so that what is public never tells where exactly a sensor hangs; distances."""

import math

# Length of a degree of latitude on the sphere of the mean Earth radius 6 371 008.8 m (IUGG).
METRES_PER_DEGREE = 111_195.08


def snap(longitude: float, latitude: float, grid_m: int) -> tuple[float, float]:
    """The centre of the grid cell in which a point lies, as (longitude, latitude) in degrees.

    The grid is fixed to the globe, so the same point always gives the same cell, and a filter on the snapped place
    tells no more than the place itself. Rounded to 5 decimals (about a metre).
    """
    step_latitude = grid_m / METRES_PER_DEGREE
    row = math.floor(latitude / step_latitude)
    snapped_latitude = (row + 0.5) * step_latitude
    step_longitude = step_latitude / max(math.cos(math.radians(snapped_latitude)), 0.01)
    column = math.floor(longitude / step_longitude)
    return round((column + 0.5) * step_longitude, 5), round(snapped_latitude, 5)


def distance_m(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """The distance of two points in metres on the mean sphere (haversine formula); within 0.6 % of the ellipsoid's."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    lambda_ = math.radians(other_longitude - longitude)
    squared = math.sin((other_phi - phi) / 2) ** 2 + math.cos(phi) * math.cos(other_phi) * math.sin(lambda_ / 2) ** 2
    return math.degrees(2 * math.asin(min(1.0, math.sqrt(squared)))) * METRES_PER_DEGREE
