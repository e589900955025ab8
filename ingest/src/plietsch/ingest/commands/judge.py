"""`plietsch ingest judge`: the process that tests what was stored, and computes what follows from it."""

import os
from contextlib import closing
from typing import Annotated, Final

import typer

from plietsch.ingest import database, stopping
from plietsch.ingest.commands import output
from plietsch.ingest.database import Connection
from plietsch.ingest.judge.following import READER
from plietsch.ingest.judge.process import Judge, JudgePresent
from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import collect_rarely
from plietsch.platform import errors, ledger, logs, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.ledger import Position
from plietsch.platform.local import running

EXAMPLE = """Examples:

`plietsch ingest judge` follows what is stored, until it is stopped.

`plietsch ingest judge --once` judges all there is and ends: after an import, say.
"""
# Who stores and who reads come first.
_NICE: Final = 10
# How often is looked how far another process has come, and how many entries of the ledger at a time.
_LOOK_S: Final = 0.5
_PAGE: Final = 1_000

Once = Annotated[bool, typer.Option("--once", help="Judge all there is, then end.")]


def judge(once: Once = False, database_url: DatabaseUrl = None) -> None:
    """Test values against those around them (QARTOD) and compute what follows from many, until SIGTERM or Ctrl-C.

    Begins where it stopped, the first time with all there is. One at a time does this: a second one waits until the
    first has ended, or with --once until that one has judged all there is. Each value that is changed keeps a revision
    (docs/ingest.md, "Judging").
    """
    given = settings.read(database_url=database_url)
    logs.configure(given)
    collect_rarely()
    if hasattr(os, "nice"):  # Windows has none
        os.nice(_NICE)
    with stopping.on_signals() as stop:
        if not once:
            Judge(given.database_url, stop).run()
            return
        output.lines(judge_all(running.database_url(given), stop))


def judge_all(database_url: str, stop: Stop) -> str:
    """Judge all there is, or see that the process does so which judges already; what to say of it.

    Raises database.DatabaseUnavailable.
    """
    judging, until = Judge(database_url, stop), None
    while not stop.is_set():
        try:
            judging.once()
            break
        except JudgePresent:
            with closing(database.connect(database_url)) as connection, database.availability():
                until = until or ledger.present(connection)
                if not is_behind(connection, until):
                    return "Another process judges this database, and has judged all there is."
            stop.wait(_LOOK_S)
    return judging.tally.said()


def is_behind(connection: Connection, until: Position) -> bool:
    """Whether something that was written before a position of the ledger is not judged yet."""
    position = ledger.kept(connection, READER) or ledger.BEGINNING
    try:
        while position < until and (entries := ledger.read(connection, position, _PAGE)):
            if any(entry.position < until and entry.cause != "judge" for entry in entries):
                return True
            position = entries[-1].position
    except errors.LedgerPositionUnknown:  # of another server: who judges begins again
        return True
    return False
