"""Noise as a pure function of seed, name and time: whoever asks twice gets the same, in whatever order."""

import hashlib
from statistics import NormalDist

NORMAL = NormalDist()


class Wave:
    """Smooth noise with a spread of about one: normal values a period apart, joined by a smoothstep.

    It remembers the two values around the last time, as who asks, asks for times that follow one another.
    """

    __slots__ = ("_after", "_before", "_name", "_period_s", "_seed", "_step")

    def __init__(self, seed: int, name: str, period_s: float) -> None:
        self._seed = seed
        self._name = name
        self._period_s = period_s
        self._step: int | None = None
        self._before = self._after = 0.0

    def at(self, time_s: float) -> float:
        """Return the value at a time."""
        place = time_s / self._period_s
        step = int(place // 1)
        if step != self._step:
            self._before = self._after if self._step is not None and step == self._step + 1 else self._knot(step)
            self._after = self._knot(step + 1)
            self._step = step
        share = place - step
        share = share * share * (3 - 2 * share)
        return self._before + (self._after - self._before) * share

    def _knot(self, step: int) -> float:
        return NORMAL.inv_cdf(unit(self._seed, f"{self._name}/{step}"))


def noise(seed: int, name: str, time_s: float) -> float:
    """Return a normal value of its own for each second."""
    return NORMAL.inv_cdf(unit(seed, f"{name}/{int(time_s)}"))


def unit(seed: int, name: str) -> float:
    """Return a number between 0 and 1, without its ends, that depends on nothing but the arguments."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=6).digest()
    return (int.from_bytes(digest, "big") + 0.5) / 2**48
