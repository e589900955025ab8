"""From the time of a reading as a node sends it to an instant, as `docs/payload.md` has it under "Time".

Instants are whole seconds since 1970 (Unix time); `heard_s` is when the network heard the frame.
"""

from plietsch.ingest import payload
from plietsch.ingest.codec.specification import AHEAD_S, BEFORE_S, NARROW_TIME_BITS

__all__ = ["AHEAD_S", "BEFORE_S", "expand", "within_window"]

_SPAN_S = 1 << NARROW_TIME_BITS


def expand(frame: payload.Frame, heard_s: int) -> list[int]:
    """The instant of each reading of the frame, in the frame's order."""
    if frame.clock_set and not frame.wide:
        return [within_window(reading.time_code, heard_s) for reading in frame.readings]
    codes = [reading.time_code for reading in frame.readings]
    return codes if frame.clock_set else _counted_back(codes, frame.wide, heard_s)


def within_window(code: int, heard_s: int) -> int:
    """The one instant with these low 16 bits from 62 335 s before to 3 200 s after `heard_s`."""
    earliest_s = heard_s - BEFORE_S
    return earliest_s + (code - earliest_s) % _SPAN_S


def _counted_back(codes: list[int], wide: bool, heard_s: int) -> list[int]:
    """The newest reading counts as taken when it was heard; 16 bits of a count may have wrapped before the newest."""
    if wide:
        return [heard_s - (max(codes) - code) for code in codes]
    return [heard_s - (codes[-1] - code) % _SPAN_S for code in codes]
