"""A node inside MicroPython, as the simulation sees any node: its coroutines wait by the ports that it was given."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

from plietsch.firmware import errors
from plietsch.firmware.micropython import wire
from plietsch.firmware.micropython.program import FIRMWARE, Program, sources

PREPARE = "import sys\nsys.path[:0] = ['/node', '/wasm']\nimport runner"
STEP = "result = runner.step(argument)"
EIO = 5


class Shown(Protocol):
    """An instrument that the host holds the other end of."""

    @property
    def virtual(self) -> object:
        """What answers on the bus."""
        ...

    @property
    def overlay(self) -> Mapping[str, float | None]:
        """By channel, what the bus cannot say."""
        ...


class Ports(Protocol):
    """A node's ports, as `plietsch_node.app.node.make` takes them."""

    clock: Any
    radio: Any
    rtc: Any
    flash: Any
    random_below: Any
    instruments: Mapping[str, Any]
    folder: str
    reset_cause: str
    watchdog: Any
    trace: Any


class MicroPython:
    """MicroPython with the node's code in it, where any number of nodes run beside each other.

    It has files of its own: what a node keeps in its folder lasts as long as this.
    """

    def __init__(self) -> None:
        self._program = Program(sources(FIRMWARE / "node", "/node") | sources(FIRMWARE / "wasm", "/wasm"))
        self._program.run(PREPARE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.close()

    def make(self, config: Mapping[str, Any], keys: Mapping[str, Any], ports: Ports) -> "MicroPythonNode":
        """Return a node; what an earlier one with the same folder had in memory is gone, its files are not."""
        return MicroPythonNode(self, config, keys, ports)

    def step(self, node: "MicroPythonNode", what: str, argument: object) -> tuple[str, Any]:
        """Let a node run until it waits or is done; return ("wait", request) or ("done", value).

        Raises MicroPythonFailed for what it stumbles over.
        """
        request = json.dumps([node.name, what, wire.packed(argument)], ensure_ascii=False)
        kind, value = json.loads(self._program.run(STEP, request, node.answer, node.hear) or "")
        if kind == "failed":
            raise errors.MicroPythonFailed(f"a node failed inside MicroPython: {value}")
        return kind, wire.unpacked(value)


class MicroPythonNode:
    """A node inside MicroPython, with the methods of `plietsch_node.app.node`'s."""

    def __init__(
        self, micropython: MicroPython, config: Mapping[str, Any], keys: Mapping[str, Any], ports: Ports
    ) -> None:
        self.name = str(keys["dev_eui"])
        self._micropython = micropython
        self._ports = ports
        told = {
            "config": config,
            "keys": keys,
            "instruments": list(ports.instruments),
            "folder": ports.folder,
            "reset_cause": ports.reset_cause,
            "watchdog": ports.watchdog is not None,
            "trace": ports.trace is not None,
            "now_ms": ports.clock.ms(),
        }
        micropython.step(self, "make", told)

    @property
    def waiting(self) -> int:
        """How many readings wait to be acknowledged."""
        return self._look()[0]

    @property
    def dropped(self) -> int:
        """How many readings the ring had to drop."""
        return self._look()[1]

    @property
    def reboot_wanted(self) -> bool:
        """Whether a command asked for a reboot, and was answered."""
        return self._look()[2]

    async def cycle(self) -> int:
        """Do what is due; return the clock's milliseconds at which to wake next."""
        return await self._run("cycle")

    async def report(self) -> int | None:
        """Join if need be, and send what waits; return the clock's milliseconds of what is left to do, if anything."""
        return await self._run("report")

    def take(self, names: Sequence[str] | None = None) -> Any:
        """Read instruments once and record the reading."""
        named = None if names is None else list(names)
        return self._micropython.step(self, "take", {"names": named, "now_ms": self._ports.clock.ms()})[1]

    def answer(self, text: str) -> str:
        """Answer what the node asks for in the middle of a step."""
        _, what, *arguments = wire.read(text)
        try:
            return json.dumps({"value": wire.packed(self._answered(what, arguments))}, ensure_ascii=False)
        except OSError as error:
            return json.dumps({"error": error.errno or EIO})

    def hear(self, text: str) -> None:
        """Pass on what the node tells."""
        _, what, *arguments = wire.read(text)
        if what == "trace":
            self._ports.trace(*arguments)
        elif what == "feed":
            self._ports.watchdog.feed()
        else:
            self._ports.radio.sleep()

    async def _run(self, what: str) -> Any:
        kind, value = self._micropython.step(self, what, {"now_ms": self._ports.clock.ms()})
        while kind == "wait":
            name, *arguments = value
            port = self._ports.clock if name == "sleep_until" else self._ports.radio
            outcome: dict[str, Any] = {"value": None}
            try:
                outcome["value"] = await getattr(port, name)(*arguments)
            except OSError as error:
                outcome["error"] = error.errno or EIO
            outcome["now_ms"] = self._ports.clock.ms()
            kind, value = self._micropython.step(self, "go on", outcome)
        return value

    def _look(self) -> tuple[int, int, bool]:
        return self._micropython.step(self, "look", None)[1]

    def _answered(self, what: str, arguments: list[Any]) -> object:
        ports = self._ports
        match what, arguments:
            case "get", [store, name]:
                return getattr(ports, store).get(name)
            case "put", [store, name, value]:
                getattr(ports, store).put(name, value)
                return None
            case "random_below", [below]:
                return ports.random_below(below)
            case "overlay", [name]:
                return dict(ports.instruments[name].overlay)
            case "bus", [name, method, given]:
                # Buffers that were filled go back beside what was returned.
                value = getattr(ports.instruments[name].virtual, method)(*given)
                return [value, [each if isinstance(each, bytearray) else None for each in given]]
            case _:
                raise errors.MicroPythonFailed(f"a node asked for {what!r}")
