"""Columns as text, a million values in parts of a second: numbers, moments and words as all text formats write them."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from plietsch.api.formats.arrow import Column, array, compute, types

_DAY_S = 86_400
_SECOND_US = 1_000_000


def plain(column: Column) -> Column:
    """Values as they are written without quotes; null where there is none. Times are ISO 8601 with their zone."""
    type_ = column.type
    if types.is_timestamp(type_):
        return moments(column, "T", with_zone=True)
    if types.is_dictionary(type_):
        return plain(column.dictionary_decode())
    if types.is_nested(type_):
        return array([None if value is None else _json(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def by_word(column: Column, write: Callable[[str], str]) -> Column | str:
    """A column of words, each different one written once; the word itself where all are the same."""
    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    written = [write(word) for word in column.dictionary.to_pylist()]
    if len(written) == 1 and not column.null_count:
        return written[0]
    return array(written, pa.string()).take(column.indices)


def is_words(type_: Any) -> bool:
    """Whether a column holds words, as they are or numbered."""
    words = type_.value_type if types.is_dictionary(type_) else type_
    return types.is_string(words) or types.is_large_string(words)


def moments(column: Column, separator: str, *, with_zone: bool) -> Column:
    """Times (timestamp("us"), years 1 to 9999) of the column's zone, a fraction of a second only where there is one."""
    utc = _integers(column)
    local = _integers(compute.local_timestamp(column)) if column.type.tz not in (None, "UTC") else utc
    seconds, fraction = np.divmod(local, _SECOND_US)
    parts = [_written(seconds, separator)]
    if fraction.any():
        parts.append(_each(fraction, lambda us: f".{us:06}" if us else ""))
    if with_zone and column.type.tz is not None:
        parts.append(_each((local - utc) // _SECOND_US, _offset))
    text = compute.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]
    return compute.if_else(column.is_valid(), text, None) if column.null_count else text


def _integers(column: Column) -> npt.NDArray[np.int64]:
    """Microseconds; 0 for null."""
    naive = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    return naive.fill_null(0).to_numpy()


def _written(seconds: npt.NDArray[np.int64], separator: str) -> Column:
    """`2026-05-01T12:00:00` of seconds since 1970: 19 bytes each, put together from tables of days and clock times."""
    day, second = np.divmod(seconds, _DAY_S)
    days, which = np.unique(day, return_inverse=True)
    text = np.empty((len(seconds), 19), np.uint8)
    # `take` copies rows of bytes five times as fast as an index in brackets.
    text[:, :10] = np.take(_bytes(np.datetime_as_string(days.astype("datetime64[D]")), 10), which, axis=0)
    text[:, 10] = ord(separator)
    text[:, 11:] = np.take(_clock(), second, axis=0)
    offsets = np.arange(0, 19 * len(seconds) + 1, 19, dtype=np.int32)
    return pa.StringArray.from_buffers(len(seconds), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text.tobytes()))


@cache
def _clock() -> npt.NDArray[np.uint8]:
    """`HH:MM:SS` of each second of a day."""
    return _bytes(np.datetime_as_string(np.arange(_DAY_S).astype("datetime64[s]")).astype("U19"), 19)[:, 11:]


def _bytes(words: npt.NDArray[np.str_], length: int) -> npt.NDArray[np.uint8]:
    """Words of ASCII, all of one length, a row for each."""
    return words.astype(f"S{length}").view(np.uint8).reshape(-1, length)


def _each(numbers: npt.NDArray[np.int64], write: Callable[[int], str]) -> Column:
    """Numbers as words, each different one written once."""
    different, which = np.unique(numbers, return_inverse=True)
    return array([write(int(number)) for number in different], pa.string()).take(array(which))


def _offset(seconds: int) -> str:
    """A zone's distance from UTC as ISO 8601 writes it."""
    sign, minutes = ("-" if seconds < 0 else "+"), abs(seconds) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" if seconds else "Z"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def rows(count: int, parts: Iterable[Column | str], null: str) -> bytes:
    """The bytes of so many rows: of each its texts one behind the other, `null` in the place of none.

    Texts that are the same in all rows and follow each other are one: each part costs as much as a column.
    """
    whole: list[Column | str] = []
    for part in parts:
        if isinstance(part, str) and whole and isinstance(whole[-1], str):
            whole[-1] += part
        else:
            whole.append(part)
    if all(isinstance(part, str) for part in whole):
        return "".join(map(str, whole)).encode() * count
    return _bytes_of(compute.binary_join_element_wise(*whole, "", null_handling="replace", null_replacement=null))


def _bytes_of(texts: Column) -> bytes:
    """All of a column of texts: in memory they lie one behind the other."""
    _, offsets, data = texts.buffers()
    bounds: npt.NDArray[np.int32] = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bytes(memoryview(data)[bounds[0] : bounds[-1]]) if data is not None else b""
