"""B1: who receives a backlog and acknowledges it. The clock runs from the connection to the last acknowledgement."""

import asyncio
import select
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from plietsch.ingest.interpret import interpret
from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import LARGEST_BATCH
from plietsch_bench import events, measured
from plietsch_bench.source import Backlog

_PATIENCE_S = 30.0


def ours(broker_url: str, client_id: str, messages: int, decoded: bool) -> None:
    """The worker's source, and what each message means; without `decoded` the source alone."""
    registry = events.registry()
    clock = measured.Clock()
    meant = 0
    with closing(Stop()) as stop:
        source = Backlog(broker_url, client_id, messages, stop)
        with clock.running():
            while not stop.is_set():
                deliveries = source.receive(LARGEST_BATCH, 1.0)
                if decoded:
                    outcomes = [interpret(delivery.message, registry) for delivery in deliveries]
                    meant += sum(len(outcome.observations) for outcome in outcomes)
                for delivery in deliveries:
                    delivery.acknowledge()
            source.release()
    if decoded and meant != messages * len(events.CHANNELS):
        raise ValueError(f"{meant} values were decoded of {messages} messages")
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s)


def paho_batches(broker_url: str, client_id: str, messages: int) -> None:
    """The limit: paho with manual acknowledgement in batches, its loop driven as fast as it goes, nothing decoded."""
    client = _paho(client_id, manual_ack=True)
    inbox: list[MQTTMessage] = []
    left = messages

    def receive(_client: Client, _data: Any, message: MQTTMessage) -> None:
        nonlocal left
        inbox.append(message)
        left -= 1
        # Within the callback paho only queues what it is to send; outside it would send each by itself.
        if not left or len(inbox) >= LARGEST_BATCH:
            _acknowledge(client, inbox)

    client.on_message = receive
    clock = measured.Clock()
    with clock.running():
        _connect(client, broker_url)
        while left:
            before = left
            client.loop_read()
            if client.want_write():
                client.loop_write()
            # paho's own `loop` asks the socket for each packet; here only where nothing came.
            if left == before and not select.select([client.socket()], [], [], 0.01)[0]:
                _acknowledge(client, inbox)
        _leave(client)
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s)


def paho_automatic(broker_url: str, client_id: str, messages: int) -> None:
    """paho as most people use it: its own loop, which acknowledges when the callback returns."""
    client = _paho(client_id, manual_ack=False)
    left = messages

    def receive(_client: Client, _data: Any, message: MQTTMessage) -> None:
        nonlocal left
        left -= 1
        if not left:
            client.disconnect()

    client.on_message = receive
    clock = measured.Clock()
    with clock.running():
        _connect(client, broker_url)
        client.loop_forever()
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s)


def with_aiomqtt(broker_url: str, client_id: str, messages: int) -> None:
    """aiomqtt, if somebody has installed it."""
    asyncio.run(_aiomqtt(broker_url, client_id, messages))


async def _aiomqtt(broker_url: str, client_id: str, messages: int) -> None:
    import aiomqtt  # pyright: ignore[reportMissingImports] no dependency: measured where it is there

    address = urlsplit(broker_url)
    left = messages
    clock = measured.Clock()
    with clock.running():
        async with aiomqtt.Client(address.hostname, address.port, identifier=client_id, clean_session=False) as client:
            async for _ in client.messages:
                left -= 1
                if not left:
                    break
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s)


def _paho(client_id: str, *, manual_ack: bool) -> Client:
    return Client(
        CallbackAPIVersion.VERSION2,
        client_id,
        clean_session=False,
        protocol=MQTTProtocolVersion.MQTTv311,
        manual_ack=manual_ack,
    )


def _connect(client: Client, broker_url: str) -> None:
    address = urlsplit(broker_url)
    client.connect(address.hostname or "", address.port or 1883)


def _acknowledge(client: Client, inbox: list[MQTTMessage]) -> None:
    for message in inbox:
        client.ack(message.mid, message.qos)
    inbox.clear()


def _leave(client: Client) -> None:
    while client.want_write():
        client.loop_write()
    client.disconnect()
