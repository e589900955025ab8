"""What a simulation remembers between two runs: which DevNonces its nodes have used, and how far time had come.

A file of JSON that is replaced as a whole: whoever is interrupted leaves the old one or the new one. A node never uses
a nonce twice, so it is saved before the join-request goes on air.
"""

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FORMAT = "plietsch-simulation/1"


@dataclass(slots=True)
class State:
    """The last nonce by DevEUI (they count up), and until when (Unix seconds) the region was simulated."""

    last_nonces: dict[str, int] = field(default_factory=lambda: dict[str, int]())
    simulated_until_s: float | None = None

    def used_nonces(self, dev_eui: str) -> set[int]:
        """Return every nonce that the device has used."""
        return set(range(self.last_nonces.get(dev_eui, -1) + 1))


class StateFile:
    """Keeps a State in the file `path`, or nowhere where that is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.state = self._load()

    def save(self) -> None:
        """Replace the file by the state as it is now, at once or not at all."""
        if self._path is None:
            return
        content = {
            "format": FORMAT,
            "simulated_until_s": self.state.simulated_until_s,
            "last_nonces": self.state.last_nonces,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(self._path.suffix + ".new")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)

    def _load(self) -> State:
        """Return what was saved; a file that cannot be read is set aside, said so, and all begins anew."""
        if self._path is None or not self._path.exists():
            return State()
        try:
            return _state(json.loads(self._path.read_bytes()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            aside = self._path.with_suffix(self._path.suffix + ".unreadable")
            self._path.replace(aside)
            log.warning("the state in %s cannot be read (%s): kept as %s, beginning anew", self._path, error, aside)
            return State()


class NodeStore:
    """What one node keeps through a power-off, for its session: in memory, but the nonce in the state file."""

    def __init__(self, file: StateFile, dev_eui: str) -> None:
        self._file = file
        self._dev_eui = dev_eui
        self._values: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """Return what was put under `name`, or None."""
        if name == "dev_nonce":
            return self._file.state.last_nonces.get(self._dev_eui)
        return self._values.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep `value` under `name`."""
        if name == "dev_nonce":
            self._file.state.last_nonces[self._dev_eui] = value
            self._file.save()
        else:
            self._values[name] = value


def _state(content: dict[str, Any]) -> State:
    if content["format"] != FORMAT:
        raise ValueError(f"its format is {content['format']!r}, not {FORMAT!r}")
    until_s = content["simulated_until_s"]
    nonces = {str(dev_eui): int(nonce) for dev_eui, nonce in content["last_nonces"].items()}
    return State(nonces, None if until_s is None else float(until_s))
