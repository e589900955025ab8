"""Rows as the write path gets them, and how they are copied: the same ones for all who compete in writing."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import sql

from plietsch.ingest.database import Connection
from plietsch.ingest.interpret import Outcome, interpret
from plietsch.ingest.messages import Message
from plietsch.ingest.rows import ObservationRow
from plietsch_bench import events

_TYPES = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""
_SENT_AFTER = timedelta(seconds=3)


def interpreted(messages: int, together: int) -> Iterator[list[Outcome]]:
    """What the messages of a backlog mean, in batches."""
    registry = events.registry()
    for first in range(0, messages, together):
        received_at = datetime.now(UTC)
        published = events.messages(min(together, messages - first), first)
        yield [interpret(Message(topic, payload, received_at), registry) for topic, payload in published]


def made(frames: int, together: int, *, with_frames: bool = True) -> Iterator[list[Outcome]]:
    """The same, but for the bytes of each message and its payload, which nobody looks at: made a good deal faster."""
    (template,) = next(interpreted(1, 1))
    for first in range(0, frames, together):
        numbers = range(first, min(first + together, frames))
        yield [_outcome(template, number, with_frames=with_frames) for number in numbers]


def observations(outcomes: Iterable[Outcome]) -> list[ObservationRow]:
    """All observations of a batch."""
    return [row for outcome in outcomes for row in outcome.observations]


def types(connection: Connection, table: str, columns: Sequence[str]) -> list[str]:
    """The types of a table's columns."""
    known: dict[str, str] = dict(connection.execute(_TYPES, (table,)).fetchall())
    return [known[column] for column in columns]


def copy(
    connection: Connection, table: str, columns: Sequence[str], column_types: Sequence[str], rows: Iterable[Any]
) -> None:
    """Copy rows into a table, in PostgreSQL's binary form."""
    with connection.cursor() as cursor, cursor.copy(statement(table, columns)) as into:
        into.set_types(column_types)
        write_row = into.write_row
        for row in rows:
            write_row(row)


def statement(table: str, columns: Sequence[str]) -> sql.Composed:
    """The COPY into a table."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table), names)


def _outcome(template: Outcome, number: int, *, with_frames: bool) -> Outcome:
    device, f_cnt, at, values = events.heard(number)
    uplink = None
    if with_frames and template.uplink:
        uplink = template.uplink._replace(
            event_time=at,
            event_id=UUID(int=random.getrandbits(128)),
            device_id=events.device_id(device),
            dev_addr=f"{device:08x}",
            f_cnt=f_cnt,
        )
    measured_at = at.replace(microsecond=0) - _SENT_AFTER
    return template._replace(
        dev_eui=events.dev_eui(device),
        device_id=events.device_id(device),
        uplink=uplink,
        observations=[
            ObservationRow(events.datastream_id(device, channel), measured_at, value, at, 1)
            for channel, value in enumerate(values.values())
        ],
    )
