"""Public places: coordinates snapped to a grid, so that what is public never tells where exactly a sensor hangs."""

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
