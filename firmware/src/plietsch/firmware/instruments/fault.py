"""How an instrument can fail."""

from enum import Enum


class Fault(Enum):
    """What is wrong with an instrument."""

    NONE = "none"
    SILENT = "silent"  # a broken wire: no answer at all
    GARBLED = "garbled"  # noise on the line: the checksum is wrong, or the measurement never ends
    STUCK = "stuck"  # answers, but always what it showed when it got stuck
