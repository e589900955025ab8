"""Rows of a recording in a CSV file, and what is wrong with some of them."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from plietsch.firmware import errors
from plietsch.firmware.replay.archive import Problem

NO_RECORD = "not a record"

T = TypeVar("T")


def read(path: Path, understand: Callable[[list[str]], T], problems: list[Problem]) -> Iterator[T]:
    """Yield what `understand` makes of each row; one for which it raises a ValueError or IndexError is a problem.

    Raises ArchiveUnreadable.
    """
    for source, row in _rows(path):
        try:
            yield understand(row)
        except (ValueError, IndexError) as error:
            problems.append(Problem(source, NO_RECORD, f"{error}: {','.join(row)}"))


def _rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each row that is not empty with its source, "file:line"."""
    try:
        # A byte that is no text costs its own line.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            # Nothing is quoted: a quotation mark is a broken value, not the begin of one that goes on for lines.
            reader = csv.reader(file, quoting=csv.QUOTE_NONE)
            yield from ((f"{path.name}:{reader.line_num}", row) for row in reader if row)
    except OSError as error:
        raise errors.ArchiveUnreadable(f"{path} cannot be read: {error.strerror}.") from error
