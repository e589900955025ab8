"""The embedded broker: keeps what a session has not acknowledged, also on disk, says why it does not start, never
outlives us."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import psutil
import pytest

from plietsch.platform import errors
from plietsch.platform.local import broker
from plietsch.platform.local.broker import EmbeddedBroker
from support.node_js import NODE
from support.wait import until


def _client(client_id: str, broker: EmbeddedBroker, *, clean: bool) -> mqtt.Client:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id, clean_session=clean)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    until(client.is_connected, "the client is connected")
    return client


def _leave(client: mqtt.Client) -> None:
    client.disconnect()
    client.loop_stop()


def test_a_session_gets_what_came_while_it_was_away(aedes: EmbeddedBroker):
    _subscribe("keeper", aedes)
    publisher = _client("speaker", aedes, clean=True)
    for number in range(100):
        publisher.publish("a/b", str(number), qos=1).wait_for_publish(10)
    _leave(publisher)
    assert aedes.pending("keeper") == 100
    assert aedes.pending("nobody") == 0
    received: list[int] = []
    heir = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "keeper", clean_session=False)
    heir.on_message = lambda _client, _data, message: received.append(int(message.payload))
    heir.connect("127.0.0.1", aedes.port)
    heir.loop_start()
    until(lambda: len(received) >= 100, "all hundred messages")
    until(lambda: aedes.pending("keeper") == 0, "all are acknowledged")
    _leave(heir)
    assert sorted(set(received)) == list(range(100))


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """A broker that keeps its queue in a folder."""
    broker = EmbeddedBroker(folder=tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


def _subscribe(client_id: str, broker: EmbeddedBroker) -> None:
    """A session that waits for messages."""
    subscriber = _client(client_id, broker, clean=False)
    subscribed: list[int] = []
    subscriber.on_subscribe = lambda *_: subscribed.append(1)
    subscriber.subscribe("a/#", qos=1)
    until(lambda: subscribed, "the subscription stands")
    _leave(subscriber)


def _kill(broker: EmbeddedBroker) -> None:
    assert broker.pid
    os.kill(broker.pid, signal.SIGKILL)


def test_killed_it_keeps_what_it_has_acknowledged(lasting: EmbeddedBroker):
    _subscribe("keeper", lasting)
    acknowledged: list[int] = []
    publisher = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "speaker")
    publisher.max_inflight_messages_set(200)
    publisher.on_publish = lambda _client, _data, mid, *_: acknowledged.append(mid)
    publisher.connect("127.0.0.1", lasting.port)
    publisher.loop_start()
    numbers = {publisher.publish("a/b", str(number), qos=1).mid: number for number in range(500)}
    until(lambda: len(acknowledged) > 100, "some are acknowledged")
    _kill(lasting)
    publisher.loop_stop()
    lasting.start()
    kept = {numbers[mid] for mid in acknowledged}
    received: set[int] = set()
    heir = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "keeper", clean_session=False)
    heir.on_message = lambda _client, _data, message: received.add(int(message.payload))
    heir.connect("127.0.0.1", lasting.port)
    heir.loop_start()
    until(lambda: lasting.pending("keeper") == 0, "all is acknowledged")
    _leave(heir)
    assert received >= kept


def test_killed_it_keeps_subscriptions_and_retained_messages(lasting: EmbeddedBroker):
    _subscribe("keeper", lasting)
    speaker = _client("speaker", lasting, clean=True)
    speaker.publish("a/last", "word", qos=1, retain=True).wait_for_publish(10)
    _leave(speaker)
    assert lasting.pending("keeper") == 1
    for count in (2, 3):
        _kill(lasting)
        lasting.start()
        speaker = _client("speaker", lasting, clean=True)
        speaker.publish("a/b", "again", qos=1).wait_for_publish(10)
        _leave(speaker)
        assert lasting.pending("keeper") == count
    newcomer = _client("newcomer", lasting, clean=True)
    received: list[bytes] = []
    newcomer.on_message = lambda _client, _data, message: received.append(message.payload)
    newcomer.subscribe("a/#", qos=1)
    until(lambda: received == [b"word"], "the retained message")
    _leave(newcomer)


_TWO_UNDER_ONE_IDENTIFIER = """
import { Store } from %s
const packet = (number) =>
  ({ brokerId: 'b', brokerCounter: number, topic: 'a', payload: Buffer.from(`${number}`), qos: 1 })
const client = { id: 'keeper' }
const store = await Store.open()
await store.setup({ id: 'b', counter: 0 })
const [resent, live] = [packet(1), packet(2)]
for (const queued of [resent, live]) {
  await store.outgoingEnqueueCombi([{ clientId: client.id }], queued)
  queued.messageId = 7
  await store.outgoingUpdate(client, queued)
}
await store.outgoingClearMessageId(client, { messageId: live.messageId })
const left = []
for await (const waiting of store.outgoingStream(client)) left.push(waiting.payload.toString())
console.log(JSON.stringify({ identifiers: [resent.messageId, live.messageId], left }))
"""


def test_an_acknowledgement_is_not_taken_for_another_packets():
    """A new connection may begin with the identifier that a packet of the earlier one still bears."""
    store = Path(broker.__file__).with_name("broker_store.mjs").as_uri()
    script = _TWO_UNDER_ONE_IDENTIFIER % json.dumps(store)
    finished = subprocess.run(
        [NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert json.loads(finished.stdout) == {"identifiers": [7, 8], "left": ["1"]}


def test_a_folder_in_use_is_said(lasting: EmbeddedBroker):
    with pytest.raises(errors.BrokerWouldNotStart, match="lock"):
        EmbeddedBroker(folder=lasting.folder).start()


def test_a_taken_port_is_said():
    with socket.create_server(("127.0.0.1", 0)) as other:
        broker = EmbeddedBroker(other.getsockname()[1])
        with pytest.raises(errors.BrokerWouldNotStart, match="EADDRINUSE"):
            broker.start()


def test_it_starts_again_on_its_port_and_with_its_name(aedes: EmbeddedBroker):
    url = aedes.url
    aedes.stop()
    assert not aedes.running()
    aedes.start()
    assert aedes.url == url


def test_it_ends_with_a_killed_owner():
    script = (
        "from plietsch.platform.local.broker import EmbeddedBroker; import sys\n"
        "broker = EmbeddedBroker(); broker.start(); print(broker.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        broker = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    until(lambda: not broker.is_running() or broker.status() == psutil.STATUS_ZOMBIE, "the broker ends")
