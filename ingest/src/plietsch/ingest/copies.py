"""Which frames were stored before, and which are copies of another one: same device, address, counter and content.

A broker delivers a message again under the same id; a network makes copies under new ones, for instance when a gateway
is late and the check of the frame counter is off. The first is not stored again, the second is, as what it is: without
observations. A counter that begins anew (ABP after a reset) carries other content, or comes much later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from plietsch.ingest.interpret import Outcome
from plietsch.ingest.rows import UplinkRow

# How far apart the network may date a frame and its copy: by the lateness of a gateway's clock or line.
WITHIN = timedelta(hours=1)


class Frame(NamedTuple):
    """What tells a frame from all others, but for its id."""

    device_id: int
    dev_addr: str
    f_cnt: int
    payload: bytes

    @staticmethod
    def of(row: UplinkRow) -> "Frame":
        return Frame(row.device_id, row.dev_addr, row.f_cnt, row.payload)


class Heard(NamedTuple):
    """When a frame was heard, and under which id."""

    at: datetime
    event_id: UUID


class Newest(NamedTuple):
    """The address and counter of the newest frame of a device; both None if it was never heard."""

    dev_addr: str | None
    f_cnt: int | None


def doubtful(outcomes: Iterable[Outcome], newest: Mapping[int, Newest]) -> list[UplinkRow]:
    """The frames that may have been stored before: a counter that goes on under the same address proves a new one."""
    return [
        row
        for outcome in outcomes
        if (row := outcome.uplink)
        and (known := newest.get(row.device_id))
        and known.f_cnt is not None
        and (row.dev_addr != known.dev_addr or row.f_cnt <= known.f_cnt)
    ]


def recognise(outcomes: Sequence[Outcome], stored: Mapping[Frame, Sequence[Heard]]) -> list[Outcome]:
    """The outcomes with what repeats removed from them; `stored` are the frames found for the doubtful ones."""
    seen: dict[Frame, list[Heard]] = {frame: list(heard) for frame, heard in stored.items()}
    return [_recognise(outcome, seen) if outcome.uplink else outcome for outcome in outcomes]


def _recognise(outcome: Outcome, seen: dict[Frame, list[Heard]]) -> Outcome:
    row = outcome.uplink
    if row is None:
        return outcome
    frame = Frame.of(row)
    earlier = seen.get(frame)
    if earlier is None:
        seen[frame] = [Heard(row.event_time, row.event_id)]
        return outcome
    if any(heard.event_id == row.event_id for heard in earlier):
        # Its observations were committed with it; but what is tried once more may have become more since.
        return outcome if outcome.message.retried else outcome._replace(uplink=None, observations=(), late=0)
    first = next((heard for heard in earlier if abs(heard.at - row.event_time) <= WITHIN), None)
    earlier.append(Heard(row.event_time, row.event_id))
    if first is None:
        return outcome
    return outcome._replace(uplink=row._replace(repeats=first.event_id), observations=(), late=0)
