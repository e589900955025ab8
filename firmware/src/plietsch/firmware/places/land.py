"""Where there is land in the region, coarsely and somewhat inside its coast: so that nobody's station swims.

After GSHHG 2.3.6 without the Schlei, as in the site's map, simplified to
about a kilometre; islands without a station are left out.
"""

from collections.abc import Sequence

Point = tuple[float, float]

MAINLAND: Sequence[Point] = (
    (8.62, 54.88),
    (8.65, 54.89),
    (8.68, 54.97),
    (8.64, 55.03),
    (8.66, 55.09),
    (9.53, 55.09),
    (9.55, 55.08),
    (9.52, 55.06),
    (9.43, 55.05),
    (9.42, 55.03),
    (9.49, 55.01),
    (9.58, 55.04),
    (9.63, 55.0),
    (9.73, 54.98),
    (9.75, 54.93),
    (9.78, 54.91),
    (9.71, 54.91),
    (9.7, 54.89),
    (9.76, 54.85),
    (9.73, 54.84),
    (9.64, 54.87),
    (9.66, 54.88),
    (9.62, 54.91),
    (9.68, 54.92),
    (9.62, 54.94),
    (9.56, 54.89),
    (9.42, 54.84),
    (9.43, 54.79),
    (9.59, 54.86),
    (9.6, 54.83),
    (9.79, 54.79),
    (9.85, 54.75),
    (9.91, 54.76),
    (9.91, 54.79),
    (9.96, 54.78),
    (9.99, 54.72),
    (10.03, 54.68),
    (10.02, 54.56),
    (9.97, 54.51),
    (9.83, 54.48),
    (9.88, 54.44),
    (10.09, 54.48),
    (10.09, 54.29),
    (9.99, 54.29),
    (9.96, 54.31),
    (9.9, 54.29),
    (8.95, 54.29),
    (8.96, 54.32),
    (8.89, 54.29),
    (8.86, 54.31),
    (8.79, 54.29),
    (8.74, 54.3),
    (8.63, 54.29),
    (8.6, 54.32),
    (8.59, 54.34),
    (8.64, 54.34),
    (8.69, 54.35),
    (8.7, 54.37),
    (8.61, 54.38),
    (8.81, 54.41),
    (8.86, 54.4),
    (9.01, 54.46),
    (9.02, 54.49),
    (8.97, 54.54),
    (8.91, 54.57),
    (8.88, 54.61),
    (8.84, 54.61),
    (8.85, 54.62),
    (8.82, 54.66),
    (8.76, 54.68),
    (8.75, 54.72),
    (8.7, 54.73),
    (8.72, 54.74),
    (8.7, 54.78),
    (8.61, 54.84),
)
ALS: Sequence[Point] = (
    (9.64, 55.05),
    (9.75, 55.08),
    (9.96, 55.0),
    (10.04, 54.93),
    (10.07, 54.88),
    (10.0, 54.87),
    (9.9, 54.91),
    (9.81, 54.9),
    (9.78, 54.93),
    (9.77, 54.97),
    (9.83, 54.93),
    (9.89, 54.95),
    (9.84, 54.96),
    (9.86, 54.98),
    (9.79, 54.99),
    (9.81, 55.0),
    (9.79, 55.02),
    (9.7, 55.01),
    (9.67, 55.03),
    (9.72, 55.03),
    (9.71, 55.05),
)


def is_land(longitude: float, latitude: float) -> bool:
    """Return whether a place is on the region's land."""
    return any(_is_inside(longitude, latitude, outline) for outline in (MAINLAND, ALS))


def _is_inside(x: float, y: float, outline: Sequence[Point]) -> bool:
    """Return whether a point is inside a polygon: a ray to its east crosses the outline an odd number of times."""
    inside = False
    x0, y0 = outline[-1]
    for x1, y1 in outline:
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
        x0, y0 = x1, y1
    return inside
