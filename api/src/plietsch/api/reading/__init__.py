"""Reading much in pieces: connections that give Arrow, and a bounded buffer between them and whoever reads."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

import pyarrow as pa

from plietsch.api.reading.ahead import PIECE, Readers
from plietsch.api.reading.pool import Pool
from plietsch.api.turns import Turns

# So many look up at once what they ask for, of the eight connections that all share (plietsch.api.database).
_BEGINNINGS, _PATIENCE_S = 4, 30.0
# For each piece that somebody asks for, others may go before for so many seconds, and for each that they have had; for
# neither longer than five times that, so that whoever has nothing goes before whoever has much and asks for as much.
_DEFER_S, _MOST_PIECES = 1.0, 5.0

__all__ = ["PIECE", "Pool", "Readers", "Reading"]


class Reading(NamedTuple):
    """What an application reads with: connections, those who are answered in pieces now, and turns of beginning."""

    pool: Pool
    readers: Readers
    beginnings: Turns

    @classmethod
    def of(cls, database_url: str) -> "Reading":
        return cls(
            Pool(database_url), Readers(), Turns(_BEGINNINGS, "Many ask for observations at this moment.", _PATIENCE_S)
        )

    def beginning(self, rows: float) -> AbstractAsyncContextManager[None]:
        """A turn to look up, with one of the application's connections, what about so many rows are to be of.

        Raises errors.TooBusy.
        """
        return self.beginnings.one(_defer_s(rows))

    def for_answer(self, rows: float) -> Callable[[str], Awaitable[pa.Table]]:
        """What the queries of one answer of about so many rows are read with: the first one waits for its turn for some
        time, and those that follow as long as it takes, for what has begun shall not break off.

        Raises errors.TooBusy, and as `Pool`.
        """
        had = 0

        async def read(query: str) -> pa.Table:
            nonlocal had
            found = await self.pool.read(query, _defer_s(rows, had), is_patient=had > 0)
            had += 1
            return found

        return read


def _defer_s(rows: float, had: int = 0) -> float:
    """Whoever has had the least and asks for the least goes first."""
    return _DEFER_S * (min(_MOST_PIECES, rows / PIECE) + min(_MOST_PIECES, had))
