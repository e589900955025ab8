"""What the values of a table are, before any format writes them: so that all formats say the same."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from plietsch.api.formats.arrow import Column, Field, array, columns, fields, record_batch, types

# From here on a float64 has no digits behind the decimal point that could be cut.
_WHOLE = 2.0**52


def settled(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch in the schema, its floats with at most the decimals of their columns; what is no number is null."""
    settled = [_settled(column, field) for column, field in zip(columns(batch), fields(schema), strict=True)]
    return record_batch(settled, schema=schema)


def decimals(field: Field) -> int | None:
    """With how many decimals at most a column's numbers are written."""
    text = (field.metadata or {}).get(b"decimals")
    return int(text) if text is not None else None


def _settled(column: Column, field: Field) -> Column:
    if column.type != field.type:
        column = column.cast(field.type)
    if not types.is_floating(field.type):
        return column
    numbers: npt.NDArray[np.float64] = column.to_numpy(zero_copy_only=False)
    settled = rounded(numbers, decimals(field))
    return array(settled, type=field.type, mask=~np.isfinite(settled))


def rounded(numbers: npt.NDArray[np.float64], places: int | None) -> npt.NDArray[np.float64]:
    """The floats that are written shortest, 12.3 for 12.300000000000001; none is a negative zero."""
    if places is None:
        return numbers + 0.0
    scale = 10.0**places
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = numbers * scale
        near = np.rint(scaled) / scale
    return np.where(np.abs(scaled) < _WHOLE, near, numbers) + 0.0
