"""The long layout: a row for each value, with its station, property, method and datastream."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from plietsch.api.formats.arrow import Column, Field, array, record_batch
from plietsch.api.formats.table import column
from plietsch.api.observations.question import Question
from plietsch.api.observations.series import Series

# Known to the type checker in part.
_DictionaryArray: Any = pa.DictionaryArray

# Each word once, and its number in each row.
_WORDS = pa.dictionary(pa.int32(), pa.string())

_OBSERVED = (
    column("value", pa.float64(), "In the unit; null where the instrument failed or had none."),
    column("quality", pa.int16(), "QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing."),
)
_AGGREGATED = (
    column("count", pa.int64(), "How many values."),
    column("mean", pa.float64(), "Rounded to one decimal more than the values have."),
    column("min", pa.float64(), "The least value."),
    column("max", pa.float64(), "The greatest value."),
    column("last", pa.float64(), "The newest value."),
)


class Long:
    """Makes rows of batches of `time`, `rank` and values.

    Unless units and stations stand beside the rows (`is_bare`), each row has its unit, and whether it is simulated. The
    datastream stands last: with the time it is the key of a row, as in `changes`, for a station may have two
    instruments of one property and method.
    """

    def __init__(self, question: Question, series: Sequence[Series], *, is_bare: bool) -> None:
        self._values = _OBSERVED if question.resolution == "raw" else _AGGREGATED
        self._series = series
        self._is_present = np.zeros(len(series), np.bool_)
        self._words = [_Words(words) for words in _columns(series, is_bare=is_bare)]
        self._simulated = None if is_bare else np.array([each.simulated for each in series], np.bool_)
        self._ids = np.array([each.id for each in series], np.int32)
        self._mean_scale = np.array([10.0 ** (each.decimals + 1) for each in series])
        self._time_type: Any = pa.timestamp("us", question.zone)
        self.schema = pa.schema(self._fields(question))

    async def rows(self, batches: AsyncIterator[pa.RecordBatch]) -> AsyncGenerator[pa.RecordBatch]:
        """The same rows as they are answered."""
        async for batch in batches:
            yield self.made(batch)

    def present(self) -> list[Series]:
        """The series that had rows."""
        return [each for each, is_present in zip(self._series, self._is_present, strict=True) if is_present]

    def made(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows as they are answered."""
        ranks: npt.NDArray[np.int32] = batch.column("rank").to_numpy()
        self._is_present[ranks] = True
        columns: list[Column] = [words.of(ranks) for words in self._words]
        columns.append(batch.column("time").cast(self._time_type))
        columns += [self._value(batch, field, ranks) for field in self._values]
        if self._simulated is not None:
            columns.append(array(self._simulated[ranks]))
        columns.append(array(self._ids[ranks]))
        return record_batch(columns, schema=self.schema)

    def _fields(self, question: Question) -> list[Field]:
        begin = "When it was measured." if question.resolution == "raw" else "When the bucket begins."
        fields = [
            column("station", _WORDS, "The station's code."),
            column("property", _WORDS, "The code of the observed property."),
            column("method", _WORDS, "`raw`, or the name and version of a correction."),
            column("unit", _WORDS, "UCUM"),
        ]
        fields = fields[: len(self._words)]
        fields += [column("time", self._time_type, begin), *self._values]
        if self._simulated is not None:
            fields.append(column("simulated", pa.bool_(), "Whether the values are simulated."))
        return [*fields, column("datastream", pa.int32(), "With time the key of a row, for good.")]

    def _value(self, batch: pa.RecordBatch, field: Field, ranks: npt.NDArray[np.int32]) -> Column:
        values = cast(Column, batch.column(field.name))
        if field.name != "mean":
            return values
        return array(rounded(values.to_numpy(zero_copy_only=False), self._mean_scale[ranks]))


def rounded(means: npt.NDArray[np.float64], scale: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Means to one decimal more than their values have: `scale` is ten to the power of that."""
    return np.rint(means * scale) / scale


class _Words:
    """A word for each series."""

    def __init__(self, words: Iterable[str]) -> None:
        every = list(words)
        different = {word: number for number, word in enumerate(dict.fromkeys(every))}
        self._numbers = np.array([different[word] for word in every], np.int32)
        self._words = array(list(different), pa.string())

    def of(self, ranks: npt.NDArray[np.int32]) -> Column:
        return _DictionaryArray.from_arrays(array(self._numbers[ranks]), self._words)


def _columns(series: Sequence[Series], *, is_bare: bool) -> list[list[str]]:
    every = [
        [each.station for each in series],
        [each.property for each in series],
        [each.method for each in series],
        [each.unit for each in series],
    ]
    return every[:3] if is_bare else every
