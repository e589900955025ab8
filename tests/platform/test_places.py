"""Public places: snapped, stable, and never further away than the grid allows."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.platform import places

longitudes = st.floats(-179, 179)
latitudes = st.floats(-80, 80)
grids = st.sampled_from([1, 10, 100, 1000])


@given(longitudes, latitudes, grids)
def test_a_snapped_place_is_within_half_a_cells_diagonal(longitude: float, latitude: float, grid_m: int):
    snapped_longitude, snapped_latitude = places.snap(longitude, latitude, grid_m)
    north_m = (snapped_latitude - latitude) * places.METRES_PER_DEGREE
    # A row of the grid has its own width: measured at the cell's own latitude.
    east_m = (snapped_longitude - longitude) * places.METRES_PER_DEGREE * math.cos(math.radians(snapped_latitude))
    rounding_m = 1.2  # five decimals
    assert abs(north_m) <= grid_m / 2 + rounding_m
    assert abs(east_m) <= grid_m / 2 + rounding_m


@given(longitudes, latitudes)
def test_what_is_public_does_not_tell_where_in_the_cell_a_sensor_hangs(longitude: float, latitude: float):
    snapped = places.snap(longitude, latitude, 1000)
    again = places.snap(*snapped, 1000)
    assert math.dist(snapped, again) < 1e-4


def test_two_flensburg_neighbours_share_a_cell():
    assert places.snap(9.43680, 54.78290, 1000) == places.snap(9.43700, 54.78300, 1000)


def test_a_distance_is_that_of_the_globe():
    """From Flensburg to Schleswig: 29.08 km to the south, 8.62 km to the east at the latitude between them."""
    assert places.distance_m(9.4352, 54.7881, 9.5690, 54.5266) == pytest.approx(math.hypot(29_080, 8_620), rel=0.002)


@given(longitudes, latitudes)
def test_a_place_has_no_distance_to_itself(longitude: float, latitude: float):
    assert places.distance_m(longitude, latitude, longitude, latitude) == 0
