"""`plietsch ingest judge`: the process that tests what was stored, and computes what follows from it."""

import os
from typing import Annotated, Final

import typer

from plietsch.ingest import stopping
from plietsch.ingest.commands import output
from plietsch.ingest.judge.process import Judge
from plietsch.ingest.worker import collect_rarely
from plietsch.platform import logs, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running

EXAMPLE = """Examples:

`plietsch ingest judge` follows what is stored, until it is stopped.

`plietsch ingest judge --once` judges all there is and ends: after an import, say.
"""
# Who stores and who reads come first.
_NICE: Final = 10

Once = Annotated[bool, typer.Option("--once", help="Judge all there is, then end.")]


def judge(once: Once = False, database_url: DatabaseUrl = None) -> None:
    """Test values against those around them (QARTOD) and compute what follows from many, until SIGTERM or Ctrl-C.

    Begins where it stopped, the first time with all there is. One at a time does this: a second one waits until the
    first has ended. Each value that is changed keeps a revision (docs/ingest.md, "Judging").
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
        judging = Judge(running.database_url(given), stop)
        judging.once()
        output.lines(judging.tally.said())
