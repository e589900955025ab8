"""Arrow's types and functions for the type checker: its stubs know most members in part only, or not at all."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.types

if TYPE_CHECKING:
    Column = Any
    Field = pa.Field[Any]
else:
    Column = pa.Array
    Field = pa.Field

compute: Any = pyarrow.compute
types: Any = pyarrow.types
array: Any = pyarrow.array
record_batch: Any = pyarrow.record_batch


def columns(batch: Any) -> list[Column]:
    """The columns of a batch."""
    return batch.columns


def fields(schema: Any) -> list[Field]:
    """The fields of a schema."""
    return list(schema)
