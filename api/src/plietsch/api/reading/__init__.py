"""Reading much in pieces: connections that give Arrow, and a bounded buffer between them and whoever reads."""

from typing import NamedTuple

from plietsch.api.reading.ahead import PIECE, Readers
from plietsch.api.reading.pool import Pool

__all__ = ["PIECE", "Pool", "Readers", "Reading"]


class Reading(NamedTuple):
    """What an application reads with: connections, and those who are answered in pieces now."""

    pool: Pool
    readers: Readers

    @classmethod
    def of(cls, database_url: str) -> "Reading":
        return cls(Pool(database_url), Readers())
