"""mosquitto for tests: a real broker process with a configuration that keeps what it has not delivered."""

import shutil
import socket
import subprocess
from pathlib import Path

from plietsch.platform.local import ports
from support.wait import until

_PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


class Mosquitto:
    """A mosquitto on the loopback, started anew with the sessions it had; `options` are lines of its configuration."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = ports.free()
        self._folder = folder
        self._options = options or ("allow_anonymous true",)
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def installed() -> bool:
        return _PROGRAM is not None

    @property
    def url(self) -> str:
        return f"mqtt://{ports.LOOPBACK}:{self.port}"

    def start(self) -> None:
        configuration = self._folder / "mosquitto.conf"
        configuration.write_text(
            f"listener {self.port} {ports.LOOPBACK}\n"
            f"user {Path.home().owner()}\n"
            # Without these it drops what does not fit its default queues.
            "max_queued_messages 0\nmax_inflight_messages 0\n"
            f"persistence true\npersistence_location {self._folder}/\n"
            # Last, so that they win.
            + "".join(f"{option}\n" for option in self._options)
        )
        with (self._folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([str(_PROGRAM), "-c", str(configuration)], stdout=log, stderr=log)
        until(self._listens, "mosquitto listens", timeout_s=10)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None

    def kill(self) -> None:
        """End it without a chance to save anything."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def saved_at(self) -> float:
        """When it last saved its sessions and queues (Unix time); 0 before the first time."""
        file = self._folder / "mosquitto.db"
        return file.stat().st_mtime if file.exists() else 0.0

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((ports.LOOPBACK, self.port)) == 0
