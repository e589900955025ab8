"""Keeps the registry in memory in step with the database: hears of every change, and asks for devices it lacks."""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from plietsch.ingest import database
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.registry import Deployment, Device, Registry
from plietsch.ingest.series import arrival

# How long a DevEUI that was asked for in vain is not asked for again. Every change is notified, so that asking is only
# a second line.
_ASK_AGAIN_S = 2.0
# Senders nobody knows are not bounded by anything: what was asked for is forgotten beyond so many.
_MOST_UNKNOWN = 10_000


class Registrar:
    """The registry as of the last change, over a connection of its own."""

    def __init__(self, connection: Connection, clock: Callable[[], float] = time.monotonic) -> None:
        """Load it. Raises database.DatabaseUnavailable."""
        self._connection = connection
        self._clock = clock
        self._asked: dict[str, float] = {}
        with database.availability():
            connection.execute(QUERIES["listen"])  # before loading: no change is missed between the two
        self.registry = self._load_all()

    def changed(self) -> bool:
        """Load the registry anew if it was changed since; says whether it was.

        Raises database.DatabaseUnavailable.
        """
        with database.availability():
            if not list(self._connection.notifies(timeout=0)):
                return False
        self.registry = self._load_all()
        return True

    def look_for(self, dev_euis: Iterable[str]) -> None:
        """Ask the database for those of the devices that are not in the registry.

        Raises database.DatabaseUnavailable.
        """
        missing = {eui for eui in dev_euis if self.registry.find(eui) is None and self._may_ask(eui)}
        if missing:
            self._remember(missing)
            self.registry = self.registry.with_devices(self._load(sorted(missing)))

    def _may_ask(self, dev_eui: str) -> bool:
        asked_at = self._asked.get(dev_eui)
        return asked_at is None or self._clock() - asked_at >= _ASK_AGAIN_S

    def _remember(self, dev_euis: Iterable[str]) -> None:
        if len(self._asked) > _MOST_UNKNOWN:
            self._asked.clear()
        self._asked.update(dict.fromkeys(dev_euis, self._clock()))

    def _load_all(self) -> Registry:
        self._asked.clear()
        return Registry.of(self._load(None))

    def _load(self, dev_euis: Sequence[str] | None) -> list[Device]:
        with database.availability():
            rows = self._connection.execute(QUERIES["registered"], {"dev_euis": dev_euis}).fetchall()
        return [_device(list(group)) for _, group in groupby(rows, key=lambda row: row[0])]


def _device(rows: Sequence[tuple[Any, ...]]) -> Device:
    """A device from its rows, one for each deployment; without any it has one whose deployment is null."""
    device_id, dev_eui = rows[0][:2]
    return Device(device_id, dev_eui, tuple(_deployment(*row[2:]) for row in rows if row[4] is not None))


def _deployment(
    since_s: float, until_s: float, _: int, gauge_zero_distance_m: float | None, datastream_ids: dict[str, int]
) -> Deployment:
    return Deployment(since_s, until_s, datastream_ids, arrival.derivations(datastream_ids, gauge_zero_distance_m))
