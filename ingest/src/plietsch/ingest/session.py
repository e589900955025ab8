"""A time during which the database answers: the writer and the registry, each over a connection of its own."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg
import structlog

from plietsch.ingest import database, interpret, presence
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.messages import Message
from plietsch.ingest.registrar import Registrar
from plietsch.ingest.registry import Registry
from plietsch.ingest.writer import Stored, Writer

log = structlog.get_logger(__name__)

_HINT = "Is it running, and is PLIETSCH_DATABASE_URL right?"
# How many quarantined messages are taken up at a time.
_PAGE = 1_000


class Session:
    """Interprets and stores messages. Everything here raises database.DatabaseUnavailable."""

    def __init__(self, writing: Connection, listening: Connection) -> None:
        self._writing = writing
        self._writer = Writer(writing)
        self._registrar = Registrar(listening)

    def store(self, batch: Sequence[Message]) -> Stored:
        """Make a batch durable: when this returns, it is committed."""
        self._registrar.look_for(eui for message in batch if (eui := interpret.dev_eui(message)))
        registry = self._registrar.registry
        return self._writer.store([_interpret(message, registry) for message in batch])

    def registry_changed(self) -> bool:
        """Whether devices were registered, changed or moved since the last call; the newest registry is in use then."""
        return self._registrar.changed()

    def release(self) -> Iterator[Stored]:
        """Store what waited in quarantine for a device that is registered by now, a page at a time."""
        after = 0
        while page := self._quarantined(after):
            after = page[-1][0]
            yield self.store([message for _, message in page])

    def _quarantined(self, after: int) -> list[tuple[int, Message]]:
        with database.availability():
            rows = self._writing.execute(
                QUERIES["quarantined_of_registered"], {"after": after, "most": _PAGE}
            ).fetchall()
        return [(row[0], Message(row[1], row[2], row[3], retried=True)) for row in rows]


def _interpret(message: Message, registry: Registry) -> Outcome:
    try:
        return interpret.interpret(message, registry)
    except Exception as error:  # our mistake with one message must not stop all that come after it
        log.exception("could not interpret a message", topic=message.topic)
        return interpret.mistaken(message, error)


@contextmanager
def opened(database_url: str, client_id: str = "") -> Generator[Session]:
    """Connect, as the worker of a client id if one is given, and disconnect at the end.

    Raises database.DatabaseUnavailable.
    """
    try:
        writing = database.connect(database_url)
    except psycopg.Error as error:
        raise database.DatabaseUnavailable(database.explain(error), _HINT) from error
    with closing(writing):
        try:
            listening = database.connect(database_url)
        except psycopg.Error as error:
            raise database.DatabaseUnavailable(database.explain(error), _HINT) from error
        with closing(listening):
            if client_id:
                presence.announce(listening, client_id)
            yield Session(writing, listening)
