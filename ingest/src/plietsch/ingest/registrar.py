"""Keeps the registry in memory in step with the database: hears of every change, and asks for devices it lacks."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from plietsch.ingest import database, definitions
from plietsch.ingest.codec.specification import GROUPS
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.registry import Deployment, Device, Registry
from plietsch.ingest.series import arrival
from plietsch.platform.device_types.specification import DeviceType, Span

# How long a DevEUI that was asked for in vain is not asked for again. Every change is notified, so that asking is only
# a second line.
_ASK_AGAIN_S = 2.0
# The lowest and the highest value that a frame can say, by channel.
_SAID = {
    field.channel: (field.offset / field.steps, (field.highest_code + field.offset) / field.steps)
    for group in GROUPS
    for field in group
}
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
            return load(self._connection, dev_euis)


def load(connection: Connection, dev_euis: Sequence[str] | None) -> list[Device]:
    """The devices as they are at this moment, all or those named. Raises psycopg.Error."""
    rows = connection.execute(QUERIES["registered"], {"dev_euis": dev_euis}).fetchall()
    # After the devices: the type of each is there by then.
    wanted = {"device_type_ids": list({row[2] for row in rows})}
    types = dict(connection.execute(QUERIES["definitions"], wanted).fetchall()) if rows else {}
    known = {type_id: definitions.read(definition) for type_id, definition in types.items()}
    return [_device(list(group), known) for _, group in groupby(rows, key=lambda row: row[0])]


def _device(rows: Sequence[tuple[Any, ...]], types: Mapping[int, DeviceType | None]) -> Device:
    """A device from its rows, one for each deployment; without any it has one whose deployment is null."""
    device_id, dev_eui, type_id = rows[0][:3]
    device_type = types.get(type_id)
    deployments = tuple(_deployment(device_type, *row[3:]) for row in rows if row[5] is not None)
    return Device(device_id, dev_eui, deployments, device_type, _ranges(device_type))


def _deployment(
    device_type: DeviceType | None,
    since_s: float,
    until_s: float,
    _: int,
    gauge_zero_distance_m: float | None,
    datastream_ids: dict[str, int],
) -> Deployment:
    derivations = arrival.derivations(
        datastream_ids,
        gauge_zero_distance_m,
        assumes_c=_assumes_c(device_type),
        property_of=lambda channel: _property_of(device_type, channel),
    )
    return Deployment(since_s, until_s, datastream_ids, derivations)


def _ranges(device_type: DeviceType | None) -> dict[str, Span]:
    """What the values of our own payload are held against where it can say more than the instrument can measure; an
    object's are held against theirs when it is read."""
    if device_type is None or device_type.decoder != "plietsch":
        return {}
    spans = ((name, channel.range) for name, channel in device_type.channels.items() if name in _SAID)
    return {name: span for name, span in spans if span and not span[0] <= _SAID[name][0] <= _SAID[name][1] <= span[1]}


def _assumes_c(device_type: DeviceType | None) -> float | None:
    """The temperature that the instrument for the distance takes for granted."""
    if device_type is None:
        return None
    distances = (
        channel for name, channel in device_type.channels.items() if device_type.property_of(name) == "distance"
    )
    return next((channel.assumes_c for channel in distances), None)


def _property_of(device_type: DeviceType | None, channel: str) -> str:
    """What a channel measures; one that a deployment feeds and the type does not know any more is named so."""
    if device_type is None or channel not in device_type.channels:
        return channel
    return device_type.property_of(channel)
