"""What the network hears in a run: random, but the same for the same seed."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.network import NEW_YEAR_S, Published

from ingest import network
from plietsch_node.app import payload as node

CHANNELS = ("pm2_5", "pm10")
DEVICES = 5
_STEP_S = 10
# Nodes send some readings twice, for networks that lose frames; and join now and then. In every other stretch of so
# many messages none comes twice: what repeats nothing is written in another way.
_AGAIN = 0.3
_STRETCH = 100
_JOINS = 0.03
# How long after its newest reading a frame is heard, in milliseconds: mostly at once; now and then when a gateway is
# connected again, about an hour later, which is when a reading begins to be late.
_SOON_MS = (0, 5_000)
_LATER_MS = (3_598_000, 3_602_000)
_LATER = 0.1

# When a device measured what: (dev_eui, channel, seconds) and the number.
Readings = dict[tuple[str, str, int], float]


@dataclass(frozen=True)
class Sent:
    """A message as the network server publishes it, and what it must become."""

    event_id: str
    dev_eui: str
    kind: str
    published: Published
    payload: bytes = b""
    heard_at: datetime | None = None
    readings: Readings = field(default_factory=dict)


def dev_euis() -> list[str]:
    return [f"70b3d57ed00000{number:02x}" for number in range(1, DEVICES + 1)]


def register(database_url: str) -> dict[tuple[str, str], int]:
    """Make the devices known; returns the datastreams by device and channel."""
    return {
        (dev_eui, channel): datastream_id
        for dev_eui in dev_euis()
        for channel, datastream_id in network.register(database_url, dev_eui, CHANNELS).datastream_ids.items()
    }


def traffic(source: random.Random) -> Iterator[Sent]:
    """Messages without end, from one device after the other."""
    last: dict[str, tuple[int, dict[str, float]]] = {}
    number = 0
    while True:
        for dev_eui in dev_euis():
            number += 1
            event_id = str(uuid.UUID(int=source.getrandbits(128), version=4))
            if source.random() < _JOINS:
                yield _join(event_id, dev_eui, number)
            reading = (NEW_YEAR_S + number * _STEP_S, {name: source.randrange(9999) / 10 for name in CHANNELS})
            again = [last[dev_eui]] if number // _STRETCH % 2 and source.random() < _AGAIN else []
            last[dev_eui] = reading
            delay_ms = source.randint(*(_LATER_MS if source.random() < _LATER else _SOON_MS))
            yield _frame(event_id, dev_eui, number, [*again, reading], delay_ms)


def _join(event_id: str, dev_eui: str, number: int) -> Sent:
    join_id = str(uuid.uuid5(uuid.UUID(event_id), "join"))
    heard_s = NEW_YEAR_S + number * _STEP_S
    published = network.event(dev_eui, "join", heard_s=heard_s, deduplicationId=join_id)
    return Sent(join_id, dev_eui, "join", published)


def _frame(
    event_id: str, dev_eui: str, number: int, readings: list[tuple[int, dict[str, float]]], delay_ms: int
) -> Sent:
    payload = node.encode(readings)
    heard_s = readings[-1][0] + delay_ms / 1_000
    published = network.up(payload, dev_eui, heard_s=heard_s, fCnt=number, deduplicationId=event_id)
    values = {(dev_eui, name, at_s): value for at_s, reading in readings for name, value in reading.items()}
    return Sent(event_id, dev_eui, "up", published, payload, datetime.fromtimestamp(heard_s, UTC), values)
