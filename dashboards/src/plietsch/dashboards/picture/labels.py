"""Labels: where names stand so that none lies over another."""

from collections.abc import Sequence


def stagger(wanted: Sequence[float], height: float, low: float, high: float) -> list[float]:
    """Where labels of a height have their lower edges, upwards: near the wanted ones, none over another.

    `low` and `high` bound all of them; where there is no room for all, they stick out above.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index], reverse=True)
    found = list(wanted)
    free = high - height
    for index in order:
        found[index] = min(found[index], free)
        free = found[index] - height
    # What would stick out below pushes those above it up again.
    floor = low
    for index in reversed(order):
        found[index] = max(found[index], floor)
        floor = found[index] + height
    return found
