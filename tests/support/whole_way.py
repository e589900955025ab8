"""The whole way of a reading: simulated nodes, a real broker, the real ingest, a real database.

What the nodes took is known from their traces, to the millisecond of simulated time.
"""

import json
import random
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from ingest.network import working

from plietsch.firmware import identity, node, region, simulation
from plietsch.firmware.clock import AS_FAST_AS_POSSIBLE, SimulatedClock
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.simulation import Simulation
from plietsch.firmware.state import StateFile
from plietsch.firmware.station import VirtualStation
from plietsch.firmware.world import Plan
from plietsch.platform import database, regions, registry
from support.power import Power
from support.wait import until

MILLISECONDS = 1000
# Unix times are larger; what is smaller counts from a node's start.
SMALLEST_UNIX_S = 1_000_000_000
# The code says in 1/256 s what time it is, and the frame's end is known to a millisecond or two.
CLOCK_MS = 20
FAIL, MISSING = 4, 9


class Event(NamedTuple):
    """What a node told: when, and when its power had come on before, both in Unix milliseconds."""

    now_ms: float
    power_on_ms: float
    name: str
    values: tuple[Any, ...]


class Stored(NamedTuple):
    """An observation."""

    result: float | None
    quality: int
    heard_s: float


@dataclass
class Watched:
    """A station, what its node told, and its power."""

    station: VirtualStation
    power: Power
    events: list[Event] = field(default_factory=list)
    power_on_ms: float = 0.0

    @property
    def code(self) -> str:
        return self.station.station.code

    def told(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def hear(self, now_ms: float, name: str, values: tuple[Any, ...]) -> None:
        if name in ("taken", "dated", "dropped", "sending", "sent", "acked"):
            self.events.append(Event(now_ms, self.power_on_ms, name, values))


@dataclass
class Way:
    """The scene; `nodes` by the code of their station."""

    simulation: Simulation
    nodes: dict[str, Watched]
    database_url: str

    @property
    def world(self) -> Any:
        return self.simulation.world

    def run_until(self, time_s: float) -> None:
        assert self.simulation.run_until(time_s)

    def at(self, time_s: float, function: Callable[[], object]) -> None:
        """Let something happen at a time."""
        self.world.env.process(self._at(time_s * MILLISECONDS, function))

    def _at(self, time_ms: float, function: Callable[[], object]) -> Generator[Any]:
        yield self.world.env.timeout(time_ms - self.world.env.now)
        function()

    def arrive(self) -> None:
        """Wait until everything that was published is in the database."""
        self.simulation.publisher.drain()
        ups = self.simulation.delivery.events["up"]
        until(lambda: self._one("SELECT count(*) FROM uplink") >= ups, f"{ups} frames are in the database", 60)
        assert self._one("SELECT count(*) FROM uplink") == ups
        assert self._rows("SELECT reason, detail FROM ingest_error") == []

    def stored(self, code: str) -> dict[str, dict[int, Stored]]:
        """Return a station's observations by channel and second."""
        found: dict[str, dict[int, Stored]] = {}
        for channel, time_s, *rest in self._rows(_OBSERVATIONS, code):
            assert time_s == int(time_s)
            found.setdefault(channel, {})[int(time_s)] = Stored(*rest)
        return found

    def status(self, code: str) -> dict[str, Any]:
        """Return what a node said of itself last."""
        return self._one(
            "SELECT node_status FROM device_health JOIN device ON device.id = device_id WHERE dev_eui = %s",
            identity.dev_eui(code),
        )

    def _one(self, query: str, *values: object) -> Any:
        return self._rows(query, *values)[0][0]

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, values).fetchall()


_OBSERVATIONS = """
    SELECT p.code, extract(epoch FROM o.phenomenon_time)::float8, o.result, o.quality,
        extract(epoch FROM o.result_time)::float8
    FROM observation o
    JOIN datastream d ON d.id = o.datastream_id
    JOIN observed_property p ON p.id = d.observed_property_id
    JOIN station s ON s.id = d.station_id
    WHERE s.code = %s AND d.method = 'raw'
"""


@contextmanager
def laid(plan: Plan, database_url: str, broker_url: str, folder: Path) -> Generator[Way]:
    """Register the stations of `plan`, start the ingest, and hand out a simulation in which nobody has power yet."""
    _register(plan, database_url, folder / "region.json")
    watched: dict[str, Watched] = {}

    def make(config: Mapping[str, Any], keys: Mapping[str, str], ports: node.Ports) -> node.Node:
        seen = watched[keys["dev_eui"]]
        seen.power_on_ms = ports.clock.power_on_ms
        return node.make(config, keys, seen.power.ports(replace(ports, flash=Json(ports.flash))))

    plan = replace(plan, node={**(plan.node or {}), "make": make})
    clock = SimulatedClock(plan.start_s, AS_FAST_AS_POSSIBLE)
    with (
        working(database_url, broker_url),
        simulation.running(plan, broker_url, clock, Ledger(None), StateFile(None)) as running,
    ):
        for station in running.stations:
            dice = random.Random(f"{plan.seed}/power/{station.station.code}")
            seen = Watched(station, Power(running.world.env, dice).of(station))
            watched[identity.dev_eui(seen.code)] = seen
            station.listener = seen.hear
        yield Way(running, {seen.code: seen for seen in watched.values()}, database_url)


class Json:
    """A store of which only what JSON holds comes back."""

    def __init__(self, store: node.Store) -> None:
        self._store = store

    def get(self, name: str) -> Any:
        text = self._store.get(name)
        return None if text is None else json.loads(text)

    def put(self, name: str, value: Any) -> None:
        self._store.put(name, json.dumps(value))


def _register(plan: Plan, database_url: str, path: Path) -> None:
    region.write(path, region.replayed(plan.stations), plan.stations)
    with database.connect(database_url) as connection:
        registry.import_region(connection, regions.read(path))
