"""Methods for which the values of one reading suffice, and what holds for all of them: how a result's flag comes about.

A method is led by one property: wherever that was measured there is a result, and others of the same reading stand
beside it. A leading value that is missing or failed its tests leaves no result, flag 9; a result is as good as the
worst value that went into it, and no better than its method says.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from plietsch.ingest.quality import Quality


class Measured(Protocol):
    """A value with its QARTOD flag; without a result where the instrument had none."""

    @property
    def result(self) -> float | None: ...
    @property
    def flag(self) -> int: ...


class Result(NamedTuple):
    """What a method gives, and how far it can be trusted."""

    result: float | None
    flag: int


MISSING: Final = Result(None, Quality.MISSING)


class Pointwise(Protocol):
    """A method for one reading."""

    @property
    def lead(self) -> str:
        """The property whose values decide when there is a result."""
        ...

    @property
    def beside(self) -> tuple[str, ...]:
        """The other properties of the reading that it takes."""
        ...

    def of(self, lead: float, beside: Sequence[float | None]) -> Result:
        """The result for usable numbers, None for one that is not, with the flag that is the method's own."""
        ...


def is_usable(value: Measured | None) -> bool:
    """Whether a value can be reckoned with: it has a number, and failed no test."""
    return value is not None and value.result is not None and value.flag <= Quality.SUSPECT


def result(method: Pointwise, lead: Measured, beside: Mapping[str, Measured]) -> Result:
    """What a method gives for a reading, its leading value and the others by property."""
    if lead.result is None or lead.flag > Quality.SUSPECT:
        return MISSING
    others = [found if is_usable(found := beside.get(code)) else None for code in method.beside]
    given = method.of(lead.result, [each.result if each else None for each in others])
    if given.result is None:
        return MISSING
    return Result(given.result, max(lead.flag, given.flag, *(each.flag for each in others if each)))
