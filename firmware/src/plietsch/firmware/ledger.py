"""The ledger: a line of JSON for each reading and its fate, for those who compare it with what the API returns."""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from plietsch.firmware import writing
from plietsch.firmware.network.events import rfc3339

SENT = "sent"


@dataclass(frozen=True, slots=True)
class Entry:
    """A reading of a station.

    `values` are as the payload says them: None where the instrument gave nothing valid, or a value lies beyond the
    range; then `reasons` says which. `measured_at` is the computer's time in Unix seconds with a fraction.
    """

    station: str
    time_s: int
    values: Mapping[str, float | None]
    reasons: Mapping[str, str]
    measured_at: float

    def line(self, fate: str, f_cnt: int | None) -> str:
        """Return the entry with its fate, as one line."""
        fields = {
            "station": self.station,
            "time": rfc3339(self.time_s),
            "values": dict(self.values),
            "reasons": dict(self.reasons),
            "measured_at": self.measured_at,
            "fate": fate,
            "f_cnt": f_cnt,
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


class Ledger:
    """Appends to `path`, or only counts where that is None; used from two threads. `fates` counts readings by fate.

    Makes the folder of the file. Raises FileUnwritable.
    """

    def __init__(self, path: Path | None) -> None:
        self.fates: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._file: TextIO | None = None
        if path:
            with writing.into(path):
                self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, entries: list[Entry], fate: str, f_cnt: int | None) -> None:
        """Write the fate of the readings of one frame."""
        with self._lock:
            self.fates[fate] += len(entries)
            if self._file:
                self._file.writelines(f"{entry.line(fate, f_cnt)}\n" for entry in entries)

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
