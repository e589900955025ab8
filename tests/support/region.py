"""A small region in a world without a broker, of which everything that is said is kept."""

import base64
import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from plietsch.firmware import live, places, scenarios
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.region import Station
from plietsch.firmware.station import MILLISECONDS
from plietsch.firmware.world import Plan, World
from plietsch.ingest import payload

START_S = 1_760_000_000


class Region:
    """A world without a broker: what the network server says is kept."""

    def __init__(self, folder: Path, measuring: list[Station], **plan: Any) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.traced: list[tuple[float, str, tuple[Any, ...]]] = []
        self._ledger_file = folder / "ledger.ndjson"
        self._ledger = Ledger(self._ledger_file)
        self.world = World(self._plan(measuring, plan), folder, self._publish, self._ledger)
        for station in self.world.stations:
            station.listener = lambda *said: self.traced.append(said)

    @staticmethod
    def _plan(measuring: list[Station], given: dict[str, Any]) -> Plan:
        return replace(
            Plan(measuring, live.source_of(1, scenarios.ORDINARY, START_S), places.GATEWAYS, START_S), **given
        )

    def run(self, seconds: float) -> "Region":
        self.world.env.run(until=self.world.env.now + seconds * MILLISECONDS)
        return self

    def switch_on(self) -> "Region":
        for station in self.world.stations:
            station.switch_on()
        return self

    def ms(self, after_s: float) -> float:
        return (START_S + after_s) * MILLISECONDS

    def entries(self) -> list[dict[str, Any]]:
        """End it, and return the ledger."""
        self.end()
        return [json.loads(line) for line in self._ledger_file.read_text().splitlines()]

    def end(self) -> None:
        with closing(self._ledger):
            self.world.end()

    def received(self) -> dict[tuple[str, int], dict[str, float | None]]:
        """What a receiver makes of the frames: values by station and second."""
        found: dict[tuple[str, int], dict[str, float | None]] = {}
        for topic, event in self.events:
            if topic.endswith("/up") and event["fPort"] == 1:
                heard_s = int(datetime.fromisoformat(event["time"]).timestamp())
                frame = payload.decode(base64.b64decode(event["data"]))
                for reading in frame.readings:
                    time_s = heard_s - ((heard_s - reading.time_code) & 0xFFFF)
                    name = event["deviceInfo"]["deviceName"]
                    found[name, time_s] = {
                        channel: None if isinstance(each, payload.Fault) else each
                        for channel, each in reading.values.items()
                    }
        return found

    def count(self, kind: str) -> int:
        return sum(topic.endswith(f"/{kind}") for topic, _ in self.events)

    def _publish(self, topic: str, event: dict[str, Any]) -> None:
        self.events.append((topic, event))
        if topic.endswith("/up") and event["fPort"] == 1:
            self.world.readings[event["deviceInfo"]["devEui"]].publish(event["fCnt"])(True)
