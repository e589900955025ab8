"""The local stack as a child process: database, broker, ingest and site, without simulated stations."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from plietsch.firmware import errors

COMMAND = (sys.executable, "-m", "plietsch.platform")
LONGEST_START_S = 90
LONGEST_STOP_S = 30
LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the parts of a running stack answer; the database's address is None if others look after it."""

    site: str
    broker: str
    database: str | None


@contextmanager
def started(ended: threading.Event) -> Generator[Stack]:
    """Start the stack in a temporary folder and stop it afterwards; raise StackFailed if it does not become ready.

    `ended` is set when it ends, be it before its time.
    """
    with tempfile.TemporaryDirectory(prefix="plietsch-check-") as folder:
        # As root the database runs under another user, who must be able to enter.
        Path(folder).chmod(0o711)
        log_path = Path(folder) / "stack.log"
        with log_path.open("w+", encoding="utf-8") as log, _child(Path(folder), log) as child:
            yield _ready(child, log_path, ended)


def register(region_file: Path, database_url: str) -> None:
    """Register the stations of a region file as a user would; raise StackFailed with what the command said.

    Settings are looked for in the file's folder only.
    """
    done = subprocess.run(  # noqa: S603 our own command
        [*COMMAND, "device", "import", str(region_file.absolute())],
        capture_output=True,
        text=True,
        check=False,
        # Not as an argument, which everybody on this computer can read.
        env=_environment() | {"PLIETSCH_DATABASE_URL": database_url},
        cwd=region_file.parent,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise errors.StackFailed(f"`plietsch device import` ended with {done.returncode}: {said}")


def _environment() -> dict[str, str]:
    """Return the environment without plietsch's settings: a check must not touch what an operator has set up."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("PLIETSCH_")}


@contextmanager
def _child(folder: Path, log: IO[str]) -> Generator["subprocess.Popen[str]"]:
    child = subprocess.Popen(  # noqa: S603 our own command
        [*COMMAND, "up", "--bare", "--data-dir", str(folder), "--port", "0", "--json"],
        env=_environment(),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        # Ctrl-C is for the check, which then stops its stack in good order.
        start_new_session=True,
    )
    with child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(LONGEST_STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()


def _ready(child: "subprocess.Popen[str]", log_path: Path, ended: threading.Event) -> Stack:
    line = _first_line(child, ended)
    try:
        said = json.loads(line)
        return Stack(site=said["site"], broker=said["broker"], database=said["database"])
    except (ValueError, KeyError, TypeError) as error:
        last = "\n".join(log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
        raise errors.StackFailed(
            f"`plietsch up --bare` did not become ready within {LONGEST_START_S} s", last or line.strip()
        ) from error


def _first_line(child: "subprocess.Popen[str]", ended: threading.Event) -> str:
    """Return the child's first line on standard output, "" if there is none in time; the rest is read and dropped."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        if child.stdout:
            lines.put(child.stdout.readline())
            # Nobody needs the rest, but a full pipe would stop the child.
            while child.stdout.read(4096):
                pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        return lines.get(timeout=LONGEST_START_S)
    except queue.Empty:
        return ""
