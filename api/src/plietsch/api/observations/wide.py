"""The wide layout: a row for each time, a column for each series; null where a series has no value then.

Of values as they were measured there is a row wherever a series has one. Of aggregates there is a row for every bucket
from the first to the last that is not empty in all of them: a gap is a row of nulls, so that a chart breaks its line
there, and the index of a data frame is regular.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from plietsch.api import errors
from plietsch.api.formats.arrow import Column, Field, array, fields, record_batch
from plietsch.api.formats.table import column
from plietsch.api.observations import buckets
from plietsch.api.observations.buckets import Buckets, Fixed
from plietsch.api.observations.intervals import Integers
from plietsch.api.observations.long import rounded
from plietsch.api.observations.pieces import integers
from plietsch.api.observations.question import Question
from plietsch.api.observations.series import Series

# A table that is wider is no table.
MOST_COLUMNS = 1_000
# So many cells are made at once, and held by a page.
_CELLS = 1_000_000


class Wide:
    """Makes rows of batches of `time`, `rank` and values. Raises errors.ParameterInvalid where there are too many
    columns, or cells on a page."""

    def __init__(self, question: Question, series: Sequence[Series]) -> None:
        if len(series) > MOST_COLUMNS:
            hint = "Name stations and properties, or leave layout=wide out."
            message = f"A wide table has a column for each of {len(series)} series: more than {MOST_COLUMNS}."
            raise errors.ParameterInvalid("layout", message, hint)
        if question.limit is not None and question.limit * len(series) > _CELLS:
            hint = f"For {len(series)} series ask for {_CELLS // len(series)} rows at most, or leave the limit out."
            raise errors.ParameterInvalid("limit", "A page of so many rows and columns is too large.", hint)
        self._name = "value" if question.resolution == "raw" else question.statistic
        self._buckets = question.buckets
        self._mean_scale = np.array([10.0 ** (each.decimals + 1) for each in series])
        self._series = series
        # Where a page before ended: a gap goes on from there.
        self._after = buckets.microseconds(question.after.time) if question.after is not None else None
        self._most_rows = max(1, _CELLS // max(1, len(series)))
        self.names = names(series, has_method=bool(question.methods))
        self.schema = pa.schema([_time(question), *map(self._field, self.names, series)])

    async def rows(self, batches: AsyncIterator[pa.RecordBatch]) -> AsyncGenerator[pa.RecordBatch]:
        """The rows."""
        times, ranks, values = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        before = self._after
        async for batch in batches:
            new_times, new_ranks, new_values = self._columns(batch)
            times, ranks = np.concatenate((times, new_times)), np.concatenate((ranks, new_ranks))
            values = np.concatenate((values, new_values))
            # The last time may go on in the next batch.
            whole = int(np.searchsorted(times, int(times[-1])))
            for made in self._made(times[:whole], ranks[:whole], values[:whole], before):
                yield made
                await asyncio.sleep(0)  # a gap of years is many: others have their turn between them
            before = int(times[whole - 1]) if whole else before
            times, ranks, values = times[whole:], ranks[whole:], values[whole:]
        for made in self._made(times, ranks, values, before):
            yield made
            await asyncio.sleep(0)

    def present(self) -> list[Series]:
        """All of them have a column."""
        return list(self._series)

    def series(self) -> Mapping[str, Mapping[str, str | int]]:
        """What the columns are of, by their names."""
        return {
            name: {
                "station": each.station,
                "property": each.property,
                "method": each.method,
                "datastream": each.id,
            }
            for name, each in zip(self.names, self._series, strict=True)
        }

    def _columns(self, batch: pa.RecordBatch) -> tuple[Integers, Integers, npt.NDArray[np.float64]]:
        ranks = integers(batch.column("rank"))
        values = batch.column(self._name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        values = rounded(values, self._mean_scale[ranks]) if self._name == "mean" else values
        return integers(batch.column("time")), ranks, values

    def _made(
        self, times: Integers, ranks: Integers, values: npt.NDArray[np.float64], before: int | None
    ) -> Iterator[pa.RecordBatch]:
        if not len(times):
            return
        index = np.unique(times) if self._buckets is None else _regular(self._buckets, times, before)
        places = np.searchsorted(index, times)
        for first in range(0, len(index), self._most_rows):
            some = index[first : first + self._most_rows]
            from_, to = np.searchsorted(places, (first, first + len(some)))
            cells = np.full((len(self.names), len(some)), np.nan)
            cells[ranks[from_:to], places[from_:to] - first] = values[from_:to]
            yield self._batch(some, cells)

    def _batch(self, times: Integers, cells: npt.NDArray[np.float64]) -> pa.RecordBatch:
        time, *others = fields(self.schema)
        columns: list[Column] = [array(times).cast(time.type)]
        for row, field in zip(cells, others, strict=True):
            columns.append(array(row, mask=np.isnan(row)).cast(field.type))
        return record_batch(columns, schema=self.schema)

    def _field(self, name: str, series: Series) -> Field:
        said = f"{series.name}: {series.property}, {series.method}; datastream {series.id}."
        if self._name == "count":
            return column(name, pa.int64(), said)
        return column(name, pa.float64(), said, unit=series.unit)


def names(series: Sequence[Series], *, has_method: bool) -> list[str]:
    """`station.property`, with `.method` where methods were asked for. The first one of a name has it for good,
    whatever is asked for and whatever comes later; each further one has its datastream's number behind it."""

    def name(each: Series) -> str:
        method = [each.method] if has_method else []
        number = [str(each.id)] if each.is_further else []
        return ".".join([each.station, each.property, *method, *number])

    return [name(each) for each in series]


def _regular(divided: Buckets, times: Integers, before: int | None) -> Integers:
    """All buckets behind the one before up to the last one."""
    first = int(times[0]) if before is None else divided.following(before)
    if isinstance(divided, Fixed):
        return np.arange(divided.floor(first), int(times[-1]) + 1, divided.usual_us, dtype=np.int64)
    return np.fromiter(buckets.begins(divided, first, int(times[-1]) + 1), np.int64)


def _time(question: Question) -> Field:
    said = "When it was measured." if question.resolution == "raw" else "When the bucket begins."
    return column("time", pa.timestamp("us", question.zone), said)
