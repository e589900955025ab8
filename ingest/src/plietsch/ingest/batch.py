"""The statements by which a batch is written, within a transaction that somebody else begins and ends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString
from uuid import UUID

from plietsch.ingest import copies, entries
from plietsch.ingest.copies import Frame, Heard, Newest
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.device_events import RANK, HealthChange
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.rows import UplinkRow

_UPLINK_TYPES = (
    "timestamptz", "uuid", "int4", "text", "int8", "int2", "bytea", "int2", "int8", "int2", "jsonb", "timestamptz",
    "text", "uuid", "json",
)  # fmt: skip
_OBSERVATION_TYPES = ("int4", "timestamptz", "float8", "timestamptz", "int2")
_STAGED_OBSERVATION_TYPES = (*_OBSERVATION_TYPES, "int4", "timestamptz", "uuid")
_DEVICE_EVENT_TYPES = ("timestamptz", "uuid", "int4", "text", "jsonb", "timestamptz")

# How long a broker may take to deliver an event again that names no time of its own.
_REDELIVERED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Written:
    """How many observations are new, of them late; how many of new frames were there before, of them with another
    result."""

    observations: int = 0
    late: int = 0
    repeated: int = 0
    differing: int = 0


def lock(connection: Connection, outcomes: Iterable[Outcome]) -> dict[int, Newest]:
    """Lock the devices of a batch until the transaction ends; returns the newest frame of each."""
    device_ids = list({outcome.device_id for outcome in outcomes if outcome.device_id is not None})
    rows = connection.execute(QUERIES["lock_devices"], {"device_ids": device_ids}) if device_ids else ()
    return {device_id: Newest(*known) for device_id, *known in rows}


def without_stored(connection: Connection, outcomes: Sequence[Outcome], newest: Mapping[int, Newest]) -> list[Outcome]:
    """The outcomes without the rows that were stored before; copies of frames are marked as such."""
    fresh = _without_timeless(connection, outcomes)
    return copies.recognise(fresh, _frames_known(connection, copies.doubtful(fresh, newest)))


def copy(connection: Connection, outcomes: Sequence[Outcome]) -> Written:
    """Copy frames and observations straight into their tables. Raises psycopg's UniqueViolation if one was there."""
    if uplinks := [outcome.uplink for outcome in outcomes if outcome.uplink]:
        _copy(connection, QUERIES["copy_uplinks"], _UPLINK_TYPES, uplinks)
    # Device by device: rows of one datastream then find the leaf of the index that the one before has just touched.
    by_device = sorted(outcomes, key=lambda outcome: outcome.device_id or 0)
    rows = [row for outcome in by_device for row in outcome.observations]
    if not rows:
        return Written()
    _copy(connection, QUERIES["copy_observations"], _OBSERVATION_TYPES, rows)
    written = Written(len(rows), sum(outcome.late for outcome in outcomes))
    for entry in entries.of(rows, written.late):
        connection.execute(QUERIES["store_ledger"], entry)
    return written


def stage(connection: Connection, outcomes: Sequence[Outcome]) -> Written:
    """Bring frames and observations into their tables by way of a stage: what is there stays, what is new is added."""
    new_frames: list[UUID] = []
    if uplinks := [outcome.uplink for outcome in outcomes if outcome.uplink]:
        _copy(connection, QUERIES["stage_uplinks"], _UPLINK_TYPES, uplinks)
        new_frames = [row[0] for row in connection.execute(QUERIES["store_uplinks"])]
    rows = [(row, o.uplink) for o in outcomes if o.uplink for row in o.observations]
    if not rows:
        return Written()
    numbered = ((*row, ordinal, up.event_time, up.event_id) for ordinal, (row, up) in enumerate(rows))
    _copy(connection, QUERIES["stage_observations"], _STAGED_OBSERVATION_TYPES, numbered)
    row = connection.execute(QUERIES["store_observations"], {"new_frames": new_frames}).fetchone()
    return Written(*row) if row else Written()


def follow(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Events of devices, and what follows from them and from the frames: health, the state of commands."""
    if events := [outcome.device_event for outcome in outcomes if outcome.device_event]:
        _copy(connection, QUERIES["stage_device_events"], _DEVICE_EVENT_TYPES, events)
        connection.execute(QUERIES["store_device_events"])
    _store_heard(connection, outcomes)
    for health in (outcome.health for outcome in outcomes if outcome.health):
        connection.execute(QUERIES[_health_query(health)], health._asdict())
    for downlink in (outcome.downlink for outcome in outcomes if outcome.downlink):
        connection.execute(QUERIES["store_downlink"], {**downlink._asdict(), "ranks": list(RANK)})


def _health_query(health: HealthChange) -> LiteralString:
    if health.node_status is not None:
        return "store_node_status"
    return "store_joined" if health.joined else "store_status"


def _store_heard(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    newest: dict[int, UplinkRow] = {}
    for row in (outcome.uplink for outcome in outcomes if outcome.uplink):
        known = newest.get(row.device_id)
        # A copy says nothing new.
        if row.repeats is None and (known is None or known.event_time <= row.event_time):
            newest[row.device_id] = row
    if newest:
        parameters = {
            "device_ids": list(newest),
            # What is dated ahead would be the newest for as long.
            "heard_at": [row.received_at if copies.dated_ahead(row) else row.event_time for row in newest.values()],
            "dev_addrs": [row.dev_addr for row in newest.values()],
            "f_cnts": [row.f_cnt for row in newest.values()],
            "clocks": [row.clock for row in newest.values()],
        }
        connection.execute(QUERIES["store_heard"], parameters)


def _frames_known(connection: Connection, rows: Sequence[UplinkRow]) -> dict[Frame, list[Heard]]:
    known: defaultdict[Frame, list[Heard]] = defaultdict(list)
    if rows:
        parameters = {
            "device_ids": [row.device_id for row in rows],
            "dev_addrs": [row.dev_addr for row in rows],
            "f_cnts": [row.f_cnt for row in rows],
            "since": [row.event_time - copies.WITHIN for row in rows],
            "until": [row.event_time + copies.WITHIN for row in rows],
        }
        for *frame, at, event_id, repeats in connection.execute(QUERIES["frames_known"], parameters):
            known[Frame(*frame)].append(Heard(at, event_id, repeats))
    return known


def _without_timeless(connection: Connection, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Drop the rows of events without a time that were stored before: their key holds the time of receipt, which
    differs at every delivery. What is tried once more comes with that of its first one."""
    timeless = [outcome for outcome in outcomes if outcome.timeless and not outcome.message.retried]
    if not timeless:
        return list(outcomes)
    known = _events_known(connection, timeless)
    fresh: list[Outcome] = []
    for outcome in outcomes:
        event_id = _event_id(outcome)
        if outcome.timeless and event_id in known and not outcome.message.retried:
            outcome = outcome._replace(uplink=None, observations=(), late=0, device_event=None)
        elif outcome.timeless and event_id:
            known.add(event_id)
        fresh.append(outcome)
    return fresh


def _events_known(connection: Connection, outcomes: Sequence[Outcome]) -> set[UUID]:
    parameters = {
        "device_ids": list({outcome.device_id for outcome in outcomes}),
        "event_ids": [_event_id(outcome) for outcome in outcomes],
        "since": min(outcome.message.received_at for outcome in outcomes) - _REDELIVERED_WITHIN,
    }
    return {row[0] for row in connection.execute(QUERIES["events_known"], parameters)}


def _event_id(outcome: Outcome) -> UUID | None:
    row = outcome.uplink or outcome.device_event
    return row.event_id if row else None


def _copy(connection: Connection, query: LiteralString, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(query) as into:
        into.set_types(types)
        write_row = into.write_row
        for row in rows:
            write_row(row)
