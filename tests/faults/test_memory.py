"""A million messages through one worker, as fast as they come: its memory stays flat.

Draws docs/images/ingest-memory.svg anew.
"""

import base64
import itertools
import json
import random
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from faults.scene import Worker
from ingest.network import NEW_YEAR_S, Published
from matplotlib import rc_context
from matplotlib.figure import Figure

from ingest import network
from plietsch.platform.local import ports
from plietsch_node.app import payload as node
from support.mosquitto import Mosquitto
from support.wait import until

MESSAGES = 1_000_000
DEVICES = 100
IN_FLIGHT = 2_000
CHANNELS = ("pm2_5", "pm10")
SAMPLE_EVERY_S = 1.0
# What the second half may take more than the first tenth: batches differ in size.
MOST_GROWTH = 1.1
_CONNECT = b"\x10\x1a\x00\x04MQTT\x04\x02\x00\x3c\x00\x0enetwork-server"
_PUBACK_BYTES = 4
PLOT = Path(__file__).parents[2] / "docs" / "images" / "ingest-memory.svg"


class Sample(NamedTuple):
    """The worker's resident memory when so many messages were stored."""

    stored: int
    memory_mb: float


@pytest.mark.slow
def test_memory_stays_flat(
    database_url: str, mosquitto: Mosquitto, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("it takes minutes: make test-long")
    euis = [f"70b3d57ed001{number:04x}" for number in range(DEVICES)]
    for eui in euis:
        network.register(database_url, eui, CHANNELS)
    worker = Worker(tmp_path, database_url=database_url, broker_url=mosquitto.url)
    worker.start()
    try:
        worker.wait_until_ready()
        publisher = threading.Thread(
            target=_publish, args=(mosquitto.port, itertools.islice(_messages(euis), MESSAGES))
        )
        publisher.start()
        samples = list(_samples(database_url, worker))
        publisher.join()
        worker.stop()
    finally:
        worker.end()
    assert network.count(database_url, "uplink") == MESSAGES
    assert network.count(database_url, "observation") == MESSAGES * len(CHANNELS)
    _draw(samples)
    early = max(sample.memory_mb for sample in samples if sample.stored <= MESSAGES / 10)
    late = max(sample.memory_mb for sample in samples if sample.stored >= MESSAGES / 2)
    assert late < early * MOST_GROWTH, samples


def _messages(euis: list[str]) -> Iterator[Published]:
    """Events like each other but for what differs; made from a template, as encoding JSON would take the longest."""
    dice = random.Random(0)
    marks = {"deduplicationId": "@id", "fCnt": "@count", "time": "@time"}
    template = {eui: network.up(b"data", eui, **marks) for eui in euis}
    for count in itertools.count(1):
        at_s = NEW_YEAR_S + count * 10
        heard = network.event(heard_s=at_s + 1).payload
        at = json.loads(heard)["time"].encode()
        for eui in euis:
            data = node.encode([(at_s, {name: dice.randrange(9999) / 10 for name in CHANNELS})])
            body = (
                template[eui]
                .payload.replace(b"@id", str(uuid.UUID(int=dice.getrandbits(128), version=4)).encode())
                .replace(b'"@count"', b"%d" % count)
                .replace(base64.b64encode(b"data"), base64.b64encode(data))
                .replace(b"@time", at)
            )
            yield Published(template[eui].topic, body)


def _publish(port: int, messages: Iterator[Published]) -> None:
    """A window at a time, without paho, which would take longer than the worker (MQTT 3.1.1, sections 3.1 to 3.4)."""
    with socket.create_connection((ports.LOOPBACK, port)) as connection, connection.makefile("rb") as answers:
        connection.sendall(_CONNECT)
        assert answers.read(4)[3] == 0
        while window := list(itertools.islice(messages, IN_FLIGHT)):
            connection.sendall(b"".join(_packet(number, message) for number, message in enumerate(window, 1)))
            answers.read(_PUBACK_BYTES * len(window))


def _packet(identifier: int, message: Published) -> bytes:
    topic = message.topic.encode()
    body = len(topic).to_bytes(2, "big") + topic + identifier.to_bytes(2, "big") + message.payload
    high, low = divmod(len(body), 128)  # two bytes of length are enough
    return bytes((0x32, low | 0x80, high)) + body


def _samples(database_url: str, worker: Worker) -> Iterator[Sample]:
    """Once in a while, until everything is stored."""
    stored = 0
    with psycopg.connect(database_url, autocommit=True) as connection:

        def progress() -> int:
            row = connection.execute("SELECT coalesce(sum(observations), 0) FROM write_ledger").fetchone()
            now = int(row[0]) // len(CHANNELS) if row else 0
            return now if now > stored else 0

        while stored < MESSAGES:
            stored = until(progress, "the worker goes on", 60, poll_s=0.2)
            yield Sample(stored, worker.memory_mb)
            time.sleep(SAMPLE_EVERY_S)


def _draw(samples: list[Sample]) -> None:
    with rc_context({"svg.hashsalt": "plietsch", "font.family": "sans-serif"}):
        figure = Figure(figsize=(7, 3), layout="constrained")
        axes = figure.add_subplot()
        axes.plot([s.stored / 1e6 for s in samples], [s.memory_mb for s in samples], color="#0b6e8f")
        axes.set(xlim=(0, MESSAGES / 1e6), ylim=(0, 1.25 * max(s.memory_mb for s in samples)))
        axes.set(xlabel="messages stored, millions", ylabel="resident memory, MB")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(PLOT, metadata={"Date": None})
