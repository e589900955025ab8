"""Numbers and times as literals of a query: COPY takes no parameters. Pure."""

from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg.sql import SQL, Composable, Literal


def integer(number: int) -> Composable:
    """A whole number (PostgreSQL's integer)."""
    return SQL("{}::integer").format(Literal(number))


def integers(numbers: npt.NDArray[np.int64]) -> Composable:
    """An array of whole numbers."""
    return Literal("{" + ",".join(map(str, numbers.tolist())) + "}")


def times(moments: npt.NDArray[np.int64]) -> Composable:
    """An array of times. Most of them are equal, and each different one is written once."""
    different, which = np.unique(moments, return_inverse=True)
    words: Any = np.datetime_as_string(different.astype("datetime64[us]"), timezone="UTC")
    return Literal("{" + ",".join(words[which].tolist()) + "}")


def time(at: int) -> Composable:
    """A time."""
    return Literal(str(np.datetime64(at, "us")) + "Z")
