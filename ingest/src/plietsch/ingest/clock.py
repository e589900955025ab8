"""A node's clock, judged by when the network heard the frame: from the times as sent to instants that can be stored.

| the clock | told by | the readings |
|---|---|---|
| right | a time from a year before to an hour after the frame was heard | stand as they are |
| unset | the node says so | counted back from when the frame was heard |
| reset | within two years of an epoch at which clocks begin, years before it was heard | likewise, as suspect |
| ahead | more than an hour, at most a year after it was heard | likewise |
| wrong | anything else | are not stored: nobody knows when they were taken |

Nothing is stored in the future: what was really measured then would find its place taken.

Times of 16 bits are within a day of when they were heard, whatever the clock says (`times.within_window`): only those
of 32 bits, and a node that says that its clock was never set, tell anything about it. Instants are in whole seconds
since 1970 (Unix time).
"""

from enum import StrEnum
from typing import NamedTuple

from plietsch.ingest import times
from plietsch.ingest.payload import Frame

# The network sets the clock of a node to a second or two; one that is an hour ahead was set wrong.
AHEAD_S = 3_600
# No node remembers more than a year of readings, and no clock that is that far off is one that merely drifts.
YEAR_S = 31_557_600
# Where clocks begin that lost their battery: Unix, GPS (1980-01-06; IS-GPS-200, section 3.3.4), and the year 2000 of
# the DS3231 and of MicroPython's ESP32 port.
_EPOCHS_S = (0, 315_964_800, 946_684_800)
# How long a node may have run since: its battery does not last longer.
_SINCE_EPOCH_S = 2 * YEAR_S


class Clock(StrEnum):
    """What is wrong with a clock; the codes of `uplink.clock`."""

    UNSET = "unset"
    RESET = "reset"
    AHEAD = "ahead"
    WRONG = "wrong"


class Judged(NamedTuple):
    """An instant, or None where there is none that can be believed, and what is wrong with the clock that gave it."""

    moment_s: int | None
    clock: Clock | None


def judge(frame: Frame, heard_s: int) -> list[Judged]:
    """Each reading of a frame that the network heard at `heard_s`, in the frame's order."""
    moments = times.expand(frame, heard_s)
    if not frame.clock_set:
        return [Judged(moment_s, Clock.UNSET) for moment_s in moments]
    if not frame.wide:
        return [Judged(moment_s, None) for moment_s in moments]
    return [_judge(moment_s, moments[-1], heard_s) for moment_s in moments]


def judge_moment(moment_s: int, heard_s: int) -> Judged:
    """The one time that a frame names, which the network heard at `heard_s`."""
    return _judge(moment_s, moment_s, heard_s)


def began_anew(moment_s: int) -> bool:
    """Whether a clock that says this lost its time, and began where clocks begin."""
    return any(0 <= moment_s - epoch_s < _SINCE_EPOCH_S for epoch_s in _EPOCHS_S)


def _judge(moment_s: int, newest_s: int, heard_s: int) -> Judged:
    clock = _clock(moment_s, heard_s)
    if clock is None or clock is Clock.WRONG:
        return Judged(moment_s if clock is None else None, clock)
    # The newest reading was taken just before it was sent; what the same clock said earlier lies as long before it.
    same_start = _clock(newest_s, heard_s) is clock and 0 <= newest_s - moment_s < _SINCE_EPOCH_S
    return Judged(heard_s - (newest_s - moment_s) if same_start else None, clock)


def _clock(moment_s: int, heard_s: int) -> Clock | None:
    ahead_s = moment_s - heard_s
    if -YEAR_S <= ahead_s <= AHEAD_S:
        return None
    if AHEAD_S < ahead_s <= YEAR_S:
        return Clock.AHEAD
    if ahead_s < 0 and began_anew(moment_s):
        return Clock.RESET
    return Clock.WRONG
