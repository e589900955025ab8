"""How long to wait before the next attempt: longer each time, and never together with everybody else."""

import random


class Backoff:
    """Delays in seconds that double from `first_s` up to `longest_s`, each shortened at random by up to a half."""

    def __init__(self, first_s: float = 0.1, longest_s: float = 5.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def next(self) -> float:
        delay_s = self._next_s * random.uniform(0.5, 1.0)  # noqa: S311 not for secrets
        self._next_s = min(2 * self._next_s, self._longest_s)
        return delay_s

    def reset(self) -> None:
        """Begin again with the first delay: the attempt succeeded."""
        self._next_s = self._first_s
