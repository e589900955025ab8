"""Quality of a value when it arrives, in QARTOD's flags (IOOS, Manual for Real-Time Quality Control, table of flags).

Ingest runs two of QARTOD's tests; what needs the values around (`plietsch.ingest.qartod`) follows from the ledger of
writes, and may revise it. docs/quality.md has them all.

| QARTOD test | here | flag |
|---|---|---|
| gross range | beyond what the instrument can measure (device type, `range`), or the node says so | 4 fail, no result |
| timing/gap | the clock is ahead or was reset (`plietsch.ingest.clock`) | 3 suspect |
| – | the instrument gave no valid answer | 9 missing, no result |
| – | none of these | 1 good |
"""

from enum import IntEnum

from plietsch.ingest.clock import Clock
from plietsch.ingest.payload import Fault


class Quality(IntEnum):
    """QARTOD's flags."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


_OF_CLOCK = {
    None: Quality.GOOD,
    Clock.UNSET: Quality.GOOD,
    Clock.RESET: Quality.SUSPECT,
    Clock.AHEAD: Quality.SUSPECT,
    Clock.WRONG: Quality.SUSPECT,
}
_FAULTS = {Fault.MISSING: Quality.MISSING, Fault.ABOVE: Quality.FAIL, Fault.BELOW: Quality.FAIL}


def gross_range(value: float, span: tuple[float, float] | None) -> float | Fault:
    """A number, or the fault that it lies beyond what the instrument can measure."""
    if span is None or span[0] <= value <= span[1]:
        return value
    return Fault.BELOW if value < span[0] else Fault.ABOVE


def of_fault(fault: Fault) -> Quality:
    """The flag of a channel without a number."""
    return _FAULTS[fault]


def of_number(clock: Clock | None) -> Quality:
    """The flag of a number, by the clock that gave its time."""
    return _OF_CLOCK[clock]
