"""What a course is made of: a value as it was measured, or the mean of a step."""

from dataclasses import dataclass

# QARTOD: what is suspect or failed is no part of a line or a mean.
_WORST_COUNTED = 2
MISSING = 9


@dataclass(frozen=True, slots=True)
class Point:
    """A value as measured with its quality, or a step's mean with its least and most value and of how many."""

    value: float | None
    quality: int = 1
    count: int = 1
    low: float | None = None
    high: float | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it belongs to the line."""
        return self.value is not None and self.quality <= _WORST_COUNTED
