"""What the ledger of writes says of a batch: an entry names datastreams and one span of time for all of them.

Who follows the ledger takes up everything in between. So what comes late, as the hours that a node had kept, stands
apart from what all others measured just now; and what lies days apart, in an entry for each day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from plietsch.ingest.observing import LATE_S
from plietsch.ingest.rows import ObservationRow

_DAY = timedelta(days=1)
_LATE = timedelta(seconds=LATE_S)


def of(rows: Sequence[ObservationRow], late: int) -> Iterator[dict[str, Any]]:
    """The entries for new observations, as parameters of `store_ledger`; `late` of them are."""
    moments = {row.phenomenon_time for row in rows}
    width = max(moments) - min(moments)
    if width <= _LATE or (not late and width <= _DAY):
        yield _entry(rows, late)
        return
    for some in _by_day(row for row in rows if not _is_late(row)) if width > _DAY else [_on_time(rows)]:
        if some:
            yield _entry(some, 0)
    for some in _by_day(row for row in rows if _is_late(row)):
        yield from (_entry(each, len(each)) for each in _alike(some))


def _is_late(row: ObservationRow) -> bool:
    return row.result_time - row.phenomenon_time > _LATE


def _on_time(rows: Iterable[ObservationRow]) -> list[ObservationRow]:
    return [row for row in rows if not _is_late(row)]


def _by_day(rows: Iterable[ObservationRow]) -> list[list[ObservationRow]]:
    days: defaultdict[date, list[ObservationRow]] = defaultdict(list)
    for row in rows:
        days[row.phenomenon_time.date()].append(row)
    return [some for _, some in sorted(days.items())]


def _alike(rows: Iterable[ObservationRow]) -> Iterable[list[ObservationRow]]:
    """The rows of datastreams that begin and end together, as those of one node do."""
    series: defaultdict[int, list[ObservationRow]] = defaultdict(list)
    for row in rows:
        series[row.datastream_id].append(row)
    spans: defaultdict[tuple[datetime, datetime], list[ObservationRow]] = defaultdict(list)
    for some in series.values():
        moments = [row.phenomenon_time for row in some]
        spans[min(moments), max(moments)] += some
    return spans.values()


def _entry(rows: Sequence[ObservationRow], late: int) -> dict[str, Any]:
    moments = {row.phenomenon_time for row in rows}
    return {
        "datastream_ids": sorted({row.datastream_id for row in rows}),
        "first_time": min(moments),
        "last_time": max(moments),
        "observations": len(rows),
        "late": late,
    }
