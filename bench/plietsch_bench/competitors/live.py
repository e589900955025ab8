"""N6: how long one message takes from publishing to its commit, where nothing else is to be done."""

import threading
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import Worker
from plietsch_bench import events, measured
from plietsch_bench.source import Backlog

_PATIENCE_S = 30.0


def one_by_one(broker_url: str, client_id: str, messages: int, database_url: str) -> None:
    """Publish one message after another, each when the one before is committed, which the database itself says."""
    with closing(Stop()) as stop, psycopg.connect(database_url, autocommit=True) as listening:
        listening.execute("LISTEN plietsch_write")
        worker = Worker(database_url, Backlog(broker_url, client_id, messages, stop), stop)
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        address = urlsplit(broker_url)
        client = Client(CallbackAPIVersion.VERSION2, f"{client_id}-publisher")
        client.connect(address.hostname or "", address.port or 1883)
        client.loop_start()
        laps_s = [_lap_s(client, listening, message) for message in events.messages(messages)]
        client.disconnect()
        client.loop_stop()
        thread.join()
    measured.tell(laps_s=laps_s)


def _lap_s(client: Client, listening: psycopg.Connection, message: events.Published) -> float:
    began = time.perf_counter()
    client.publish(message.topic, message.payload, qos=1)
    if not list(listening.notifies(timeout=_PATIENCE_S, stop_after=1)):
        raise TimeoutError
    return time.perf_counter() - began
