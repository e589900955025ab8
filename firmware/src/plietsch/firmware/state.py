"""What a simulation remembers between two runs: the flash of its nodes, what happens, and how far time had come.

A file of JSON that is replaced as a whole: whoever is interrupted leaves the old one or the new one. A node never uses
a nonce twice, so it is noted before the join-request goes on air, in a file beside it that goes with the next one.
Sessions are not kept, as the network server of the next run knows none: each node joins anew.
"""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from plietsch.firmware import writing

log = logging.getLogger(__name__)

FORMAT, FIRST_FORMAT = "plietsch-simulation/2", "plietsch-simulation/1"
# Names that the node gives what it keeps: its last nonce with the silence it brought.
NONCE = "join"
# What a join begins, and what a node that was without power judges anew.
NOT_KEPT = ("session", "counters", "in_force")
NONCES = "nonces"

Flash = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """Which scenario runs from which seed, and since when (Unix seconds)."""

    scenario: str
    seed: int
    start_s: float


@dataclass(slots=True)
class State:
    """The flash by DevEUI and name, until when (Unix seconds) the region was simulated, and what happens in it."""

    flash: dict[str, Flash] = field(default_factory=lambda: dict[str, Flash]())
    simulated_until_s: float | None = None
    course: Course | None = None

    def used_nonces(self, dev_eui: str) -> set[int]:
        """Return every nonce that the device has used: they count up."""
        last = self.flash.get(dev_eui, {}).get(NONCE)
        return set(range(last[0] + 1)) if last else set()


class StateFile:
    """Keeps a State in the file `path`, or nowhere where that is None. Raises FileUnwritable."""

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
            "course": self.state.course and asdict(self.state.course),
            "flash": {dev_eui: _lasting(flash) for dev_eui, flash in self.state.flash.items()},
        }
        unfinished = _beside(self._path, "new")
        with writing.into(self._path):
            with unfinished.open("w", encoding="utf-8") as file:
                _write(file, json.dumps(content))
            unfinished.replace(self._path)
            _beside(self._path, NONCES).unlink(missing_ok=True)

    def note_nonce(self, dev_eui: str, value: list[int]) -> None:
        """Keep a nonce before it is used, beside the file: the whole of it once for each of many nodes takes long."""
        if self._path is None:
            return
        with writing.into(self._path), _beside(self._path, NONCES).open("a", encoding="utf-8") as file:
            # A line begins with its end: one that a power cut tore does not take the next one with it.
            _write(file, "\n" + json.dumps([dev_eui, value]))

    def _load(self) -> State:
        state = self._load_saved()
        if self._path and (nonces := _beside(self._path, NONCES)).exists():
            for dev_eui, value in _whole_lines(nonces):
                flash = state.flash.setdefault(dev_eui, {})
                flash[NONCE] = max(flash.get(NONCE, value), value)
        return state

    def _load_saved(self) -> State:
        """Return what was saved; a file that cannot be read is set aside, said so, and all begins anew."""
        if self._path is None or not self._path.exists():
            return State()
        try:
            return _state(json.loads(self._path.read_bytes()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            aside = _beside(self._path, "unreadable")
            self._path.replace(aside)
            log.warning("the state in %s cannot be read (%s): kept as %s, beginning anew", self._path, error, aside)
            return State()


class NodeFlash:
    """The flash of one node, as the node's store: in memory, and a new nonce at once on disk."""

    def __init__(self, file: StateFile, dev_eui: str) -> None:
        self._file = file
        self._dev_eui = dev_eui
        self._values = file.state.flash.setdefault(dev_eui, {})

    def get(self, name: str) -> Any:
        """Return what was put under `name`, or None."""
        return self._values.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep `value` under `name`."""
        self._values[name] = value
        if name == NONCE:
            self._file.note_nonce(self._dev_eui, value)


def _beside(path: Path, name: str) -> Path:
    return path.with_suffix(f"{path.suffix}.{name}")


def _write(file: TextIO, text: str) -> None:
    """Write, and return when it is written."""
    file.write(text)
    file.flush()
    os.fsync(file.fileno())


def _whole_lines(nonces: Path) -> Iterator[tuple[str, list[int]]]:
    """Yield devices with their nonces; what a power cut left as half a line was not used yet."""
    for line in nonces.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            dev_eui, (nonce, silence_ms) = json.loads(line)
        except (ValueError, TypeError):
            continue
        yield str(dev_eui), [int(nonce), int(silence_ms)]


def _lasting(flash: Flash) -> Flash:
    return {name: value for name, value in flash.items() if name not in NOT_KEPT}


def _state(content: dict[str, Any]) -> State:
    until_s = content["simulated_until_s"]
    return State(_flash(content), None if until_s is None else float(until_s), _course(content.get("course")))


def _course(content: dict[str, Any] | None) -> Course | None:
    # Earlier versions knew no scenarios.
    return Course(str(content["scenario"]), int(content["seed"]), float(content["start_s"])) if content else None


def _flash(content: dict[str, Any]) -> dict[str, Flash]:
    if content["format"] == FIRST_FORMAT:
        return {str(dev_eui): {NONCE: [int(nonce), 0]} for dev_eui, nonce in content["last_nonces"].items()}
    if content["format"] != FORMAT:
        raise ValueError(f"its format is {content['format']!r}, not {FORMAT!r}")
    return {str(dev_eui): dict(flash) for dev_eui, flash in content["flash"].items()}
