"""Where a message went: an acknowledged one is in one of four tables, under its own id or as it came."""

import re
import uuid

import psycopg

from plietsch.ingest import messages
from plietsch.ingest.messages import Message

# What every event may have become, whatever it says; and what is emptied where a test begins anew.
TABLES = (
    "uplink", "device_event", "observation", "observation_repeat", "observation_revision", "write_ledger",
    "ingest_error", "quarantine", "downlink",
)  # fmt: skip
_UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_QUERY = """
SELECT 'uplink' FROM uplink WHERE event_id = ANY (%(ids)s)
UNION ALL SELECT 'device_event' FROM device_event WHERE event_id = ANY (%(ids)s)
UNION ALL SELECT 'ingest_error' FROM ingest_error WHERE topic = %(topic)s AND payload = %(payload)s
UNION ALL SELECT 'quarantine' FROM quarantine WHERE topic = %(topic)s AND payload = %(payload)s
"""


def where(connection: psycopg.Connection, message: Message) -> set[str]:
    """The tables of which a row is this message; none if it is lost."""
    parameters = {
        "ids": _ids(message),
        "topic": message.topic.replace("\0", "\N{REPLACEMENT CHARACTER}"),
        "payload": message.payload,
    }
    return {row[0] for row in connection.execute(_QUERY, parameters)}


def empty(connection: psycopg.Connection) -> None:
    """Forget every message; the devices stay."""
    # What is deleted is kept as a revision, which is why those come after the observations.
    connection.execute("SET plietsch.cause = 'reprocess';" + ";".join(f"DELETE FROM {table}" for table in TABLES))
    connection.execute("UPDATE device_health SET heard_at = NULL, dev_addr = NULL, f_cnt = NULL")


def _ids(message: Message) -> list[uuid.UUID]:
    """Under which its row may be: an id that it carries, one made of that and the kind, or its own."""
    kind = message.topic.rpartition("/")[2]
    said = [uuid.UUID(found.decode()) for found in _UUID.findall(message.payload)]
    return [messages.message_id(message), *said, *(messages.derived_id(each, kind) for each in said)]
