"""Hands events to the MQTT broker and stays until each is acknowledged: QoS 1, a bounded number outstanding.

Over the same connection it takes commands for devices, if it is given where to put them.

While the broker is away, publishing waits; what was not acknowledged is sent again after a reconnect, so nothing is
lost on this side. paho silently drops above 65 535 outstanding messages, which the bound keeps far away.
"""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from plietsch.firmware import errors
from plietsch.firmware.mqtt import broker
from plietsch.firmware.mqtt.subscription import Commands

log = logging.getLogger(__name__)

MOST_OUTSTANDING = 500
QOS = 1
LONGEST_RECONNECT_DELAY_S = 2
LOOK_AT_STOP_EVERY_S = 0.2
# Attempts are more frequent: who watches should see that it still tries, and be able to read the rest.
SAY_UNREACHABLE_EVERY_S = 30

# Called with True once the broker has the event, with False if that was given up.
OnFate = Callable[[bool], None]


class Stopped(Exception):
    """The simulation was told to stop while it waited for the broker."""


class Publisher:
    """Publishes to the broker at `url`; `stop` ends a waiting by raising Stopped. Raises BrokerUrlInvalid.

    `commands` gets what comes of its topic while there is a connection. `now_s` is a clock of any beginning.
    """

    def __init__(
        self,
        url: str,
        stop: threading.Event,
        most_outstanding: int = MOST_OUTSTANDING,
        commands: Commands | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._broker = broker.parse(url)
        self.acknowledged = 0
        self._stop = stop
        self._commands = commands
        self._most_outstanding = most_outstanding
        self._free = threading.Semaphore(most_outstanding)
        self._connected = threading.Event()
        self._waiting: dict[int, OnFate] = {}
        self._early: set[int] = set()
        self._lock = threading.Lock()
        self._published = 0
        self._now_s = now_s
        self._told_unreachable_s: float | None = None
        self._client = self._make_client()

    def start(self) -> None:
        """Connect in the background, again and again until it works."""
        self._client.connect_async(self._broker.host, self._broker.port)
        self._client.loop_start()

    @property
    def outstanding(self) -> int:
        """How many events the broker has not acknowledged yet."""
        return self._published - self.acknowledged

    def publish(self, topic: str, event: dict[str, Any], on_fate: OnFate) -> None:
        """Send an event; `on_fate` is called, in another thread, once that is settled. Raises Stopped."""
        self._wait_for_room()
        payload = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        info = self._client.publish(topic, payload, qos=QOS)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise errors.SimulationError(f"an event could not be queued: {mqtt.error_string(info.rc)}")
        # Not under a lock together with publish(): paho calls back while it holds a lock that publish() takes, too.
        with self._lock:
            self._published += 1
            if info.mid not in self._early:
                self._waiting[info.mid] = on_fate
                return
            self._early.discard(info.mid)
        self._settle(on_fate)

    def drain(self, patience_s: float | None = None) -> bool:
        """Wait until everything is acknowledged; return False if it was not within `patience_s`, or was stopped."""
        deadline = None if patience_s is None else time.monotonic() + patience_s
        while self.outstanding:
            if deadline is None and self._stop.is_set():
                return False
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(0.005)
        return True

    def close(self) -> None:
        """Leave the broker; what it has not acknowledged is given up."""
        self._client.disconnect()
        self._client.loop_stop()
        with self._lock:
            given_up = list(self._waiting.values())
            self._waiting.clear()
        for on_fate in given_up:
            on_fate(False)

    def _wait_for_room(self) -> None:
        # Not before the broker has accepted the connection: a broker may refuse what comes ahead of it.
        while not self._connected.wait(LOOK_AT_STOP_EVERY_S):
            self._raise_if_stopped()
        while not self._free.acquire(timeout=LOOK_AT_STOP_EVERY_S):
            self._raise_if_stopped()

    def _raise_if_stopped(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="", clean_session=True)
        client.max_inflight_messages_set(self._most_outstanding)
        client.reconnect_delay_set(1, LONGEST_RECONNECT_DELAY_S)
        if self._broker.user is not None:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set()  # pyright: ignore[reportUnknownMemberType] paho leaves a type open
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker at %s refuses the connection: %s", self._broker, reason)
            return
        log.info("connected to the broker at %s", self._broker)
        self._told_unreachable_s = None
        if self._commands:
            client.subscribe(self._commands.topic, qos=QOS)
        self._connected.set()

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        if not self._commands:
            return
        if any(reason.is_failure for reason in reasons):
            log.error("the broker at %s refuses the subscription of %s", self._broker, self._commands.topic)
            return
        self._commands.subscribed.set()

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        if self._commands:
            self._commands.put(message.topic, bytes(message.payload))

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        now_s, told_s = self._now_s(), self._told_unreachable_s
        if told_s is None or now_s - told_s >= SAY_UNREACHABLE_EVERY_S:
            # paho tells no reason, but calls from where it has caught one.
            log.warning("no connection to the broker at %s (%s); trying on", self._broker, sys.exception())
            self._told_unreachable_s = now_s

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connected.clear()
        if reason.is_failure:
            log.warning("the connection to the broker at %s is lost (%s); trying to reconnect", self._broker, reason)

    def _on_publish(self, _client: Any, _data: Any, mid: int, _reason: Any, _properties: Any) -> None:
        with self._lock:
            on_fate = self._waiting.pop(mid, None)
            if on_fate is None:
                self._early.add(mid)
                return
        self._settle(on_fate)

    def _settle(self, on_fate: OnFate) -> None:
        on_fate(True)
        with self._lock:
            self.acknowledged += 1
        self._free.release()
