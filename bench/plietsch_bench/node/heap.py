"""N2: what a node takes of MicroPython's heap, after import and at the peak of its first cycles.

"Peak" is that of a node that does it all without ever losing its memory: join, learn the time, say how it is, send, be
acknowledged. "Peak of a wake" is that of one that wakes from deep sleep to measure and to send, and loads no more.

In the WebAssembly port, whose objects are as large as an ESP32's (words of 32 bits), with a heap of 100 kB. What lives
is counted after a collection at each place where the node waits. Between two such places nothing is collected there, so
that "with garbage" is what all of that would take if a board's collector never ran in between: the true peak lies
between the two. AES is the host's, as `cryptolib` is a board's; what it would take in Python is said apart. "Run in
place" is computed (see `bytecode`): no port here can do it.
"""

import functools

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
board = onboard.Node({kind!r}, Cipher, '/flash', {{"confirm_after_s": 60}}, rtc=onboard.RtcMemory("/rtc"))
board.make()
"""
_WAKE = """
board = onboard.Node({kind!r}, Cipher, '/flash', {{"confirm_after_s": 60}}, rtc=onboard.RtcMemory("/rtc"))
board.wake(argument)
board.news(1)
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
        imported, apart = _begin(program, kind)
        program.run(_MAKE.format(kind=kind.name), ask=inside.encrypted)
        peak, with_garbage, in_place = _cycles(program, CYCLES)
        kept = program.run("result = board.kept()") or ""
    with inside.program(from_bytecode) as program:
        _, wake_apart = _begin(program, kind)
        program.run(_WAKE.format(kind=kind.name), kept, ask=inside.encrypted)
        wake = _cycles(program, 1)[0]
    return {
        "node": kind.name,
        "from": "bytecode" if from_bytecode else "source",
        "after import": imported,
        "peak of a wake": wake - wake_apart,
        "peak": peak - apart,
        "peak with garbage": with_garbage - apart,
        "peak, run in place": peak - apart - in_place if from_bytecode else "",
    }


def _begin(program: Program, kind: Kind) -> tuple[int, int]:
    """Import everything; return what the node takes, and what does not belong to it."""
    empty = program.heap()[0]
    for line in (*_IMPORTS, *(f"from plietsch_node.drivers import {name}" for name in kind.drivers)):
        program.run(line)
    imported = program.heap()[0] - empty
    program.run(f"from plietsch_bench.node import onboard\n{inside.CIPHER}")
    return imported, program.heap()[0] - imported


def _in_place_bytes(program: Program) -> int:
    """Return what the heap would not hold if the files that were imported were run in place."""
    loaded = (program.run(_LOADED) or "").split()
    return bytecode.in_place_bytes(data for name, data in _bytecode().items() if compiled.module(name) in loaded)


@functools.cache
def _bytecode() -> dict[str, bytes]:
    return compiled.compiled()


def _cycles(program: Program, count: int) -> tuple[int, int, int]:
    """Return the most that lived while the node ran, the most with garbage, and what of the first could be in place."""
    peak = with_garbage = in_place = 0
    for _ in range(count):
        program.run("board.begin()", ask=inside.encrypted)
        waits = None
        while waits != "done":
            waits = program.run("result = board.step()", ask=inside.encrypted, keep_garbage=True)
            used, garbage = program.heap()
            with_garbage = max(with_garbage, used + garbage)
            if used > peak:
                peak, in_place = used, _in_place_bytes(program)
    return peak, with_garbage, in_place


def _aes() -> dict[str, int]:
    with inside.program(True) as program:
        empty = program.heap()[0]
        program.run("from plietsch_node.lorawan.aes import Aes128")
        loaded = program.heap()[0]
        program.run("keys = [Aes128(bytes(16)) for _ in range(3)]\nkeys[0].encrypt(bytes(16))")
        keyed = program.heap()[0]
    return {"AES in Python, bytes after import": loaded - empty, "AES in Python, bytes of three keys": keyed - loaded}
