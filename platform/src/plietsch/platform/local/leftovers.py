"""What an earlier stack left behind when it was killed: its processes, known by number and time of birth."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import psutil

from plietsch.platform import errors
from plietsch.platform.local import service


class Process(msgspec.Struct):
    """A process; its number alone could have been given to another one since."""

    pid: int
    born: float

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def alive(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.born) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same else None


class Note(msgspec.Struct):
    """What the file says."""

    owner: Process
    services: list[Process]
    site: str
    broker: str = ""


class Record:
    """The file that says which processes belong to the stack of a data folder, and where it answers."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def at_work(self) -> Note | None:
        """What is noted of the stack that runs in this folder, if one does."""
        note = self._read()
        return note if note and note.owner.alive() else None

    def _read(self) -> Note | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Note)
        except (OSError, msgspec.DecodeError):
            return None

    def require_alone(self) -> None:
        """End what a killed stack left behind. Raises errors.StackFailed when a stack is at work in this folder."""
        note = self._read()
        if note is None:
            return
        if note.owner.alive():
            raise errors.StackFailed(
                f"plietsch is already running here: {note.site or 'it is still starting'} (process {note.owner.pid}).",
                "Stop it with Ctrl-C in its window, or use another folder: --data-dir.",
            )
        for process in filter(None, (entry.alive() for entry in note.services)):
            service.end(process)

    def write(self, services: Iterable[int], site: str, broker: str) -> None:
        """Note the processes and addresses of the stack that this process runs."""
        owner = psutil.Process()
        processes = [process for pid in services if (process := Process.of(pid))]
        note = Note(Process(owner.pid, owner.create_time()), processes, site, broker)
        staging = self._file.with_suffix(".new")
        # The broker's address of the settings may hold a password.
        staging.unlink(missing_ok=True)
        staging.touch(mode=0o600)
        staging.write_bytes(msgspec.json.encode(note))
        staging.replace(self._file)

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)
