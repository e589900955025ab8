"""How far a long command is, where somebody looks on."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int, *, quiet: bool = False) -> Generator[Callable[[int], None]]:
    """A bar on the terminal; nothing at all in a pipe. Yields what is to be called with how many are done."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress  # takes a while to import, and most commands show none

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
