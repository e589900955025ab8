"""Changing deployments: a device is installed, moves, is taken down, or is said better how it is mounted.

Each is one transaction, checked before it changes anything; `plietsch.platform.deployments` says what becomes what.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg

from plietsch.platform import deployments, errors, feeding
from plietsch.platform.deployments import Change, Deployment, Mounting, Replaced, moment, words

# Clocks of two machines differ by so much at most; a time that is later was meant otherwise.
_CLOCKS_DIFFER = timedelta(minutes=1)
# What computed series are computed from, besides what was measured.
_COMPUTED_FROM = ("gauge_zero_distance_m", "rain_tip_mm")


def install(
    connection: psycopg.Connection,
    asked: str,
    station: str,
    since: datetime,
    *,
    phase: str = "installed",
    mounting: Mapping[str, Any],
    sensors: Collection[str] = (),
    instead: bool = False,
) -> Change:
    """Put a device at a station from a time on. What the mounting does not name stays as it was at that station.

    `sensors`: of a device that was never deployed, which instruments it has of those that its type may lack.
    `instead`: another device that hangs there is taken down at that time. Raises errors.DeviceUnknown,
    errors.DeploymentInvalid.
    """
    with connection.transaction():
        return _Changing(connection, asked, sensors).install(station, since, phase, mounting, instead=instead)


def correct(
    connection: psycopg.Connection,
    asked: str,
    *,
    station: str | None = None,
    since: datetime | None = None,
    phase: str | None = None,
    mounting: Mapping[str, Any],
) -> Change:
    """Say better how a device is mounted, in which phase or since when, for the whole of its present deployment.

    Raises errors.DeviceUnknown, errors.DeploymentInvalid.
    """
    with connection.transaction():
        return _Changing(connection, asked).correct(station, since, phase, mounting)


def register(connection: psycopg.Connection, dev_eui: str, type_code: str, interval_s: int | None) -> None:
    """Make a device known; it hangs nowhere yet. Known already, it is what is said now, and was so all the time.

    The interval is how often it is meant to measure; None: as its type says. Raises errors.DeploymentInvalid.
    """
    known = connection.execute(deployments.QUERIES["type_definition"], {"code": type_code}).fetchone()
    if known is None:
        raise errors.DeploymentInvalid(
            f"No device type is called {type_code}.", "`plietsch device-type list` names those that are known."
        )
    type_id, definition = known
    interval_s = interval_s or (definition["interval_s"] if definition else None)
    if interval_s is None:
        raise errors.DeploymentInvalid(
            f"The type {type_code} does not say how often it measures.", "Say it: --interval-s, in seconds."
        )
    with connection.transaction():
        device_id, differs = deployments.store_device(connection, dev_eui.lower(), type_id, interval_s)
        if differs:
            deployments.concern_device(connection, device_id)


def move(
    connection: psycopg.Connection,
    asked: str,
    station: str,
    since: datetime,
    *,
    mounting: Mapping[str, Any],
    instead: bool = False,
) -> Change:
    """Put a deployed device at another station from a time on, in the same phase, mounted as is said.

    Raises errors.DeviceUnknown, errors.DeploymentInvalid.
    """
    with connection.transaction():
        changing = _Changing(connection, asked)
        present = changing.required_present()
        if present.station == station and present.until is None:
            raise errors.DeploymentInvalid(
                f"{changing.device.dev_eui} is at {station} already.",
                "What is mounted otherwise at the same station is said with `plietsch device install`.",
            )
        return changing.install(station, since, present.phase, mounting, instead=instead)


def remove(connection: psycopg.Connection, asked: str, since: datetime) -> Change:
    """Take a device down. Raises errors.DeviceUnknown, errors.DeploymentInvalid."""
    with connection.transaction():
        return _Changing(connection, asked).remove(since)


def feed_again(connection: psycopg.Connection, asked: str) -> None:
    """Let the present deployment of a device feed what this version computes, too. Raises errors.DeviceUnknown."""
    with connection.transaction():
        _Changing(connection, asked).feed_again()


class _Changing:
    """The steps of a change, within the caller's transaction: the device is held until it ends."""

    def __init__(self, connection: psycopg.Connection, asked: str, sensors: Collection[str] = ()) -> None:
        self._connection = connection
        self.device = deployments.held(connection, asked)
        self._history = deployments.history(connection, self.device.id)
        self._channels = self._measures(sensors)

    def required_present(self) -> Deployment:
        """Where it is. Raises errors.DeploymentInvalid."""
        present = self._present
        if present is None or present.phase == "removed":
            raise errors.DeploymentInvalid(
                f"{self.device.dev_eui} is deployed nowhere.", "`plietsch device install` puts it at a station."
            )
        return present

    def install(self, station: str, since: datetime, phase: str, given: Mapping[str, Any], *, instead: bool) -> Change:
        before = self._present
        station_id = self._station_id(station)
        stays = before is not None and before.station_id == station_id and before.phase != "removed"
        known = before.mounting if before and stays else Mounting()
        mounting = self._mounting(known, given)
        goes_on = before is not None and before.until is None
        if before and stays and goes_on and before.phase == phase and not mounting.differs(known):
            _require_past(since)
            if since < before.since:
                self._require_after(since)
            return self._described(before, mounting)
        self._require_after(since)
        ended, replaced = self._make_room(station_id, station, since, instead=instead)
        if before and goes_on:
            self._run("end_deployment", deployment_id=before.id, until=since)
            ended.append(before.id)
        elsewhere = self._elsewhere(before.id, since) if before and goes_on and not stays else 0
        deployment_id = self._insert(station_id, since, phase, mounting)
        self._feed(deployment_id, station_id, mounting)
        readings = deployments.concern(self._connection, [deployment_id, *ended], since, None)
        return Change(self.device.dev_eui, before, self._again(deployment_id), readings, elsewhere, replaced)

    def correct(
        self, station: str | None, since: datetime | None, phase: str | None, given: Mapping[str, Any]
    ) -> Change:
        before = self.required_present()
        if station not in (None, before.station):
            raise errors.DeploymentInvalid(
                f"{self.device.dev_eui} is at {before.station}, not at {station}.",
                "A correction says better what is; `plietsch device move` puts it elsewhere.",
            )
        after = replace(
            before,
            since=since or before.since,
            phase=phase or before.phase,
            mounting=self._mounting(before.mounting, given),
        )
        self._require_room(after)
        self._run("correct_deployment", deployment_id=before.id, since=after.since, phase=after.phase,
                  **asdict(after.mounting))  # fmt: skip
        self._feed(before.id, before.station_id, after.mounting)
        return Change(self.device.dev_eui, before, after, self._corrected(before, after))

    def remove(self, since: datetime) -> Change:
        before = self.required_present()
        if before.until is not None:
            raise errors.DeploymentInvalid(
                f"{self.device.dev_eui} hangs at {before.station} no longer, since {moment(before.until)}.",
                "Nothing is to be taken down: another device took its place.",
            )
        self._require_after(since)
        self._run("end_deployment", deployment_id=before.id, until=since)
        deployment_id = self._insert(before.station_id, since, "removed", Mounting())
        deployments.concern(self._connection, [before.id], since, None)
        after = self._again(deployment_id)
        return Change(self.device.dev_eui, before, after, 0, self._elsewhere(before.id, since))

    def feed_again(self) -> None:
        present = self._present
        if present and present.until is None and present.phase != "removed":
            self._feed(present.id, present.station_id, present.mounting)

    @property
    def _present(self) -> Deployment | None:
        """The newest deployment: the one that goes on, or the one that ended last."""
        return self._history[-1] if self._history else None

    def _again(self, deployment_id: int) -> Deployment:
        return next(each for each in deployments.history(self._connection, self.device.id) if each.id == deployment_id)

    def _described(self, before: Deployment, mounting: Mounting) -> Change:
        """Nothing differs but perhaps photo and note, which say the present deployment better."""
        after = replace(before, mounting=mounting)
        self._run("correct_deployment", deployment_id=before.id, since=before.since, phase=before.phase,
                  **asdict(mounting))  # fmt: skip
        return Change(self.device.dev_eui, before, after)

    def _corrected(self, before: Deployment, after: Deployment) -> int:
        """Let be computed anew what a correction concerns."""
        moved = (before.since, before.phase) != (after.since, after.phase)
        if not moved and not after.mounting.differs(before.mounting, _COMPUTED_FROM):
            return 0
        return deployments.concern(self._connection, [before.id], min(before.since, after.since), before.until)

    def _insert(self, station_id: int, since: datetime, phase: str, mounting: Mounting) -> int:
        row = self._run(
            "insert_deployment", device_id=self.device.id, station_id=station_id, since=since, phase=phase,
            **asdict(mounting),
        ).fetchone()  # fmt: skip
        return int(row[0]) if row else 0

    def _elsewhere(self, deployment_id: int, since: datetime) -> int:
        """How many values are stored from a time on where a deployment fed them that ends then."""
        row = self._run("stored_elsewhere", deployment_id=deployment_id, since=since).fetchone()
        return int(row[0]) if row else 0

    def _require_after(self, since: datetime) -> None:
        """Raises errors.DeploymentInvalid for a time in the future, or before what is known."""
        _require_past(since)
        last = self._present
        if last is None:
            return
        edge = last.until or last.since
        if since < edge or (last.until is None and since == edge):
            raise errors.DeploymentInvalid(
                f"{self.device.dev_eui} was {words(last)}: {moment(since)} is not after that.",
                f"Choose a time after {moment(edge)}, or say that deployment better: "
                f"`plietsch device install {self.device.dev_eui} --at {last.station} --correct …`.",
            )

    def _require_room(self, after: Deployment) -> None:
        """Raises errors.DeploymentInvalid where a corrected deployment would reach into another one."""
        _require_past(after.since)
        for each in self._history[:-1]:
            if each.until is None or each.until > after.since:
                raise errors.DeploymentInvalid(
                    f"{self.device.dev_eui} was {words(each)}, and cannot have begun here at {moment(after.since)}.",
                    "A correction may begin when the deployment before it ended, and not earlier.",
                )

    def _make_room(
        self, station_id: int, station: str, since: datetime, *, instead: bool
    ) -> tuple[list[int], tuple[Replaced, ...]]:
        """End what hangs at the station: which deployments, and of which devices.

        Raises errors.DeploymentInvalid where that was not asked for.
        """
        others = self._run("others_at_station", station_id=station_id, device_id=self.device.id).fetchall()
        for _, dev_eui, began in others:
            if not instead:
                raise errors.DeploymentInvalid(
                    f"{dev_eui} hangs at {station}, since {moment(began)}.",
                    f"`plietsch device remove {dev_eui}` takes it down; --instead does so at the same time.",
                )
            if since <= began:
                raise errors.DeploymentInvalid(
                    f"{dev_eui} hangs at {station} since {moment(began)}: {moment(since)} is not after that.",
                    "What takes its place comes later than it did.",
                )
        for deployment_id, *_ in others:
            self._run("end_deployment", deployment_id=deployment_id, until=since)
        replaced = (Replaced(dev_eui, self._elsewhere(deployment_id, since)) for deployment_id, dev_eui, _ in others)
        return [deployment_id for deployment_id, *_ in others], tuple(replaced)

    def _mounting(self, known: Mounting, given: Mapping[str, Any]) -> Mounting:
        """What is known with what is said. Raises errors.DeploymentInvalid for what is another instrument's."""
        measured = {code for _, code in self._channels.values()}
        for member, codes in deployments.MEANT_FOR.items():
            if given.get(member) is not None and not codes & measured:
                raise errors.DeploymentInvalid(
                    f"--{member.replace('_', '-')} is for a device that measures {' or '.join(sorted(codes))}.",
                    f"{self.device.dev_eui} measures {', '.join(sorted(measured)) or 'nothing that is known'}.",
                )
        mounting = replace(known, **{member: value for member, value in given.items() if value is not None})
        distance_m = mounting.gauge_zero_distance_m
        if distance_m is not None and distance_m <= 0 and "distance" in measured:
            raise errors.DeploymentInvalid(
                "An instrument that looks down on the water hangs above the gauge's zero.",
                "--gauge-zero-distance-m is from the instrument straight down to it, in metres: more than 0.",
            )
        return mounting

    def _measures(self, sensors: Collection[str]) -> dict[str, tuple[str, str]]:
        """Each raw channel's instrument and property: as it was deployed last, or as its type says.

        Raises errors.DeploymentInvalid.
        """
        definition = self.device.definition
        rows = {channel: (model, code) for channel, model, code in self._run("channels", device_id=self.device.id)}
        order = [name for name in definition.channels if name in rows] if definition else []
        deployed = {channel: rows[channel] for channel in dict.fromkeys([*order, *rows])}
        if deployed and not sensors:
            return deployed
        known = list(definition.instruments) if definition else []
        if unknown := sorted(set(sensors) - set(known)):
            raise errors.DeploymentInvalid(
                f"The type {self.device.type} has no {' or '.join(unknown)}.",
                f"It may have {', '.join(known) or 'nothing'}.",
            )
        return deployments.of_type(definition, sensors) or deployed

    def _feed(self, deployment_id: int, station_id: int, mounting: Mounting) -> None:
        feeding.feed(
            self._connection, deployment_id, station_id, self.device.definition, self._channels,
            gauge_zero_distance_m=mounting.gauge_zero_distance_m, rain_tip_mm=mounting.rain_tip_mm,
        )  # fmt: skip

    def _station_id(self, station: str) -> int:
        row = self._run("station_id", code=station).fetchone()
        if row is None:
            like = [code for (code,) in self._run("stations_like", part=station)]
            raise errors.DeploymentInvalid(
                f"There is no station {station}.",
                f"Did you mean {', '.join(like)}?" if like
                else "A region file describes stations: `plietsch device import`. `plietsch device list` names them.",
            )  # fmt: skip
        return int(row[0])

    def _run(self, query: LiteralString, **values: Any) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(deployments.QUERIES[query], values)


def _require_past(since: datetime) -> None:
    if since > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise errors.DeploymentInvalid(f"{moment(since)} is yet to come.", "Say it when it is done.")
