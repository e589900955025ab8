"""Noise as a pure function of seed, name and time: whoever asks twice gets the same."""

import functools
import hashlib
from statistics import NormalDist

NORMAL = NormalDist()


def wave(seed: int, name: str, time_s: float, period_s: float) -> float:
    """Return smooth noise with a spread of about one: normal values a period apart, joined by a smoothstep."""
    step, rest = divmod(time_s, period_s)
    share = rest / period_s
    share = share * share * (3 - 2 * share)
    return _normal(seed, name, int(step)) * (1 - share) + _normal(seed, name, int(step) + 1) * share


@functools.lru_cache(maxsize=4096)
def _normal(seed: int, name: str, step: int) -> float:
    return NORMAL.inv_cdf(unit(seed, f"{name}/{step}"))


def noise(seed: int, name: str, time_s: float) -> float:
    """Return a normal value of its own for each second."""
    return NORMAL.inv_cdf(unit(seed, f"{name}/{int(time_s)}"))


@functools.lru_cache(maxsize=65_536)
def trait(seed: int, name: str) -> float:
    """Return the same as `unit`, and remember it: for what is asked again and again."""
    return unit(seed, name)


def unit(seed: int, name: str) -> float:
    """Return a number between 0 and 1, without its ends, that depends on nothing but the arguments."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=6).digest()
    return (int.from_bytes(digest, "big") + 0.5) / 2**48
