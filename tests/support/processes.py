"""plietsch's own commands as processes, started as a user would."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "plietsch.platform"]


def environment(**settings: str) -> dict[str, str]:
    """The environment without settings from outside, with these ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLIETSCH_")}
    return inherited | {f"PLIETSCH_{name.upper()}": value for name, value in settings.items()}


def start(
    *arguments: str, settings: Mapping[str, str] | None = None, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a command; its output goes to the log file."""
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(**(settings or {})),
            start_new_session=True,
        )


def run(
    *arguments: str, settings: Mapping[str, str] | None = None, timeout_s: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(**(settings or {})),
        text=True,
        timeout=timeout_s,
        check=False,
    )


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def alive(process: psutil.Process) -> bool:
    """Whether it runs: one that has ended and whose number nobody has taken back yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
