"""Take over the session of a worker that will not come back: store what it still holds, then end it.

    unsubscribe → nothing new comes into the session
    receive → commit → acknowledge, until nothing has come for a while and the broker has said that it has sent all
    connect once more with a clean start, and leave → the broker has forgotten the session

What is not acknowledged stays in the session, whatever ends this; doing it again goes on where it ended.

A session that has none of the subscriptions that were to end may have others, and is then still being filled: what
comes into it just before it is forgotten would be lost. It is forgotten only if one insists, as after an attempt that
was interrupted when the subscriptions had ended already. A broker says so in MQTT 5 only (section 3.11.3): the UNSUBACK
of MQTT 3.1.1 (section 3.11) says nothing.

errors.PlietschError
└── BrokerLost
"""

import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from typing import NamedTuple

from plietsch.ingest import mqtt, refusals
from plietsch.ingest.address import Address
from plietsch.ingest.client import Wish
from plietsch.ingest.messages import Delivery
from plietsch.ingest.refusals import Failure
from plietsch.ingest.session import Session
from plietsch.ingest.stopping import Stop
from plietsch.ingest.writer import Stored
from plietsch.platform import errors

_BATCH = 5_000
# Nothing for so long, and the broker is asked whether that was all.
_QUIET_S = 2.0
_TURN_S = 0.2


class BrokerLost(errors.PlietschError):
    """The broker cannot be reached, or the connection ended."""


class _Unsupported(Exception):
    """The broker does not speak this version of MQTT."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.why)
        self.failure = failure


class Drained(NamedTuple):
    """How much was stored so far; `found`: there was a session, `ended`: there is none any more.

    `unsubscribed`: whether the session had one of the subscriptions that the settings name; None where the broker did
    not say.
    """

    messages: int = 0
    observations: int = 0
    found: bool = False
    ended: bool = False
    unsubscribed: bool | None = None

    def plus(self, stored: Stored) -> "Drained":
        return self._replace(
            messages=self.messages + len(stored.outcomes),
            observations=self.observations + stored.observations,
            found=True,
        )


class Drain:
    """Empties the session of `wish.client_id`. Nobody else may use it meanwhile: see `presence`.

    With `insists` it ends the session even if that may have other subscriptions.
    """

    def __init__(
        self,
        session: Session,
        broker: Address,
        wish: Wish,
        stop: Stop,
        *,
        insists: bool = False,
        quiet_s: float = _QUIET_S,
    ) -> None:
        self._session = session
        self._broker = broker
        self._wish = wish._replace(purpose="empty")
        self._stop = stop
        self._insists = insists
        self._quiet_s = quiet_s
        self.on_progress: Callable[[Drained], None] = _nothing

    def run(self, *, may_fall_back: bool) -> Drained:
        """Returns when the session has ended, when it may not end, or when one is to stop.

        Raises BrokerLost, database.DatabaseUnavailable.
        """
        try:
            drained = self._empty()
        except _Unsupported as error:
            if not may_fall_back:
                raise _lost(error.failure) from error
            self._wish = self._wish._replace(version="3.1.1")
            drained = self._empty()
        if self._stop.is_set() or self._may_be_filled(drained):
            return drained
        return drained._replace(ended=self._forget())

    def _empty(self) -> Drained:
        with self._connected(self._wish) as connection:
            drained = Drained()
            quiet = _Quiet(connection, self._quiet_s)
            while not self._stop.is_set() and not quiet.lasts():
                deliveries = self._receive(connection)
                if deliveries:
                    drained = drained.plus(self._store(deliveries))
                    self.on_progress(drained)
                    # Only now: while they were stored, nothing could come.
                    quiet = _Quiet(connection, self._quiet_s)
                drained = self._seen(drained, connection)
                if self._absent(connection) or self._may_be_filled(drained):
                    break
            return drained

    def _seen(self, drained: Drained, connection: mqtt.Connection) -> Drained:
        """With what the broker has said of the session."""
        says = self._wish.version == "5" and connection.granted
        return drained._replace(
            found=drained.found or connection.session_present,
            unsubscribed=not connection.nothing_to_leave if says else None,
        )

    def _may_be_filled(self, drained: Drained) -> bool:
        """Whether the session may have other subscriptions, and nobody has said that it does not matter."""
        return drained.found and drained.unsubscribed is False and not self._insists

    def _absent(self, connection: mqtt.Connection) -> bool:
        """Whether there was no session. In 3.1.1 brokers differ: aedes knows none that has no subscription."""
        return self._wish.version == "5" and connection.granted and not connection.session_present

    def _store(self, deliveries: list[Delivery]) -> Stored:
        self._session.registry_changed()
        stored = self._session.store([delivery.message for delivery in deliveries])
        for delivery in deliveries:
            delivery.acknowledge()
        return stored

    def _forget(self) -> bool:
        with self._connected(self._wish._replace(purpose="forget")) as connection:
            while not connection.granted and not self._stop.is_set():
                self._receive(connection)
            return connection.granted

    def _receive(self, connection: mqtt.Connection) -> list[Delivery]:
        deliveries = connection.receive(_BATCH, _TURN_S, self._stop)
        if connection.unsupported:
            raise _Unsupported(connection.failure or refusals.CLOSED)
        if not connection.alive and not deliveries:
            raise _lost(connection.failure or refusals.CLOSED)
        return deliveries

    @contextmanager
    def _connected(self, wish: Wish) -> Generator[mqtt.Connection]:
        try:
            connection = mqtt.Connection(self._broker, wish)
        except OSError as error:
            raise _lost(refusals.unreachable(error)) from error
        with closing(connection):
            yield connection


class _Quiet:
    """A time in which nothing comes."""

    def __init__(self, connection: mqtt.Connection, long_enough_s: float) -> None:
        self._connection = connection
        self._long_enough_s = long_enough_s
        self._since = time.monotonic()
        self._answers: int | None = None

    def lasts(self) -> bool:
        """Whether it is certain that nothing comes any more: long enough, and the broker has answered after it."""
        if not self._connection.granted:
            self._since = time.monotonic()
        elif self._answers is not None:
            return self._connection.answers > self._answers
        elif time.monotonic() - self._since > self._long_enough_s:
            self._answers = self._connection.answers
            self._connection.ask()
        return False


def _lost(failure: Failure) -> BrokerLost:
    hint = failure.hint or "What was not stored is still in the session: do it again, it goes on from there."
    return BrokerLost(f"Waiting for messages failed: {failure.why}.", hint)


def _nothing(_drained: Drained) -> None:
    """Nobody looks on."""
