"""The one reader of the ledger in a process: a thread with a connection of its own, for all who want to be told.

Whatever happens to the database, or in here, it goes on: it connects anew, begins a little before the present, and says
so. The first change is told at once, further ones after a pace.
"""

import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import msgspec
import psycopg
import structlog

from plietsch.api.live.told import Change, Told
from plietsch.platform import errors, ledger, sql
from plietsch.platform.ledger import Position

_QUERIES = sql.load("plietsch.api.live", "live.sql")
_OPTIONS = "-c timezone=UTC -c statement_timeout=30s -c default_transaction_read_only=on"
# Keep-alive finds a server that went without a word after a minute or so.
_CONNECTION: Mapping[str, Any] = {
    "autocommit": True,
    "connect_timeout": 3,
    "application_name": "plietsch-live",
    "options": _OPTIONS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# Heard of when the registry changes (migrations 0001, 0008).
_REGISTRY = "plietsch_registry"
# How long nothing is looked for when nothing is heard: notifications come by themselves, deployments begin without one.
_PATIENCE_S = 10.0
# Entries a page, and pages before what was read is told.
_PAGE, _PAGES = 1000, 20
# From so many datastreams on it is quicker for everybody to fetch the whole than to be told of each.
_MOST_DATASTREAMS = 20_000
# How far back the value is looked for that is the newest one when another failed: who is silent or fails for longer has
# nothing that is of today.
_LOOKS_BACK = timedelta(days=1)
# Between attempts to reach the database, in seconds; the last one stays.
_PAUSES_S = (0.25, 0.5, 1.0, 2.0, 5.0)
# A database that does not even refuse is not waited for at the end.
_FAREWELL_S = 1.0
_log = structlog.get_logger(__name__)


class Span(NamedTuple):
    """The phenomenon times that a datastream was touched at, both ends included; whether values came, and whether
    values that were there changed. Neither: what it is computed from or judged by changed, or when it is public."""

    first: datetime
    last: datetime
    is_added: bool
    is_revised: bool

    def __or__(self, other: "Span") -> "Span":
        return Span(
            min(self.first, other.first),
            max(self.last, other.last),
            self.is_added or other.is_added,
            self.is_revised or other.is_revised,
        )

    @property
    def since(self) -> datetime:
        """From when on a value may be the newest one: where one failed, that is one from before."""
        return self.first - _LOOKS_BACK if self.is_revised else self.first


class Follower(Protocol):
    """Who keeps something that follows from what is stored, and is told by the reader before any listener is.

    All of it is called in the reader's thread and may ask over its connection (autocommit, read-only, UTC); while it
    does so, nobody is told anything. A psycopg.Error that is raised breaks the connection: `lost`, and `began` anew.
    """

    def began(self, connection: psycopg.Connection[Any]) -> None:
        """Begin anew with all there is: what was written before may have gone unseen, what comes is told."""
        ...

    def wrote(self, connection: psycopg.Connection[Any], touched: Mapping[int, Span]) -> None:
        """These datastreams were touched, by their ids, at these times."""
        ...

    def registered(self, connection: psycopg.Connection[Any]) -> None:
        """Devices, or where, when and how they hang, may have changed."""
        ...

    def waited(self, connection: psycopg.Connection[Any]) -> None:
        """Nothing was written for some seconds: what happens by the clock has happened all the same."""
        ...

    def lost(self) -> None:
        """The database does not answer."""
        ...


class Reader:
    """Follows the ledger, and tells.

    `began` is called with the server's name and a place in its ledger: from there on everything is told, and what was
    told before may have gone on unseen. `wrote` is called with a place and the changes up to it, None where there were
    too many; for the first time once all that was there already is read, even if that was nothing. Both are called in
    the reader's thread; `pace_s` lies between two readings, `overlap_s` is how far back it begins.
    """

    def __init__(
        self,
        database_url: str,
        began: Callable[[str, Position], object],
        wrote: Callable[[Position, Sequence[Change] | None], object],
        pace_s: float,
        overlap_s: float,
        followers: Sequence[Follower] = (),
    ) -> None:
        self._database_url = database_url
        self._followers = followers
        self._began = began
        self._wrote = wrote
        self._pace_s = pace_s
        self._overlap_s = overlap_s
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._attempts = 0
        self._is_following = False
        self._thread = threading.Thread(target=self._run, name="plietsch-live", daemon=True)

    @property
    def is_following(self) -> bool:
        """Whether it has come to the present, and follows."""
        return self._is_following

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has ended."""
        self._stopping.set()
        with self._lock:
            if self._connection is not None:
                _hang_up(self._connection)
        self._thread.join(_FAREWELL_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connected() as connection:
                    self._follow(connection)
            except (psycopg.Error, errors.DatabaseError) as error:
                self._lost()
                if not self._stopping.is_set():
                    _log.warning("live streams wait for the database", error=str(error).strip())
            except Exception:  # noqa: BLE001 the thread's root: a mistake of ours must neither end it for good nor go unseen
                self._lost()
                _log.exception("the ledger's reader failed and begins anew")
            self._stopping.wait(_PAUSES_S[min(self._attempts, len(_PAUSES_S) - 1)])
            self._attempts += 1

    def _lost(self) -> None:
        self._is_following = False
        for follower in self._followers:
            follower.lost()

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[Any]]:
        with psycopg.connect(self._database_url, **_CONNECTION) as connection:
            with self._lock:
                self._connection = connection
            try:
                yield connection
            finally:
                with self._lock:
                    self._connection = None

    def _follow(self, connection: psycopg.Connection[Any]) -> None:
        # Before anybody is told: what is fetched because of it is fetched later, and what is written then is heard.
        ledger.listen(connection)
        connection.execute(_QUERIES["listen_to_registry"])
        server, position = self._start(connection)
        for follower in self._followers:
            follower.began(connection)
        self._tell(self._began, server, position)
        while not self._stopping.is_set():
            begun_at = time.monotonic()
            touched, position = _read(connection, position)
            for follower in self._followers:
                follower.wrote(connection, touched)
            few = len(touched) <= _MOST_DATASTREAMS
            self._tell(self._wrote, position, _newest(connection, touched) if few else None)
            self._attempts, self._is_following = 0, True
            # From one reading to the next: what reading and telling take is not waited for on top.
            self._stopping.wait(max(0.0, begun_at + self._pace_s - time.monotonic()) if touched else 0)
            self._wait(connection, position)

    def _wait(self, connection: psycopg.Connection[Any], position: Position) -> None:
        """Until there is something to read."""
        while not self._stopping.is_set():
            found = ledger.look(connection, position)
            if found.readable:
                return
            # To its end: the connection is nobody else's before.
            heard = list(connection.notifies(timeout=min(_PATIENCE_S, found.patience_s), stop_after=1))
            is_registry = any(each.channel == _REGISTRY for each in heard)
            for follower in self._followers:
                tell = follower.registered if is_registry else follower.waited
                tell(connection)

    def _tell(self, whom: Callable[..., object], *what: object) -> None:
        if not self._stopping.is_set():
            whom(*what)

    def _start(self, connection: psycopg.Connection[Any]) -> tuple[str, Position]:
        (server,) = connection.execute(_QUERIES["server"]).fetchone() or ("",)
        row = connection.execute(_QUERIES["shortly_before"], {"seconds": self._overlap_s}).fetchone()
        return server, Position(int(row[0]), row[1]) if row else ledger.BEGINNING


def _hang_up(connection: psycopg.Connection[Any]) -> None:
    """End a connection on which another thread waits: it sees what it would see if the server had gone."""
    with (
        suppress(OSError, psycopg.OperationalError),  # it has ended already
        socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)


def _read(connection: psycopg.Connection[Any], position: Position) -> tuple[dict[int, Span], Position]:
    """The datastreams that were touched after a position, and the position behind what was read."""
    touched: dict[int, Span] = {}
    for _ in range(_PAGES):
        entries = ledger.read(connection, position, _PAGE)
        for entry in entries:
            position = entry.position
            span = Span(entry.first_time, entry.last_time, entry.observations > 0, entry.revised > 0)
            for datastream_id in entry.datastream_ids:
                touched[datastream_id] = touched.get(datastream_id, span) | span
        if len(entries) < _PAGE:
            break
    return touched, position


def _newest(connection: psycopg.Connection[Any], touched: Mapping[int, Span]) -> list[Change]:
    """The public changes among the touched datastreams."""
    parameters = {
        "datastreams": list(touched),
        "since": [span.since for span in touched.values()],
        "first": [span.first for span in touched.values()],
        "last": [span.last for span in touched.values()],
        "added": [span.is_added for span in touched.values()],
    }
    rows = connection.execute(_QUERIES["newest"], parameters).fetchall()
    return [_change(*row) for row in rows]


def _change(
    region: str,
    station: str,
    code: str,
    method: str,
    by_default: bool,
    is_spread: bool,
    time: datetime,
    value: float,
    quality: int,
    failed: datetime | None,
) -> Change:
    told = Told(station, code, method, time, value, quality, failed or msgspec.UNSET)
    return Change(region, station, code, method, by_default, is_spread, failed or time, msgspec.json.encode(told))
