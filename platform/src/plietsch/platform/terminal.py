"""Tables on the terminal: names that somebody will copy stay whole, and a pipe gets whole lines."""

from rich.console import Console
from rich.table import Column

# No line of a table is longer; what reads a pipe does not want it folded.
_PIPE_WIDTH = 240


def console() -> Console:
    """Where a command writes what it was asked for."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def counted(number: int, noun: str) -> str:
    """A number of things: 1 station, 2 stations."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def whole(header: str) -> Column:
    """A column whose values are never cut."""
    return Column(header, no_wrap=True, min_width=len(header), overflow="ignore")
