"""A device as a network server sees it: what it sends, by the node's own encoder, is kept as it is published."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ingest.network import Published

from ingest import network
from plietsch_node.app import payload as node
from plietsch_node.app import status as node_status

AT = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)
INTERVAL_S = 1800
GATEWAYS = ("0016c001f1000001", "0016c001f1000002")
BATTERY_EMPTY_PERCENT = 4


class Fault(NamedTuple):
    """A device, what came of it, and what is found: link and code of each finding, the answer first."""

    name: str
    found: list[tuple[str, str]]
    happen: Callable[["Device"], None]
    kind: str = "dust"
    deployment: dict[str, Any] = {}  # noqa: RUF012 never changed
    interval_s: int = INTERVAL_S


class Device:
    """A node as a network server sees it: what it sends is kept as what the server publishes."""

    def __init__(self, fault: Fault, number: int) -> None:
        self.fault = fault
        self.dev_eui = f"70b3d57ed00001{number:02x}"
        self.published: list[tuple[datetime, Published]] = []
        self._dice = random.Random(fault.name)
        self.f_cnt = 0
        self.gateways: tuple[str, ...] = GATEWAYS
        self.snr, self.spreading_factor = 8.0, 7

    def publish(self, at: datetime, published: Published) -> None:
        self.published.append((at, published))

    def up(self, at: datetime, data: bytes, f_port: int = 1, **fields: Any) -> None:
        """One frame, heard by the gateways in reach."""
        self.f_cnt += 1
        heard = [
            {"gatewayId": gateway, "rssi": -100 - number, "snr": self.snr - number, "crcStatus": "CRC_OK"}
            for number, gateway in enumerate(self.gateways)
        ]
        info = {
            "frequency": 868100000,
            "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": self.spreading_factor}},
        }
        values = {"fCnt": self.f_cnt, "rxInfo": heard, "txInfo": info, **fields}
        self.publish(at, network.up(data, self.dev_eui, heard_s=at.timestamp(), f_port=f_port, **values))

    def event(self, kind: str, at: datetime, **fields: Any) -> None:
        self.publish(at, network.event(self.dev_eui, kind, heard_s=at.timestamp(), **fields))

    def log(self, at: datetime, code: str, description: str, level: str = "ERROR") -> None:
        self.event("log", at, deduplicationId=None, level=level, code=code, description=description)

    def join(self, at: datetime) -> None:
        self.event("join", at)

    def times(self, until: datetime = AT, since: datetime = AT - DAY) -> Iterator[datetime]:
        """When it measures: at its interval, the last time half a minute before."""
        moment = since - timedelta(seconds=30)
        while moment < until:
            yield moment
            moment += timedelta(seconds=self.fault.interval_s)

    def reading(self, at: datetime, **otherwise: float | None) -> dict[str, float | None]:
        """What a node measures on an ordinary day."""
        wave = math.sin(at.timestamp() / 43_200 * math.tau) + self._dice.uniform(-0.2, 0.2)
        water = {"distance": round(3_250 + 100 * wave), "distance_spread": 4}
        dust = {"pm2_5": 9 + 2 * wave, "pm10": 15 + 3 * wave, "temperature": 8 + wave, "humidity": 70 - 4 * wave,
                "pressure": 1010 + 2 * wave}  # fmt: skip
        return {**(water if self.fault.kind == "water" else dust), **otherwise}

    def measure(self, until: datetime = AT, since: datetime = AT - DAY, **otherwise: float | None) -> None:
        """An ordinary day of readings, each in a frame of its own, after the join."""
        self.join(since - timedelta(minutes=1))
        for moment in self.times(until, since):
            self.up(moment, node.encode([(int(moment.timestamp()) - 5, self.reading(moment, **otherwise))]))

    def status(self, at: datetime, **said: Any) -> None:
        """A status frame."""
        values = {
            "kind": "fine-dust", "firmware": (1, 2, 3), "reset_cause": "power-on", "data_rate": 5, "revision": 0,
            "boots": 1, "uptime_h": 24, "battery_v": 3.7, "saving": False, "fan_h": 10, "waiting": 0, "dropped": 0,
            "errors": [], **said,
        }  # fmt: skip
        self.up(at, node_status.encode(**values), f_port=2)
