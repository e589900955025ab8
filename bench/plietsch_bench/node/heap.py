"""N2: what a node takes of MicroPython's heap, after import and at the peak of its first cycles.

In the WebAssembly port, whose objects are as large as an ESP32's (words of 32 bits), with a heap of 100 kB. What lives
is counted after a collection at each place where the node waits. Between two such places nothing is collected there, so
that "with garbage" is what all of that would take if a board's collector never ran in between: the true peak lies
between the two. AES is the host's, as `cryptolib` is a board's; what it would take in Python is said apart. "Run in
place" is computed (see `bytecode`): no port here can do it.
"""

from plietsch.firmware.micropython.program import Program
from plietsch_bench.node import bytecode, compiled, inside
from plietsch_bench.node.kinds import KINDS, Kind
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Goal, Result

GOAL_BYTES = 40 * 1024
CYCLES = 8  # joins, learns the time, sends, sends again with an acknowledgement
_IMPORTS = (
    "from plietsch_node.app import instruments, node",
    "from plietsch_node import storage",
    "from plietsch_node.radio import modem",
)
_LOADED = "import sys\nresult = ' '.join(name for name in sys.modules if name.startswith('plietsch_node'))"
_MAKE = """
board = onboard.Node({kind!r}, Cipher, '/flash', {{"confirm_after_s": 60}})
board.make()
"""


def run(_plan: Plan, progress: Progress) -> Result:
    """Measure each type of node from bytecode and from source; nothing is timed."""
    rows: list[dict[str, float | str]] = []
    for kind in KINDS:
        for form in ("bytecode", "source"):
            progress(f"N2 {kind.name} from {form}")
            rows.append(_row(kind, form == "bytecode"))
    compiled_rows = [row for row in rows if row["from"] == "bytecode"]
    most = max(float(row["peak"]) for row in compiled_rows)
    in_place = max(float(row["peak, run in place"]) for row in compiled_rows)
    imported = max(float(row["after import"]) for row in compiled_rows)
    return Result(
        "N2",
        "bytes of heap that live at the peak of a whole cycle, the largest type of node, from .mpy files; limit: 40 kB",
        most,
        "bytes",
        GOAL_BYTES,
        {},
        [
            Goal("times the heap in use after import goes into 40 kB", 1.0, GOAL_BYTES / imported),
            Goal("times the heap in use at peak goes into 40 kB", 1.0, GOAL_BYTES / most),
            Goal(
                "times the same goes into 40 kB where the files are run in place (computed)", 1.0, GOAL_BYTES / in_place
            ),
        ],
        {name: float(value) for name, value in _aes().items()},
        rows=rows,
    )


def _row(kind: Kind, from_bytecode: bool) -> dict[str, float | str]:
    with inside.program(from_bytecode) as program:
        empty = program.heap()[0]
        for line in (*_IMPORTS, *(f"from plietsch_node.drivers import {name}" for name in kind.drivers)):
            program.run(line)
        imported = program.heap()[0]
        program.run(f"from plietsch_bench.node import onboard\n{inside.CIPHER}")
        with_world = program.heap()[0]
        apart = with_world - imported + empty
        program.run(_MAKE.format(kind=kind.name), ask=inside.encrypted)
        made = program.heap()[0]
        peak, with_garbage = _cycles(program)
        in_place = _in_place_bytes(program)
    return {
        "node": kind.name,
        "from": "bytecode" if from_bytecode else "source",
        "after import": imported - empty,
        "made": made - apart,
        "peak": peak - apart,
        "peak with garbage": with_garbage - apart,
        "peak, run in place": peak - apart - in_place if from_bytecode else "",
    }


def _in_place_bytes(program: Program) -> int:
    """Return what the heap would not hold if the files that were imported were run in place."""
    loaded = (program.run(_LOADED) or "").split()
    files = compiled.compiled()
    return bytecode.in_place_bytes(data for name, data in files.items() if compiled.module(name) in loaded)


def _cycles(program: Program) -> tuple[int, int]:
    """Return the most that lived, and the most with garbage, while the node ran."""
    peak = with_garbage = 0
    for _ in range(CYCLES):
        program.run("board.begin()", ask=inside.encrypted)
        waits = None
        while waits != "done":
            waits = program.run("result = board.step()", ask=inside.encrypted, keep_garbage=True)
            used, garbage = program.heap()
            peak, with_garbage = max(peak, used), max(with_garbage, used + garbage)
    return peak, with_garbage


def _aes() -> dict[str, int]:
    with inside.program(True) as program:
        empty = program.heap()[0]
        program.run("from plietsch_node.lorawan.aes import Aes128")
        loaded = program.heap()[0]
        program.run("keys = [Aes128(bytes(16)) for _ in range(3)]\nkeys[0].encrypt(bytes(16))")
        keyed = program.heap()[0]
    return {"AES in Python, bytes after import": loaded - empty, "AES in Python, bytes of three keys": keyed - loaded}
