"""Columns as text, a million values in parts of a second: numbers, moments and words as all text formats write them."""

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from plietsch.api.formats.arrow import Column, array, compute, types

_DAY_S = 86_400
_SECOND_US = 1_000_000
# Where numbers are alike, so many or more in the mean, each different one is written once.
_ALIKE = 2

# A part of each row: the same text in all, a text of each, or what makes these with a text in front of them.
Part = Column | str | Callable[[str], Column | str]


def plain(column: Column) -> Column:
    """Values as they are written without quotes; null where there is none. Times are ISO 8601 with their zone."""
    type_ = column.type
    if types.is_timestamp(type_):
        return moments(column, "T", with_zone=True)
    if types.is_floating(type_) or types.is_integer(type_):
        return _numbers(column)
    if types.is_dictionary(type_):
        return plain(column.dictionary_decode())
    if types.is_nested(type_):
        return array([None if value is None else _json(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def part(column: Column) -> Part:
    """Values as they are written without quotes, as a part of rows."""
    if (types.is_floating(column.type) or types.is_integer(column.type)) and not column.null_count:
        return partial(_numbers_behind, column)
    return plain(column)


def words(column: Column, write: Callable[[str], str]) -> Part:
    """A column of words as a part of rows, each different one written once."""
    if column.null_count:
        return by_word(column, write)
    return lambda before: by_word(column, lambda word: before + write(word))


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
    zone = column.type.tz if with_zone else None
    utc = _integers(column)
    local = _integers(compute.local_timestamp(column)) if column.type.tz not in (None, "UTC") else utc
    seconds, fraction = np.divmod(local, _SECOND_US)
    has_fraction = bool(fraction.any())
    is_utc = zone is not None and local is utc
    parts = [_written(seconds, separator, "Z" if is_utc and not has_fraction else "")]
    if has_fraction:
        parts.append(_each(fraction, lambda us: f".{us:06}" if us else ""))
    if zone is not None and (has_fraction or not is_utc):
        parts.append(_each((local - utc) // _SECOND_US, _offset))
    text = compute.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]
    return compute.if_else(column.is_valid(), text, None) if column.null_count else text


def _integers(column: Column) -> npt.NDArray[np.int64]:
    """Microseconds; 0 for null."""
    naive = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    return naive.fill_null(0).to_numpy()


def _written(seconds: npt.NDArray[np.int64], separator: str, behind: str) -> Column:
    """`2026-05-01T12:00:00` of seconds since 1970, with a text of ASCII behind it: all of one length, put together from
    tables of days and of clock times."""
    day, second = np.divmod(seconds, _DAY_S)
    days, which = _different(day)
    moment = [("day", "S10"), ("separator", "S1"), ("clock", "S8"), ("behind", f"S{len(behind)}")]
    text = np.empty(len(seconds), moment if behind else moment[:3])
    text["day"] = np.datetime_as_string(days.astype("datetime64[D]")).astype("S10")[which]
    text["separator"] = separator
    text["clock"] = _clock()[second]
    if behind:
        text["behind"] = behind
    width = text.dtype.itemsize
    offsets = np.arange(0, width * len(seconds) + 1, width, dtype=np.int32)
    return pa.StringArray.from_buffers(len(seconds), pa.py_buffer(offsets.tobytes()), pa.py_buffer(text.tobytes()))


@cache
def _clock() -> npt.NDArray[np.bytes_]:
    """`HH:MM:SS` of each second of a day."""
    moments = np.datetime_as_string(np.arange(_DAY_S).astype("datetime64[s]")).astype("S19")
    return moments.view("S1").reshape(-1, 19)[:, 11:].copy().view("S8").ravel()


def _each(numbers: npt.NDArray[np.int64], write: Callable[[int], str]) -> Column:
    """Numbers as words, each different one written once."""
    different, which = _different(numbers)
    return array([write(int(number)) for number in different], pa.string()).take(array(which))


def _different(numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """The different ones, and which of these each is: without sorting them, as numpy does."""
    encoded = array(numbers).dictionary_encode()
    return encoded.dictionary.to_numpy(), encoded.indices.to_numpy()


def _numbers(column: Column) -> Column:
    """Numbers as words: instruments give few different ones, and each of these is written once."""
    encoded = column.dictionary_encode()
    if not _are_alike(encoded):
        return column.cast(pa.string())
    return encoded.dictionary.cast(pa.string()).take(encoded.indices)


def _numbers_behind(column: Column, before: str) -> Column | str:
    """The same behind a text; one word where all are the same."""
    encoded = column.dictionary_encode()
    if len(encoded.dictionary) == 1:
        return before + encoded.dictionary.cast(pa.string())[0].as_py()
    is_alike = _are_alike(encoded)
    text = (encoded.dictionary if is_alike else column).cast(pa.string())
    text = compute.binary_join_element_wise(before, text, "") if before else text
    return text.take(encoded.indices) if is_alike else text


def _are_alike(encoded: Column) -> bool:
    return len(encoded.dictionary) * _ALIKE <= len(encoded)


def _offset(seconds: int) -> str:
    """A zone's distance from UTC as ISO 8601 writes it."""
    sign, minutes = ("-" if seconds < 0 else "+"), abs(seconds) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" if seconds else "Z"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def rows(count: int, parts: Iterable[Part], null: str) -> bytes:
    """The bytes of so many rows: of each its texts one behind the other, `null` in the place of none.

    Each text that is put together takes as long as the next: what is the same in all rows is put in front of what
    follows as that is written.
    """
    whole: list[Column | str] = []
    before = ""
    for each in parts:
        written = each(before) if callable(each) else each
        if isinstance(written, str):
            before = written if callable(each) else before + written
            continue
        if before and not callable(each):
            whole.append(before)
        whole.append(written)
        before = ""
    if not whole:
        return before.encode() * count
    whole += [before] if before else []
    return _bytes_of(compute.binary_join_element_wise(*whole, "", null_handling="replace", null_replacement=null))


def _bytes_of(texts: Column) -> bytes:
    """All of a column of texts: in memory they lie one behind the other."""
    _, offsets, data = texts.buffers()
    bounds: npt.NDArray[np.int32] = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bytes(memoryview(data)[bounds[0] : bounds[-1]]) if data is not None else b""
