"""Quality of a value when it arrives, in QARTOD's flags (IOOS, Manual for Real-Time Quality Control, table of flags).

Ingest runs two of QARTOD's tests; what needs a window of values follows from the ledger of writes and may revise it.

| QARTOD test | here | flag |
|---|---|---|
| gross range | the node says that the value lay beyond the instrument's range | 4 fail, no result |
| timing/gap | a 32-bit time lies more than an hour after the network heard the frame | 3 suspect |
| – | the instrument gave no valid answer | 9 missing, no result |
| – | none of these | 1 good |
"""

from enum import IntEnum

from plietsch.ingest.payload import Fault

# A clock that the network sets drifts by seconds; one that is an hour ahead was set wrong.
AHEAD_S = 3_600


class Quality(IntEnum):
    """QARTOD's flags."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


def judge(value: float | Fault, ahead_s: int) -> Quality:
    """The flag of a value whose time lies `ahead_s` seconds after the network heard it."""
    if value is Fault.MISSING:
        return Quality.MISSING
    if isinstance(value, Fault):
        return Quality.FAIL
    return Quality.SUSPECT if ahead_s > AHEAD_S else Quality.GOOD
