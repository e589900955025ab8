"""Kept messages as an operator asks for them: chosen, counted, tried once more, let go.

errors.PlietschError
└── NoSuchMessage
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import namedtuple_row

from plietsch.ingest import database, messages, recording
from plietsch.ingest.messages import Message
from plietsch.ingest.session import Session
from plietsch.platform import errors, settings, sql
from plietsch.platform.local import running

QUERIES = sql.load("plietsch.ingest", "browse.sql")

Cursor = psycopg.Cursor[Any]

# Who looks through millions of errors waits longer than a worker may.
_PATIENCE = "10min"
# How many messages are taken up in one transaction.
PAGE = 1_000


class NoSuchMessage(errors.PlietschError):
    """No kept message has this number, or this sender."""


class Choice(NamedTuple):
    """Which of the messages that were refused; nothing given means all of them."""

    ids: list[int] | None = None
    reason: str | None = None
    dev_eui: str | None = None
    since: datetime | None = None


class Retried(NamedTuple):
    """What became of messages that were tried once more: stored whole, still (or now) refused, or without a sender."""

    mended: int = 0
    refused: int = 0
    unknown: int = 0
    observations: int = 0

    def __add__(self, other: tuple[Any, ...]) -> "Retried":
        return Retried(*(a + b for a, b in zip(self, other, strict=True)))


@contextmanager
def cursor(database_url: str | None) -> Generator[Cursor]:
    """A cursor on the database that is meant. Raises errors.DatabaseError, also for what is asked with it."""
    try:
        with (
            database.connect(address(database_url)) as connection,
            connection.cursor(row_factory=namedtuple_row) as opened,
        ):
            opened.execute("SELECT set_config('statement_timeout', %s, false)", (_PATIENCE,))
            yield opened
    except psycopg.errors.InsufficientPrivilege as error:
        raise errors.DatabaseError(
            f"The database does not let this user: {database.explain(error)}.",
            "Name one that may with --database-url: a member of plietsch_ingest, or the owner.",
        ) from error
    except psycopg.Error as error:
        raise errors.DatabaseUnreachable(
            f"The database cannot be asked: {database.explain(error)}",
            "Is it running, is PLIETSCH_DATABASE_URL right, and was `plietsch db migrate` run?",
        ) from error


def address(database_url: str | None) -> str:
    """The database that is named, else that of the settings, else that of the stack that runs here."""
    return running.database_url(settings.read(database_url=database_url))


def pages(asked: Cursor, query: str, **parameters: Any) -> Iterator[list[Any]]:
    """The rows of one of the paged queries, a page at a time."""
    after = 0
    while page := asked.execute(QUERIES[query], {**parameters, "after": after, "most": PAGE}).fetchall():
        after = page[-1].id
        yield page


def retry(session: Session, page: list[Any]) -> Retried:
    """Interpret a page of kept messages once more, store what can be stored and let go of that, in one transaction.

    Raises database.DatabaseUnavailable.
    """
    kept = [(row, Message(row.topic, bytes(row.payload), row.first_at, retried=True)) for row in page]
    # A topic that was no text is kept with a mark in its place, and is another message since: it would be kept twice.
    # A recording's line of which no event could be made stays as it is: its file knows more of it.
    whole = [message for row, message in kept if _is_whole(row, message)]
    changed = len(kept) - len(whole)
    if not whole:
        return Retried(refused=changed)
    stored = session.store(whole)
    refused = sum(1 for outcome in stored.outcomes if outcome.problem)
    unknown = sum(1 for outcome in stored.outcomes if outcome.quarantined)
    mended = len(stored.outcomes) - refused - unknown
    return Retried(mended, refused + changed, unknown, stored.observations)


def _is_whole(row: Any, message: Message) -> bool:
    return messages.message_id(message) == row.message_id and not recording.is_bare(message)
