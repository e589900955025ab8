"""A long-running process of the local stack: started with its settings in the environment, watched, ended in order."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from plietsch.platform import errors

# A worker flushes and acknowledges what it holds before it ends.
_STOP_TIMEOUT_S = 15.0
# A service that ends again and again is not started for ever.
_MAX_RESTARTS = 5
_HEALTHY_AFTER_S = 300.0
_MAX_LOG_BYTES = 10_000_000


@dataclass
class Service:
    """One `plietsch …` command as a child process; its output goes to a log file of its own."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log_file: Path
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _started_at: float = field(default=0.0, init=False, repr=False)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process. Secrets go through the environment: arguments are visible to everybody on the machine."""
        if self.log_file.exists() and self.log_file.stat().st_size > _MAX_LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".old.log"))
        # The stack has read the settings; what it says is all that its services shall see.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLIETSCH_")}
        self._started_at = time.monotonic()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own command line
                [sys.executable, "-m", "plietsch.platform", *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**inherited, "PYTHONUNBUFFERED": "1", **self.environment},
                start_new_session=True,  # Ctrl-C is for the stack, which ends its services in order
            )

    def ended(self) -> int | None:
        """The exit code when the process has ended, else None."""
        return self._process.poll() if self._process else None

    def revive(self) -> bool:
        """Start the process again if it has ended; True when it had. Raises errors.StackFailed after too many times."""
        code = self.ended()
        if code is None:
            return False
        if time.monotonic() - self._started_at > _HEALTHY_AFTER_S:
            self.restarts = 0
        if self.restarts >= _MAX_RESTARTS:
            raise errors.StackFailed(
                f"{self.name} ended with code {code} again and again:\n{self.last_words()}", self.hint
            )
        self.restarts += 1
        self.start()
        return True

    def stop(self) -> None:
        """Ask the process to end, and wait until it has."""
        if self._process and self._process.poll() is None:
            end(psutil.Process(self._process.pid))
            self._process.wait()

    @property
    def hint(self) -> str:
        return f"Its log is {self.log_file}."

    def last_words(self, lines: int = 8) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def end(process: psutil.Process) -> None:
    """Ask a process to end; kill it when it does not."""
    try:
        process.terminate()
        process.wait(timeout=_STOP_TIMEOUT_S)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
