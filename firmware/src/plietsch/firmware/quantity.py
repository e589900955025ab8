"""Lengths of time and speeds as people write them."""

import re

from plietsch.firmware import errors

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def duration_s(text: str) -> float:
    """Return the seconds of "90s", "15m", "24h" or "7d"; raise DurationInvalid."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    if not found:
        raise errors.DurationInvalid(f"{text!r} is not a length of time", "Write it like 90s, 15m, 24h or 7d.")
    return float(found[1]) * SECONDS[found[2] or "s"]


def speed(text: str) -> float | None:
    """Return how many times as fast as real time, None for "max"; raise SpeedInvalid."""
    if text.strip().lower() == "max":
        return None
    try:
        factor = float(text)
    except ValueError as error:
        raise errors.SpeedInvalid(f"{text!r} is not a speed", "Write a number such as 60, or max.") from error
    if not 0 < factor < float("inf"):
        raise errors.SpeedInvalid(f"{text} is not a speed above zero", "Write a number such as 60, or max.")
    return factor
