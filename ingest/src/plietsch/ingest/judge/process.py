"""The judge's process: one at a time, for as long as the database answers; another one waits for its end."""

import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog

from plietsch.ingest import database
from plietsch.ingest.backoff import Backoff
from plietsch.ingest.database import Connection, DatabaseUnavailable
from plietsch.ingest.judge import assessing
from plietsch.ingest.judge.following import Following
from plietsch.ingest.judge.queries import QUERIES
from plietsch.ingest.judge.tally import Tally
from plietsch.ingest.stopping import Stop
from plietsch.platform import errors

log = structlog.get_logger(__name__)

# Whoever holds this one is the process; `assessing.LOCK` is held for a transaction, by others, too.
_PROCESS_LOCK: Final = assessing.LOCK + 1
# What came within so little is judged together: readings of a station come one after another.
_GATHER_S: Final = 0.5
# It rests for a multiple of the time for which it worked: who measures and who reads come first, and what comes
# meanwhile is judged with less work, as the hours around it are loaded once. A backlog does not become less work.
_REST: Final = 3.0
_REST_IN_BACKLOG: Final = 1.0
_LONGEST_REST_S: Final = 30.0
# How long nothing is looked for when nothing is heard: notifications come by themselves.
_PATIENCE_S: Final = 60.0
# Another process judges: how often is looked whether it still does.
_STANDBY_S: Final = 5.0


class JudgePresent(errors.PlietschError):
    """Another process judges this database already."""


@dataclass
class Judge:
    """Judges what is written into a database until it is asked to stop."""

    database_url: str
    stop: Stop
    gather_s: float = _GATHER_S
    tally: Tally = field(default_factory=Tally)
    _backoff: Backoff = field(default_factory=Backoff)

    def run(self) -> None:
        """Judge all there is and all that comes."""
        while not self.stop.is_set():
            try:
                with closing(_connect(self.database_url)) as connection, database.availability():
                    if not is_alone(connection):
                        log.info("another process judges; this one waits")
                        self.stop.wait(_STANDBY_S)
                        continue
                    log.info("connected to the database")
                    following = Following(connection, self.stop, self.tally)
                    self._follow(following)
            except DatabaseUnavailable as error:
                delay_s = self._backoff.next()
                log.warning("waiting for the database", why=error.message, next_attempt_in_s=round(delay_s, 1))
                self.stop.wait(delay_s)
        self.tally.report()
        log.info("stopped")

    def once(self) -> None:
        """Judge all there is. Raises JudgePresent, database.DatabaseUnavailable."""
        with closing(_connect(self.database_url)) as connection, database.availability():
            if not is_alone(connection):
                raise JudgePresent("Another process judges this database already.", "It judges what comes by itself.")
            following = Following(connection, self.stop, self.tally)
            while not self.stop.is_set() and following.turn():
                pass

    def _follow(self, following: Following) -> None:
        while not self.stop.is_set():
            if following.wait(_PATIENCE_S) and not self.stop.wait(self.gather_s):
                begun = time.monotonic()
                following.turn()
                self._backoff.reset()
                rest = _REST_IN_BACKLOG if following.has_backlog else _REST
                self.stop.wait(min(rest * (time.monotonic() - begun), _LONGEST_REST_S))
            self.tally.report_now_and_then()


def _connect(database_url: str) -> Connection:
    try:
        return database.connect(database_url)
    except psycopg.Error as error:
        raise DatabaseUnavailable(
            database.explain(error), "Is it running, and is PLIETSCH_DATABASE_URL right?"
        ) from error


def is_alone(connection: Connection) -> bool:
    """Be the judge until the connection ends; False while another process is."""
    return connection.execute(QUERIES["be_judge"], (_PROCESS_LOCK,)).fetchone() == (True,)
