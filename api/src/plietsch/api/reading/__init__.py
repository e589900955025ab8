"""Reading much in pieces: connections that give Arrow, and a bounded buffer between them and whoever reads."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pyarrow as pa

from plietsch.api.reading.ahead import PIECE, Readers
from plietsch.api.reading.pool import Pool

# Whoever has nothing yet is told so after this many seconds, rather than when they have gone.
_PATIENCE_S = 5.0

__all__ = ["PIECE", "Pool", "Readers", "Reading"]


class Reading(NamedTuple):
    """What an application reads with: connections, and those who are answered in pieces now."""

    pool: Pool
    readers: Readers

    @classmethod
    def of(cls, database_url: str) -> "Reading":
        return cls(Pool(database_url), Readers())

    def for_answer(self, patience_s: float = _PATIENCE_S) -> Callable[[str], Awaitable[pa.Table]]:
        """What the queries of one answer are read with: the first one waits for its turn for some time, and those that
        follow as long as it takes, for what has begun shall not break off. Raises errors.TooBusy, and as `Pool`.
        """
        has_begun = False

        async def read(query: str) -> pa.Table:
            nonlocal has_begun
            found = await self.pool.read(query, None if has_begun else patience_s)
            has_begun = True
            return found

        return read
