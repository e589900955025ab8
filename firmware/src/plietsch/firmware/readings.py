"""What becomes of each reading of a node: taken, sent, received by the broker, dropped from the node's memory.

A reading may be sent several times; the ledger gets one line for it. Called by the simulation, and by the publisher's
thread.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from plietsch.firmware import node
from plietsch.firmware.ledger import SENT, Entry, Ledger

NOT_ACKNOWLEDGED = "not sent: the broker did not acknowledge it"
DROPPED = "not sent: dropped from the node's full memory"
WAITING = "not sent: still in the node's memory when the simulation ended"
# Unix times are larger; what is smaller counts seconds since the node's start.
SMALLEST_UNIX_S = 1_000_000_000
MILLISECONDS = 1000


@dataclass(slots=True, eq=False)
class _Frame:
    times: Sequence[int]
    f_cnt: int | None = None


class Readings:
    """The readings of one node that are still to be settled, by their time; `ledger` hears of their fates.

    Readings of a node that does not know the time yet count milliseconds from its start; `start` and `date` say when it
    starts, and when that was.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._waiting: dict[int, Entry] = {}
        self._undated: dict[int, Entry] = {}
        self._of_former_starts: list[tuple[int, Entry]] = []
        self._frame = _Frame(())
        self._on_their_way: set[_Frame] = set()
        self._dropped: set[int] = set()
        self._not_acknowledged: set[int] = set()

    def start(self) -> None:
        """Note that the node begins to count its time anew."""
        with self._lock:
            self._of_former_starts += self._undated.items()
            self._undated = {}

    def date(self, start_ms: int) -> None:
        """Note when the node says that it started, in Unix milliseconds."""
        with self._lock:
            for since_start_ms, entry in self._undated.items():
                time_s = node.second(since_start_ms, start_ms)
                self._waiting[time_s] = replace(entry, time_s=time_s)
            self._undated = {}

    def take(self, entry: Entry, since_start_ms: int | None = None) -> None:
        """Note a reading."""
        with self._lock:
            if since_start_ms is None:
                self._waiting[entry.time_s] = entry
            else:
                self._undated[since_start_ms] = entry

    def leave(self, times: Sequence[int]) -> None:
        """Note which readings the frame carries that is sent now."""
        with self._lock:
            self._frame = _Frame(times)

    def publish(self, f_cnt: int) -> Callable[[bool], None]:
        """Note that somebody heard the frame, as number `f_cnt`; return what is to be told if the broker has it."""
        with self._lock:
            frame, self._frame = self._frame, _Frame(())
            frame.f_cnt = f_cnt
            self._on_their_way.add(frame)

        def settle(arrived: bool) -> None:
            with self._lock:
                self._settle(frame, arrived)

        return settle

    def drop(self, times: Sequence[int]) -> None:
        """Note readings that the node has dropped; those that have arrived, or still do, are not lost."""
        with self._lock:
            self._dropped.update(time_s for time_s in times if time_s >= SMALLEST_UNIX_S)
            self._write_dropped()
            undated = (self._pop_undated(time_s) for time_s in times if time_s < SMALLEST_UNIX_S)
            self._write([entry for entry in undated if entry], DROPPED, None)

    def end(self) -> None:
        """Say of whatever is left that it never arrived."""
        with self._lock:
            self._on_their_way.clear()
            self._write_dropped()
            self._write_times(sorted(self._not_acknowledged), NOT_ACKNOWLEDGED, None)
            former = [entry for _, entry in self._of_former_starts]
            self._write([*former, *self._undated.values(), *self._waiting.values()], WAITING, None)

    def _settle(self, frame: _Frame, arrived: bool) -> None:
        self._on_their_way.discard(frame)
        if arrived:
            self._write_times(frame.times, SENT, frame.f_cnt)
        else:
            self._not_acknowledged.update(frame.times)
        self._write_dropped()

    def _write_dropped(self) -> None:
        if self._dropped:
            on_their_way = {time_s for frame in self._on_their_way for time_s in frame.times}
            lost = self._dropped - on_their_way
            self._dropped -= lost
            self._write_times(sorted(lost), DROPPED, None)

    def _write_times(self, times: Sequence[int], fate: str, f_cnt: int | None) -> None:
        entries = (self._waiting.pop(time_s, None) for time_s in times)
        self._write([entry for entry in entries if entry], fate, f_cnt)

    def _write(self, entries: list[Entry], fate: str, f_cnt: int | None) -> None:
        if entries:
            self._ledger.write(entries, fate, f_cnt)

    def _pop_undated(self, since_start_s: int) -> Entry | None:
        for number, (former_ms, entry) in enumerate(self._of_former_starts):
            if former_ms // MILLISECONDS == since_start_s:
                del self._of_former_starts[number]
                return entry
        own = (ms for ms in self._undated if ms // MILLISECONDS == since_start_s)
        return self._undated.pop(next(own, -1), None)
