"""How the command speaks (a bar on a terminal, plain lines elsewhere, all on standard error) and how it is stopped."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

SAY_EVERY_S = 5.0
TABLE_WIDTH = 120
PLAIN_LINE = "%(asctime)s %(levelname)s %(message)s"


class Advance(Protocol):
    """Says how much of all is done, and how far that has come in words."""

    def __call__(self, done: float, total: float, reached: str = "") -> None:
        """Say it."""


def console() -> Console:
    """Return the console for people; results of a check go to standard output instead."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def results() -> Console:
    """Return the console for results: standard output, wide enough for a table where nobody says how wide it is."""
    width = None if sys.stdout.isatty() else TABLE_WIDTH
    return Console(highlight=False, soft_wrap=True, width=width)


def log_to(where: Console) -> None:
    """Send the log to a console; whole lines where it is no terminal, for a file has no width."""
    handler = RichHandler(console=where, show_path=False) if where.is_terminal else logging.StreamHandler(where.file)
    handler.setFormatter(logging.Formatter("%(message)s" if where.is_terminal else PLAIN_LINE))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Its lines say "HTTP Request: …" for each page of observations.
    logging.getLogger("httpx").setLevel(logging.WARNING)


class Stop:
    """Ctrl-C and SIGTERM set `event` and `asked`; `exit_code` is what the shell expects afterwards.

    Others may set `event` as well, when there is no sense in going on.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self.asked = False
        self.exit_code = 0
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            # Asked twice: do not wait for the broker any longer.
            raise KeyboardInterrupt
        self.asked = True
        self.event.set()
        self.exit_code = 128 + number if number == signal.SIGINT else 0


@contextmanager
def progress(where: Console, what: str) -> Generator[Advance]:
    """Yield a function that shows how far `what` is."""
    if not where.is_terminal:
        yield _Lines(where, what).advance
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=where, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: float, total: float, reached: str = "") -> None:
            bar.update(task, completed=done, total=total, description=f"{what} {reached}".rstrip())

        yield advance


class _Lines:
    def __init__(self, where: Console, what: str) -> None:
        self._where = where
        self._what = what
        self._said_at = time.monotonic()

    def advance(self, done: float, total: float, reached: str = "") -> None:
        if time.monotonic() - self._said_at < SAY_EVERY_S:
            return
        self._said_at = time.monotonic()
        share = done / total if total else 1.0
        self._where.print(f"{self._what}: {share:.0%} {reached}".rstrip())
