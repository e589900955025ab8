"""Reads a rain gauge's record as istSOS exports it: a header, then time, procedure, mm of rain, and a quality index.

A row is what fell at once: a tip of the bucket, now and then several of them, or a part of one. What counts is the
height, as a bucket that is not full does not tip.
"""

import bisect
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plietsch.firmware.replay import tables
from plietsch.firmware.replay.archive import Problem

TENTHS_PER_TIP = 2  # a bucket of 0.2 mm
HEADER = "urn:ogc:def:parameter:x-istsos:1.0:time:iso8601"
COLUMNS = 4


@dataclass(slots=True)
class Rain:
    """When the bucket tipped, in Unix seconds and in order; twice the same second where it tipped twice."""

    tips_s: list[int] = field(default_factory=lambda: list[int]())
    problems: list[Problem] = field(default_factory=lambda: list[Problem]())

    def count(self, time_s: float) -> int:
        """Return how often the bucket had tipped by then."""
        return bisect.bisect_right(self.tips_s, time_s)


def read(path: Path) -> Rain:
    """Read a file. Raises ArchiveUnreadable."""
    rain = Rain()
    fallen = sorted(row for row in tables.read(path, _row, rain.problems) if row)
    rain.tips_s = list(_tips(fallen))
    return rain


def _tips(fallen: list[tuple[int, int]]) -> Iterator[int]:
    """Yield the second of each tip; `fallen` are second and tenths of a millimetre."""
    in_bucket = 0
    for time_s, tenths in fallen:
        tips, in_bucket = divmod(in_bucket + tenths, TENTHS_PER_TIP)
        yield from (time_s for _ in range(tips))


def _row(row: list[str]) -> tuple[int, int] | None:
    """Return second and tenths of a millimetre; None for the header."""
    if row[0] == HEADER:
        return None
    if len(row) != COLUMNS:
        raise ValueError(f"{len(row)} columns instead of {COLUMNS}")
    moment = datetime.datetime.fromisoformat(row[0])
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    tenths = float(row[2]) * 10
    if not 0 <= tenths < 1000 or abs(tenths - round(tenths)) > 1e-6:
        raise ValueError("no height in tenths of a millimetre")
    return int(moment.timestamp()), round(tenths)
