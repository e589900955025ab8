"""The steps of a comparison: instruments measure at moments of their own; side by side stand means of equal steps."""

from datetime import timedelta

from plietsch.dashboards.station.spans import Step

# The finest that a length has.
_STEPS: tuple[tuple[timedelta, Step], ...] = (
    (timedelta(days=2), "10m"),
    (timedelta(days=32), "1h"),
    (timedelta.max, "1d"),
)


def of(length: timedelta) -> Step:
    """The step of a comparison of that length."""
    return next(step for longest, step in _STEPS if length <= longest)
