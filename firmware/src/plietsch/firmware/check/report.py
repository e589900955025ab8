"""Says what a check found: a table of counts, what is wrong with the files, and the first examples of each fault."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from plietsch.firmware.check.compare import DOUBLED, MISSING, RECORDED, STORED, UNEXPECTED, WRONG, Comparison
from plietsch.firmware.ranges import ABOVE, BELOW
from plietsch.firmware.replay.archive import Archive

COLUMNS = (RECORDED, STORED, ABOVE, BELOW, MISSING, DOUBLED, WRONG, UNEXPECTED)
PROBLEMS_SHOWN = 20


def counts(comparison: Comparison) -> Table:
    """Return the table of readings and values by instrument."""
    table = Table(title="Recorded and stored", title_justify="left")
    table.add_column("instrument")
    for name in ("readings", *(f"values {RECORDED}", *COLUMNS[1:])):
        table.add_column(name, justify="right")
    for instrument in sorted(comparison.readings):
        cells = [comparison.values[instrument, what] for what in COLUMNS]
        table.add_row(instrument, str(comparison.readings[instrument]), *map(str, cells))
    totals = [comparison.total(what) for what in COLUMNS]
    table.add_section()
    table.add_row("all", str(comparison.readings.total()), *map(str, totals))
    return table


def show_problems(console: Console, archive: Archive) -> None:
    """Say which lines could not be used and why, with their counts by reason."""
    for problem in archive.problems[:PROBLEMS_SHOWN]:
        console.print(f"{problem.source}: {problem.reason}: {problem.detail}", markup=False)
    further = len(archive.problems) - PROBLEMS_SHOWN
    if further > 0:
        console.print(f"… and {further} more lines")
    for reason, count in sorted(Counter(problem.reason for problem in archive.problems).items()):
        console.print(f"lines not used: {count}: {reason}", markup=False)
    for what, count in sorted(archive.empty_values.items()):
        console.print(f"values not recorded: {count}: {what}", markup=False)


def show_faults(console: Console, comparison: Comparison) -> None:
    """Say the first examples of each fault."""
    for fault, examples in comparison.examples.items():
        for example in examples:
            console.print(f"{fault}: {example}", markup=False)
