"""The write path: a batch of outcomes becomes one transaction of frames, observations, health, errors and a row of the
ledger.

lock the batch's devices → drop what was stored before → copy → what follows → commit

The copy is optimistic: it goes straight into the tables, more than twice as fast as by way of a stage. Where a key was
there before (a reading that a node sends again in another frame) the transaction begins anew by way of a stage, which
adds what is new and lets the rest be. A batch whose data the database refuses is halved until the message at fault
stands alone; its neighbours are stored, it becomes an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.errors import ConfigurationLimitExceeded, OutOfMemory, QueryCanceled, UniqueViolation

from plietsch.ingest import batch, database, interpret, kept
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.reasons import Reason

# What a smaller batch may escape: a statement's time on a slow disk, memory, TimescaleDB's limit of rows to decompress.
_TOO_LARGE = (QueryCanceled, OutOfMemory, ConfigurationLimitExceeded)
# Batches that take the stage at once after one that had to: what makes readings come again seldom makes one come alone,
# and an attempt in vain costs as much as one that succeeds.
_WARY_BATCHES = 16


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch.

    `observations` are new, `late` of them heard more than an hour after they were measured; `repeated` came with new
    frames and were there before, `differing` of them with another result; `copies` are frames that repeat another one.
    """

    outcomes: tuple[Outcome, ...] = ()
    observations: int = 0
    late: int = 0
    repeated: int = 0
    differing: int = 0
    copies: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.outcomes + other.outcomes,
            self.observations + other.observations,
            self.late + other.late,
            self.repeated + other.repeated,
            self.differing + other.differing,
            self.copies + other.copies,
        )


class Writer:
    """Stores outcomes over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wary = 0
        with database.availability():
            connection.execute(QUERIES["create_stages"])

    def store(self, outcomes: Sequence[Outcome]) -> Stored:
        """Store a batch; when this returns, it is committed. Raises database.DatabaseUnavailable."""
        try:
            with database.availability():
                return self._store(outcomes)
        except database.DatabaseUnavailable as error:
            if isinstance(error.__cause__, _TOO_LARGE) and len(outcomes) > 1:
                return self._halve(outcomes)
            raise
        except psycopg.Error as error:  # it blames the data
            return self._isolate(outcomes, error)

    def _store(self, outcomes: Sequence[Outcome]) -> Stored:
        if self._wary == 0:
            try:
                return self._transact(outcomes, optimistic=True)
            except UniqueViolation:
                self._wary = _WARY_BATCHES
        self._wary -= 1
        return self._transact(outcomes, optimistic=False)

    def _halve(self, outcomes: Sequence[Outcome]) -> Stored:
        middle = len(outcomes) // 2
        return self.store(outcomes[:middle]) + self.store(outcomes[middle:])

    def _transact(self, outcomes: Sequence[Outcome], *, optimistic: bool) -> Stored:
        connection = self._connection
        with connection.transaction():
            newest = batch.lock(connection, outcomes)
            fresh = batch.without_stored(connection, outcomes, newest)
            written = (batch.copy if optimistic else batch.stage)(connection, fresh)
            batch.follow(connection, fresh)
            kept.keep(connection, outcomes)
        copies = sum(1 for outcome in fresh if outcome.uplink and outcome.uplink.repeats)
        return Stored(tuple(fresh), written.observations, written.late, written.repeated, written.differing, copies)

    def _isolate(self, outcomes: Sequence[Outcome], error: psycopg.Error) -> Stored:
        if len(outcomes) > 1:
            return self._halve(outcomes)
        (outcome,) = outcomes
        if outcome.problem and outcome.problem.reason is Reason.STORE_FAILED:
            raise database.DatabaseUnavailable(
                f"The database refuses even the record of an error: {database.explain(error)}"
            ) from error
        return self.store([interpret.refused(outcome, database.explain(error))])
