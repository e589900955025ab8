"""N4: from waking up to the first symbol on air: how long the node computes, in MicroPython (WebAssembly) and CPython.

What instruments and duty cycle make it wait is not counted: time in the node's canned world passes at once. An ESP32 is
slower than this machine by a factor that only the board can tell; what carries over is how the time is divided.
"""

import json
import tempfile

from plietsch.firmware.node import HostCipher
from plietsch_bench.node import inside, onboard
from plietsch_bench.node.kinds import KINDS, Kind
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Result, middle, ratio

BLOCKS, ENCODED = 200, 200
HEAP_BYTES = 64 * 1024 * 1024  # nothing is collected in the middle of a measurement
_WAKING = """
import json
from plietsch_bench.node import onboard
from plietsch_node.lorawan.aes import Aes128
asked = json.loads(argument)
result = json.dumps([
    onboard.waking(asked["kind"], Aes128, "/flash", asked["count"]),
    onboard.block_us(Aes128, asked["blocks"]),
    onboard.encode_us(asked["values"], asked["encoded"]),
])
"""
_IMPORT = """
from hostbridge import ticks_us
began = ticks_us()
from plietsch_node.app import instruments, node
from plietsch_node.radio import modem
from plietsch_node import storage
result = str(ticks_us() - began)
"""


def run(plan: Plan, progress: Progress) -> Result:
    """Medians of a hundred wakes in each interpreter, five where the plan is small."""
    count = 100 if plan.repetitions > 1 else 5
    rows: list[dict[str, float | str]] = []
    for kind in KINDS:
        progress(f"N4 {kind.name}")
        rows += [_row(kind, "MicroPython", *_micropython(kind, count)), _row(kind, "CPython", *_cpython(kind, count))]
    ours, limit = float(rows[0]["to the frame, µs"]), float(rows[1]["to the frame, µs"])
    with inside.program(True) as program:
        imported_us = float(program.run(_IMPORT) or "nan")
    return Result(
        "N4",
        "a fine-dust node from waking up to its first frame, in MicroPython with AES in Python; limit: in CPython with"
        " AES of its library",
        ours,
        "µs",
        limit,
        {},
        [],
        {
            "importing everything from .mpy in MicroPython, µs": imported_us,
            "MicroPython to CPython": ratio(ours, limit),
        },
        count,
        rows=rows,
    )


def _row(
    kind: Kind, interpreter: str, wakes: list[tuple[float, float, int]], block_us: float, encode_us: float
) -> dict[str, float | str]:
    made, cycled = middle(wake[0] for wake in wakes), middle(wake[1] for wake in wakes)
    blocks = middle(wake[2] for wake in wakes)
    return {
        "node": kind.name,
        "in": interpreter,
        "to the frame, µs": made + cycled,
        "of it made anew from its stores": made,
        "AES": blocks * block_us,
        "blocks of AES": blocks,
        "encoding a reading": encode_us,
    }


def _micropython(kind: Kind, count: int) -> tuple[list[tuple[float, float, int]], float, float]:
    asked = {"kind": kind.name, "count": count, "blocks": BLOCKS, "values": kind.values, "encoded": ENCODED}
    with inside.program(True, HEAP_BYTES) as program:
        wakes, block_us, encode_us = json.loads(program.run(_WAKING, json.dumps(asked)) or "")
    return wakes, block_us, encode_us


def _cpython(kind: Kind, count: int) -> tuple[list[tuple[float, float, int]], float, float]:
    with tempfile.TemporaryDirectory() as folder:
        wakes = onboard.waking(kind.name, HostCipher, folder, count)
    return wakes, onboard.block_us(HostCipher, BLOCKS), onboard.encode_us(kind.values, ENCODED)
