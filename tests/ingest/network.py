"""What a network server publishes and what an operator registers, for the tests of this room."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from plietsch.ingest import address
from plietsch.ingest.source import MqttSource
from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import Worker
from plietsch.platform.device_types import catalogue
from plietsch_node.app import payload as node
from support.wait import until

APPLICATION = "5f7c1f0e-7c0e-4f0a-9d5e-2f6a3c0b1d11"
DEV_EUI = "70b3d57ed0000001"
TOPIC = "application/+/device/+/event/+"
NEW_YEAR_S = 1_767_225_600  # 2026-01-01T00:00:00Z
OWN = catalogue.built_in()["plietsch-fine-dust"]
VALUES = {"pm2_5": 12.3, "pm10": 26.1}
CHANNELS = {
    "pm2_5": "SDS011",
    "pm10": "SDS011",
    "temperature": "BME280",
    "humidity": "BME280",
    "pressure": "BME280",
    "battery": "node",
    "pm2_5_spread": "SDS011",
}


class Published(NamedTuple):
    """A topic and what was published under it."""

    topic: str
    payload: bytes


def topic(dev_eui: str = DEV_EUI, kind: str = "up") -> str:
    return f"application/{APPLICATION}/device/{dev_eui}/event/{kind}"


def event(dev_eui: str = DEV_EUI, kind: str = "up", *, heard_s: float = NEW_YEAR_S, **fields: Any) -> Published:
    """An event as ChirpStack 4 writes it; a field set to None is left out."""
    body: dict[str, Any] = {
        "deduplicationId": str(uuid.uuid4()),
        "time": datetime.fromtimestamp(heard_s, UTC).isoformat(),
        "deviceInfo": {"applicationId": APPLICATION, "deviceName": "a node", "devEui": dev_eui, "tags": {}},
        "devAddr": "01ab23cd",
        **fields,
    }
    body = {name: value for name, value in body.items() if value is not None}
    return Published(topic(dev_eui, kind), json.dumps(body).encode())


def up(
    data: bytes | None = None, dev_eui: str = DEV_EUI, *, heard_s: float = NEW_YEAR_S, f_port: int = 1, **fields: Any
) -> Published:
    """An `up` event with a payload, by default one with a reading of the second at which it was heard."""
    if data is None:
        data = node.encode([(int(heard_s), VALUES)])
    fields = {
        "adr": True,
        "dr": 5,
        "fCnt": 7,
        "fPort": f_port,
        "confirmed": False,
        "data": base64.b64encode(data).decode(),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -57, "snr": 9.5, "location": {}, "crcStatus": "CRC_OK"}],
        "txInfo": {"frequency": 868100000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}},
        **fields,
    }
    return event(dev_eui, heard_s=heard_s, **fields)


class Registered(NamedTuple):
    """A device in the database."""

    device_id: int
    datastream_ids: dict[str, int]


def register(
    database_url: str,
    dev_eui: str = DEV_EUI,
    channels: tuple[str, ...] = tuple(channel for channel in CHANNELS if not channel.endswith("_spread")),
    during: str = "[2025-01-01T00:00:00Z,)",
) -> Registered:
    """A station, its datastreams, and a device that is installed there, in one transaction."""
    with psycopg.connect(database_url) as connection:
        station_id = _station(connection, dev_eui)
        datastreams = {channel: _datastream(connection, station_id, channel) for channel in channels}
        device_id = _one(
            connection,
            "INSERT INTO device (dev_eui, device_type_id, interval_s)"
            " SELECT %s, id, 300 FROM device_type WHERE code = 'plietsch-fine-dust' RETURNING id",
            dev_eui,
        )
        deployment_id = _one(
            connection,
            "INSERT INTO deployment (device_id, station_id, phase, during)"
            " VALUES (%s, %s, 'installed', %s) RETURNING id",
            device_id,
            station_id,
            during,
        )
        for channel, datastream_id in datastreams.items():
            connection.execute(
                "INSERT INTO deployment_channel VALUES (%s, %s, %s)", (deployment_id, channel, datastream_id)
            )
    return Registered(device_id, datastreams)


def _station(connection: psycopg.Connection, code: str) -> int:
    connection.execute(
        "INSERT INTO organisation (code, name) VALUES ('lab', 'OK Lab') ON CONFLICT DO NOTHING;"
        "INSERT INTO region (code, name, west, south, east, north, timezone)"
        " VALUES ('flensburg', '{}', 8.2, 54.3, 10.1, 55.1, 'Europe/Berlin') ON CONFLICT DO NOTHING"
    )
    return _one(
        connection,
        "INSERT INTO station (code, name, region_id, operator_id, licence, attribution)"
        " SELECT %s, 'A station', r.id, o.id, 'CC0-1.0', 'OK Lab' FROM region r, organisation o RETURNING id",
        code,
    )


def _datastream(connection: psycopg.Connection, station_id: int, channel: str) -> int:
    return _one(
        connection,
        "INSERT INTO datastream (station_id, sensor_id, observed_property_id)"
        " SELECT %s, s.id, p.id FROM sensor s, observed_property p WHERE s.model = %s AND p.code = %s RETURNING id",
        station_id,
        CHANNELS[channel],
        channel,
    )


def _one(connection: psycopg.Connection, query: str, *values: object) -> int:
    row = connection.execute(query, values).fetchone()
    assert row
    return row[0]


def rows(database_url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(query, values).fetchall()


def count(database_url: str, table: str) -> int:
    return rows(database_url, f"SELECT count(*) FROM {table}")[0][0]


def publish(broker_url: str, *events: Published) -> None:
    """Publish with QoS 1; returns when the broker has taken each of them."""
    address = urlsplit(broker_url)
    client = Client(CallbackAPIVersion.VERSION2, "network-server")
    # paho's default would hold back all but twenty, which only takes longer.
    client.max_inflight_messages_set(1_000)
    client.connect(address.hostname or "", address.port or 1883)
    client.loop_start()
    try:
        waiting = [client.publish(event.topic, event.payload, qos=1) for event in events]
        deadline = time.monotonic() + 30
        for info in waiting:
            info.wait_for_publish(max(0.0, deadline - time.monotonic()))
            assert info.is_published()
    finally:
        client.disconnect()
        client.loop_stop()


class Running(NamedTuple):
    """A worker in a thread of its own."""

    worker: Worker
    source: MqttSource
    stop: Stop
    thread: threading.Thread

    def end(self) -> None:
        self.stop.set()
        self.thread.join(timeout=20)
        assert not self.thread.is_alive(), "the worker did not stop"


@contextmanager
def working(database_url: str, broker_url: str, *, wait: bool = True, largest_batch: int = 5_000) -> Iterator[Running]:
    """A worker that runs; by default it is returned once it receives."""
    stop = Stop()
    source = MqttSource(address.parse(broker_url), "plietsch-ingest", TOPIC, stop)
    worker = Worker(database_url, source, stop, largest_batch)
    running = Running(worker, source, stop, threading.Thread(target=worker.run, name="worker"))
    running.thread.start()
    try:
        if wait:
            until(lambda: source.receiving, "the worker receives")
        yield running
    finally:
        running.end()
        stop.close()
