"""Which frames were stored before, and which are copies of another one: same device, address, counter and content.

A broker delivers a message again under the same id; a network makes copies under new ones, for instance when a gateway
is late and the check of the frame counter is off. The first is not stored again, the second is, as what it is: without
observations. A counter that begins anew (ABP after a reset) carries other content, or comes much later.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from plietsch.ingest import interpret
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.rows import UplinkRow

# How far apart the network may date a frame and its copy: by the lateness of a gateway's clock or line.
WITHIN = timedelta(hours=1)


def dated_ahead(row: UplinkRow) -> bool:
    """Whether the network dated a frame so late that its time cannot be believed."""
    return row.event_time - row.received_at > interpret.AHEAD


class Frame(NamedTuple):
    """What tells a frame from all others, but for its id."""

    device_id: int
    dev_addr: str
    f_cnt: int
    payload: bytes


class Heard(NamedTuple):
    """When a frame was heard, under which id, and of which one it is a copy."""

    at: datetime
    event_id: UUID
    repeats: UUID | None = None


class Newest(NamedTuple):
    """When a device was heard last, its address, and its highest counter of late; all None if it never was."""

    heard_at: datetime | None
    dev_addr: str | None
    f_cnt: int | None

    def proves_new(self, row: UplinkRow) -> bool:
        """Whether a frame cannot have been stored: it is newer, and its counter goes on under the same address."""
        if dated_ahead(row):
            return False
        if self.heard_at is None or self.f_cnt is None:
            return True
        return row.event_time >= self.heard_at and row.dev_addr == self.dev_addr and row.f_cnt > self.f_cnt


def doubtful(outcomes: Iterable[Outcome], newest: Mapping[int, Newest]) -> list[UplinkRow]:
    """The frames that may have been stored before."""
    return [
        row
        for outcome in outcomes
        if (row := outcome.uplink) and (known := newest.get(row.device_id)) and not known.proves_new(row)
    ]


def recognise(outcomes: Sequence[Outcome], stored: Mapping[Frame, Sequence[Heard]]) -> list[Outcome]:
    """The outcomes with what repeats removed from them; `stored` are the frames found for the doubtful ones."""
    counts = Counter((row.device_id, row.f_cnt) for outcome in outcomes if (row := outcome.uplink))
    # Nearly all counters come once and are not stored: nothing is to be compared.
    alike = {counter for counter, count in counts.items() if count > 1} | {(f.device_id, f.f_cnt) for f in stored}
    if not alike:
        return list(outcomes)
    seen = {frame: list(heard) for frame, heard in stored.items()}
    return [
        _recognise(outcome, row, seen) if (row := outcome.uplink) and (row.device_id, row.f_cnt) in alike else outcome
        for outcome in outcomes
    ]


def _recognise(outcome: Outcome, row: UplinkRow, seen: dict[Frame, list[Heard]]) -> Outcome:
    frame = Frame(row.device_id, row.dev_addr, row.f_cnt, row.payload)
    earlier = seen.get(frame)
    if earlier is None:
        seen[frame] = [Heard(row.event_time, row.event_id)]
        return outcome
    for heard in earlier:
        if heard.event_id == row.event_id:
            return _again(outcome, row, heard)
    first = next((heard for heard in earlier if abs(heard.at - row.event_time) <= WITHIN), None)
    earlier.append(Heard(row.event_time, row.event_id))
    return outcome if first is None else _copy(outcome, row, first.event_id)


def _again(outcome: Outcome, row: UplinkRow, heard: Heard) -> Outcome:
    """The same under the same id. Its observations were committed with it, but what is tried once more may have become
    more since."""
    if not outcome.message.retried:
        return outcome._replace(uplink=None, observations=(), late=0, device_event=None, health=None)
    return outcome if heard.repeats is None else _copy(outcome, row, heard.repeats)


def _copy(outcome: Outcome, row: UplinkRow, of: UUID) -> Outcome:
    copy = row._replace(repeats=of)
    return outcome._replace(uplink=copy, observations=(), late=0, device_event=None, health=None)
