"""B2: who makes a backlog durable, and the limit: COPY of the rows that the messages become."""

import json
from base64 import b64decode
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from plietsch.ingest import database, payload
from plietsch.ingest.rows import ObservationRow, UplinkRow
from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import LARGEST_BATCH, Worker
from plietsch_bench import events, measured, rows
from plietsch_bench.source import Backlog

_UPLINK = """
INSERT INTO uplink (event_time, event_id, device_id, dev_addr, f_cnt, f_port, payload, rx_info)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_OBSERVATION = """
INSERT INTO observation (datastream_id, phenomenon_time, result, result_time, quality) VALUES (%s, %s, %s, %s, 1)
"""


def worker(broker_url: str, client_id: str, messages: int, database_url: str) -> None:
    """The worker itself: from its first connection to the last acknowledgement sent."""
    clock = measured.Clock()
    with closing(Stop()) as stop:
        source = Backlog(broker_url, client_id, messages, stop)
        with clock.running():
            Worker(database_url, source, stop).run()
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s)


def copy_same_rows(database_url: str, messages: int) -> None:
    """The limit: the rows of the same messages, made beforehand, copied into the same tables, a batch a transaction."""
    clock = measured.Clock()
    stored = 0
    with database.connect(database_url) as connection:
        frames, results = UplinkRow._fields, ObservationRow._fields
        frame_types, result_types = (
            rows.types(connection, "uplink", frames),
            rows.types(connection, "observation", results),
        )
        for outcomes in rows.interpreted(messages, LARGEST_BATCH):
            uplinks = [outcome.uplink for outcome in outcomes if outcome.uplink]
            observations = rows.observations(outcomes)
            with clock.running(), connection.transaction():
                rows.copy(connection, "uplink", frames, frame_types, uplinks)
                rows.copy(connection, "observation", results, result_types, observations)
            stored += len(observations)
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s, observations=stored)


def row_by_row(broker_url: str, client_id: str, messages: int, database_url: str) -> None:
    """What one writes on an afternoon: paho, json, an INSERT for each row and a commit for each INSERT."""
    client = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False, protocol=MQTTProtocolVersion.MQTTv311)
    devices = events.registry().devices
    left = messages
    with psycopg.connect(database_url, autocommit=True) as connection:

        def store(_client: Client, _data: Any, message: MQTTMessage) -> None:
            nonlocal left
            left -= 1
            if left >= 0:
                _insert(connection, json.loads(message.payload), devices)
            if not left:
                client.disconnect()

        client.on_message = store
        address = urlsplit(broker_url)
        clock = measured.Clock()
        with clock.running():
            client.connect(address.hostname or "", address.port or 1883)
            client.loop_forever()
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s)


def _insert(connection: psycopg.Connection, event: dict[str, Any], devices: Any) -> None:
    device = devices[event["deviceInfo"]["devEui"]]
    heard_at = datetime.fromisoformat(event["time"])
    data = b64decode(event["data"])
    frame = (heard_at, event["deduplicationId"], device.id, event["devAddr"], event["fCnt"], event["fPort"], data)
    connection.execute(_UPLINK, (*frame, json.dumps(event["rxInfo"])))
    datastream_ids = device.deployments[0].datastream_ids
    (reading,) = payload.decode(data).readings
    day_s = 1 << 16  # the node sends the lower sixteen bits of its time
    measured_s = int(heard_at.timestamp()) - (int(heard_at.timestamp()) - reading.time_code) % day_s
    for channel, value in reading.values.items():
        measured_at = datetime.fromtimestamp(measured_s, UTC)
        connection.execute(_OBSERVATION, (datastream_ids[channel], measured_at, value, heard_at))
