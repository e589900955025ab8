"""The write path: a batch of outcomes becomes one transaction.

Rows are copied into staging tables and inserted from there, so that what was stored before does nothing; the frames,
the observations and one row of the ledger of writes commit together. A batch whose data the database refuses is
halved until the message at fault stands alone; its neighbours are stored, it becomes an error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from plietsch.ingest import database, interpret, messages
from plietsch.ingest.database import QUERIES, Connection
from plietsch.ingest.interpret import Outcome, Problem
from plietsch.ingest.reasons import Reason

_UPLINK_TYPES = (
    "timestamptz", "uuid", "int4", "text", "int8", "int2", "bytea", "int2", "int8", "int2", "jsonb", "timestamptz",
)  # fmt: skip
_OBSERVATION_TYPES = ("int4", "timestamptz", "float8", "timestamptz", "int2")
_DEVICE_EVENT_TYPES = ("timestamptz", "uuid", "int4", "text", "jsonb", "timestamptz")

# How long a broker may take to deliver an event again that names no time of its own.
_REDELIVERED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch; observations that were stored before do not count."""

    observations: int
    outcomes: tuple[Outcome, ...]

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(self.observations + other.observations, self.outcomes + other.outcomes)


class Writer:
    """Stores outcomes over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with database.availability():
            connection.execute(QUERIES["create_stages"])

    def store(self, outcomes: Sequence[Outcome]) -> Stored:
        """Store a batch; when this returns, it is committed. Raises database.DatabaseUnavailable."""
        try:
            with database.availability(), self._connection.transaction():
                return Stored(_store(self._connection, outcomes), tuple(outcomes))
        except psycopg.Error as error:  # it blames the data
            return self._isolate(outcomes, error)

    def _isolate(self, outcomes: Sequence[Outcome], error: psycopg.Error) -> Stored:
        if len(outcomes) > 1:
            middle = len(outcomes) // 2
            return self.store(outcomes[:middle]) + self.store(outcomes[middle:])
        (outcome,) = outcomes
        if outcome.problem and outcome.problem.reason is Reason.STORE_FAILED:
            raise database.DatabaseUnavailable(
                f"The database refuses even the record of an error: {database.explain(error)}"
            ) from error
        return self.store([interpret.refused(outcome, database.explain(error))])


def _store(connection: Connection, outcomes: Sequence[Outcome]) -> int:
    """Write everything but the commit; returns how many observations are new."""
    fresh = _without_known(connection, outcomes)
    observations = 0
    if uplinks := [_uplink(o.uplink) for o in fresh if o.uplink]:
        _copy(connection, QUERIES["copy_uplinks"], _UPLINK_TYPES, uplinks)
        connection.execute(QUERIES["store_uplinks"])
    if rows := [row for o in fresh for row in o.observations]:
        _copy(connection, QUERIES["copy_observations"], _OBSERVATION_TYPES, rows)
        new = connection.execute(QUERIES["store_observations"]).fetchone()
        observations = new[0] if new else 0
    if events := [_device_event(o.device_event) for o in fresh if o.device_event]:
        _copy(connection, QUERIES["copy_device_events"], _DEVICE_EVENT_TYPES, events)
        connection.execute(QUERIES["store_device_events"])
    _count(connection, QUERIES["store_error"], [_error(o, o.problem) for o in outcomes if o.problem])
    _count(connection, QUERIES["store_quarantined"], [_quarantined(o) for o in outcomes if o.quarantined])
    if released := [messages.message_id(o.message) for o in outcomes if o.message.released and not o.quarantined]:
        connection.execute(QUERIES["delete_released"], {"message_ids": released})
    return observations


def _copy(connection: Connection, query: LiteralString, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _count(connection: Connection, query: LiteralString, rows: list[dict[str, Any]]) -> None:
    if rows:
        # In one order: two workers that count the same messages then cannot wait for each other.
        rows.sort(key=lambda row: row["message_id"])
        with connection.cursor() as cursor:
            cursor.executemany(query, rows)


def _without_known(connection: Connection, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Drop the rows of events without a time that were stored before: their key holds the time of receipt, which
    differs at every delivery."""
    timeless = [outcome for outcome in outcomes if outcome.timeless]
    if not timeless:
        return list(outcomes)
    known = _known_events(connection, timeless)
    fresh: list[Outcome] = []
    for outcome in outcomes:
        event_id = _event_id(outcome)
        if outcome.timeless and event_id in known:
            outcome = replace(outcome, uplink=None, observations=(), device_event=None)
        if outcome.timeless and event_id:
            known.add(event_id)
        fresh.append(outcome)
    return fresh


def _known_events(connection: Connection, outcomes: Sequence[Outcome]) -> set[UUID]:
    parameters = {
        "device_ids": list({outcome.device_id for outcome in outcomes}),
        "event_ids": [_event_id(outcome) for outcome in outcomes],
        "since": min(_received_at(outcome) for outcome in outcomes) - _REDELIVERED_WITHIN,
    }
    return {row[0] for row in connection.execute(QUERIES["events_known"], parameters)}


def _event_id(outcome: Outcome) -> UUID | None:
    row = outcome.uplink or outcome.device_event
    return row.event_id if row else None


def _received_at(outcome: Outcome) -> datetime:
    return outcome.message.received_at


def _uplink(row: interpret.UplinkRow) -> interpret.UplinkRow:
    return row._replace(rx_info=_json(row.rx_info))


def _device_event(row: interpret.DeviceEventRow) -> interpret.DeviceEventRow:
    return row._replace(detail=_json(row.detail))


def _json(text: bytes) -> Any:
    """JSON that is passed on as it came, not parsed and written again."""
    return Jsonb(text, dumps=bytes)


def _error(outcome: Outcome, problem: Problem) -> dict[str, Any]:
    detail = _text(problem.detail)
    return {**_envelope(outcome), "reason": problem.reason.value, "detail": detail, "device_id": outcome.device_id}


def _quarantined(outcome: Outcome) -> dict[str, Any]:
    return {**_envelope(outcome), "dev_eui": outcome.dev_eui}


def _envelope(outcome: Outcome) -> dict[str, Any]:
    message = outcome.message
    return {
        "message_id": messages.message_id(message),
        "topic": _text(message.topic),
        "payload": message.payload,
        "at": message.received_at,
    }


def _text(text: str) -> str:
    """PostgreSQL's text holds any character but NUL."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
