"""How much a run measures, and how often."""

from collections.abc import Callable
from typing import NamedTuple

# Says what is being measured now.
Progress = Callable[[str], None]


class Plan(NamedTuple):
    """Messages of B1 and B2, observations of B3, how often each is repeated, stations of B8, slow readers of B5 and
    listeners of B10; figures are medians."""

    messages: int = 200_000
    observations: int = 10_000_000
    repetitions: int = 5
    stations: int = 10_000
    readers: int = 1_000
    listeners: int = 2_000


DEFAULT = Plan()
# A day of a nation's sensors: it shows whether the rate holds.
BIG = Plan(observations=100_000_000)
# Enough to see that everything runs, not to tell anything by it.
TINY = Plan(2_000, 12_000, 1, 200, 20, 50)
