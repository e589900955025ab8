"""Puts what was measured of a node, and of the site, into the documents: `python -m plietsch_bench.node.tables`.

A table stands between `<!-- name -->` and `<!-- /name -->`, in `docs/benchmarks.md` and `docs/node.md`.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from plietsch_bench.node.kinds import KINDS

ROOT = Path(__file__).parents[3]
DOCUMENTS = (ROOT / "docs/benchmarks.md", ROOT / "docs/node.md")
NAMES = [kind.name for kind in KINDS]
FACTORS = range(7, 13)
DRAWN_BY = ("awake", "asleep", "sending", "receiving", "instruments")


def main() -> None:
    """Write the tables of the results that are kept."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for name, table in TABLES.items():
            text = put(text, name, table())
        document.write_text(text, encoding="utf-8")


def put(text: str, name: str, table: str) -> str:
    """Return `text` with the table of this name, where it has one."""
    return re.sub(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda m: f"{m[1]}{table}{m[2]}", text, flags=re.DOTALL)


def _air() -> str:
    rows = {(row["node"], row["SF"]): row for row in _rows("N1")}
    head = ["", *(cell for name in NAMES for cell in (f"{name}: ours", "CayenneLPP"))]

    def line(factor: int, column: str) -> list[str]:
        return [f"{rows[name, factor][key]:.0f}" for name in NAMES for key in (column, _in_cayenne(column))]

    lines = [["bytes", *line(7, "bytes")], *([f"SF{factor}, ms", *line(factor, "airtime, ms")] for factor in FACTORS)]
    return _table(head, lines)


def _in_cayenne(column: str) -> str:
    what, comma, unit = column.partition(",")
    return f"{what} in CayenneLPP{comma}{unit}"


def _heap() -> str:
    columns = ("after import", "peak of a wake", "peak", "peak with garbage", "peak, run in place")
    lines = [
        [f"{row['node']} from {row['from']}", *(_kb(row[column]) for column in columns)]
        for form in ("bytecode", "source")
        for row in _rows("N2")
        if row["from"] == form
    ]
    aes = _result("N2")["details"]
    loaded, keys = aes["AES in Python, bytes after import"], aes["AES in Python, bytes of three keys"]
    return _table(["kB", *columns], [*lines, ["AES in Python, beside it", _kb(loaded), _kb(loaded + keys), "", "", ""]])


def _files() -> str:
    result = _result("N3")
    lines = [
        [f"`{row['package']}`", str(row["files"]), _whole(row["source, bytes"]), _whole(row["compiled, bytes"])]
        for row in result["rows"]
    ]
    total = ["all", str(sum(row["files"] for row in result["rows"])), _whole(result["limit"]), _whole(result["figure"])]
    return _table(["package", "files", "source, bytes", "compiled, bytes"], [*lines, total])


def _wakes() -> str:
    columns = ("to the frame, µs", "of it made anew from its stores", "AES", "encoding a reading")
    lines = [[f"{row['node']} in {row['in']}", *(_whole(row[column]) for column in columns)] for row in _rows("N4")]
    imported = _result("N4")["details"]["importing everything from .mpy in MicroPython, µs"]
    lines.append(["importing everything from bytecode in MicroPython", _whole(imported), "", "", ""])
    return _table(["", *columns], lines)


def _life() -> str:
    rows = {(row["node"], row["SF"]): row for row in _rows("N5")}
    cases = list(dict.fromkeys(row["node"] for row in _rows("N5")))
    lines = [[case, *(_whole(rows[case, factor]["days"]) for factor in FACTORS)] for case in cases]
    return _table(["days", *(f"SF{factor}" for factor in FACTORS)], lines)


def _budget() -> str:
    lines = [
        [row["node"], *(f"{row[f'of it {name}']:.2f}" for name in DRAWN_BY), f"{row['mAh a day']:.1f}"]
        for row in _rows("N5")
        if row["SF"] == 7
    ]
    return _table(["mAh", *DRAWN_BY, "all"], lines)


def _summary() -> str:
    air = {(row["node"], row["SF"]): row for row in _rows("N1")}
    heap = {row["node"]: row for row in _rows("N2") if row["from"] == "bytecode"}
    life = {(row["node"], row["SF"]): row for row in _rows("N5")}
    told: dict[str, Callable[[str], str]] = {
        "bytes of a reading (in CayenneLPP, without time)": lambda name: (
            f"{air[name, 7]['bytes']} ({air[name, 7]['bytes in CayenneLPP']})"
        ),
        "its airtime at SF7, SF9, SF12": lambda name: (
            ", ".join(f"{air[name, factor]['airtime, ms']:.0f}" for factor in (7, 9, 12)) + " ms"
        ),
        "heap after import, from `.mpy` files": lambda name: f"{_kb(heap[name]['after import'])} kB",
        "at the peak of a wake": lambda name: f"{_kb(heap[name]['peak of a wake'])} kB",
        "at the peak of everything, joining included": lambda name: f"{_kb(heap[name]['peak'])} kB",
        "the same where the files are run in place (computed)": lambda name: (
            f"{_kb(heap[name]['peak, run in place'])} kB"
        ),
        "days on two 18650 cells at SF7, SF12 (modelled)": lambda name: (
            f"{life[name, 7]['days']:.0f}, {life[name, 12]['days']:.0f}"
        ),
    }
    return _table(["", *NAMES], [[what, *(of(name) for name in NAMES)] for what, of in told.items()])


def _site() -> str:
    def said(value: float | str) -> str:
        return value if isinstance(value, str) else f"{value:.2g}" if value < 10 else _whole(value)

    lines = [[row["what"], said(row["with stations"]), said(row["without"])] for row in _rows("B8")]
    return _table(["", "10 000 stations", "none"], lines)


TABLES: dict[str, Callable[[], str]] = {
    "B8": _site,
    "N1": _air,
    "N2": _heap,
    "N3": _files,
    "N4": _wakes,
    "N5": _life,
    "power": _budget,
    "costs": _summary,
}


def _result(name: str) -> dict[str, Any]:
    return json.loads((ROOT / f"bench/results/{name}.json").read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, Any]]:
    return _result(name)["rows"]


def _kb(value: float | str) -> str:
    return f"{value / 1024:.1f}" if isinstance(value, int | float) else "–"


def _whole(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    main()
