"""The facts of a device from the database, as of one moment: reads only, one short query for each kind."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from plietsch.platform import deployments, errors, sql
from plietsch.platform.why.facts import (
    Facts,
    Flagged,
    Health,
    Log,
    Place,
    Radio,
    Refusal,
    Registered,
    Series,
    Waiting,
)

_QUERIES = sql.load("plietsch.platform.why", "why.sql")
# What a node says of itself is no news of its station.
_OF_NODE = ["battery", "battery_level"]
# Our nodes reserve 128 counters at a time (decision 12): of a longer leap nobody knows how many frames were sent.
_LONGEST_STEP = 20
_SEPARATORS = str.maketrans("", "", ":-. ")
_DEV_EUI = re.compile(r"[0-9a-f]{16}")
# A region in fast motion is behind the clock on the wall by more than this.
_BEHIND = timedelta(hours=1)


def gather(connection: psycopg.Connection, asked: str, at: datetime | None = None) -> Facts:
    """What is known of a DevEUI, or of a station's code; without a time, of now, which in a simulated region that runs
    faster than the clock is when it was heard last. Raises errors.DeviceUnknown for what is neither."""
    return _Gathering(connection, asked).facts(at)


class _Gathering:
    """The queries for one device, over one connection."""

    def __init__(self, connection: psycopg.Connection, asked: str) -> None:
        self._connection = connection
        written = asked.translate(_SEPARATORS).lower()
        self._dev_eui = written if _DEV_EUI.fullmatch(written) else None
        self._asked = asked

    def facts(self, at: datetime | None) -> Facts:
        row = self._one("device", dev_eui=self._dev_eui, asked=self._asked)
        if row is None:
            return self._unregistered(at or datetime.now(UTC))
        device = Registered(*row)
        history = deployments.history(self._connection, device.id)
        place = self._place(history[-1].station) if history else None
        at = at or self._present(place)
        health = self._health(device)
        series, decoded_at = self._series(device)
        return Facts(
            at,
            device.dev_eui,
            device,
            self._waiting(device.dev_eui),
            health,
            [Log(*row) for row in self._all("logs", device_id=device.id, at=at)],
            self._radio(device, health.heard_at, at),
            [Refusal(*row) for row in self._all("refusals", device_id=device.id, at=at)],
            decoded_at,
            self._received_at(device, decoded_at),
            series,
            history,
            place,
        )

    def _unregistered(self, at: datetime) -> Facts:
        place = self._place(self._asked)
        if self._dev_eui is None and place is None:
            raise errors.DeviceUnknown(
                f"{self._asked} is neither a DevEUI (16 hexadecimal digits) nor the code of a station.",
                "`plietsch device list` has all devices and stations, `plietsch ingest quarantine` who else sends.",
            )
        waiting = self._waiting(self._dev_eui) if self._dev_eui else None
        return Facts(at, self._dev_eui, waiting=waiting, place=place)

    def _present(self, place: Place | None) -> datetime:
        now = datetime.now(UTC)
        row = self._one("simulated_present", station=place.station) if place else None
        heard_at = row[0] if row else None
        return heard_at if heard_at and now - heard_at > _BEHIND else now

    def _waiting(self, dev_eui: str) -> Waiting | None:
        row = self._one("waiting", dev_eui=dev_eui)
        return Waiting(*row) if row else None

    def _health(self, device: Registered) -> Health:
        row = self._one("health", device_id=device.id)
        return Health(*row) if row else Health()

    def _radio(self, device: Registered, heard_at: datetime | None, at: datetime) -> Radio:
        if heard_at is None:
            return Radio()
        asked = {"device_id": device.id, "heard_at": heard_at, "at": at}
        row = self._one("radio", **asked, longest_step=_LONGEST_STEP)
        live = self._one("gateways_live", **asked)
        return Radio(*row, gateways_live=live[0] if live else None) if row else Radio()

    def _received_at(self, device: Registered, decoded_at: datetime | None) -> datetime | None:
        if decoded_at is None:
            return None
        row = self._one("received_at", device_id=device.id, heard_at=decoded_at)
        return row[0] if row else decoded_at

    def _series(self, device: Registered) -> tuple[list[Series], datetime | None]:
        """The datastreams, and when the newest frame was heard that brought a value."""
        rows = self._all("series", device_id=device.id, of_node=_OF_NODE)
        heard = max((row[16] for row in rows if row[16]), default=None)
        return [Series(*row[:16], tests=_flagged(row[17])) for row in rows], heard

    def _place(self, station: str) -> Place | None:
        row = self._one("place", station=station)
        if row is None:
            return None
        code, region, west, south, east, north, *rest = row
        return Place(code, region, (west, south, east, north), *rest)

    def _all(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(_QUERIES[query], values).fetchall()

    def _one(self, query: str, **values: Any) -> tuple[Any, ...] | None:
        return self._connection.execute(_QUERIES[query], values).fetchone()


def _flagged(tests: dict[str, tuple[int, float, bool]]) -> dict[str, Flagged]:
    return {
        name: Flagged(number, datetime.fromtimestamp(since_s, UTC), newest)
        for name, (number, since_s, newest) in tests.items()
    }
