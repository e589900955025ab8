"""The judge: what was acknowledged to the network server is in the database, once and as it was sent; nothing else is;
and each row of the ledger says what its transaction wrote."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
from faults.traffic import Sent
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from plietsch.platform.local import ports
from support.wait import until

Datastreams = dict[tuple[str, str], int]


def judge(database_url: str, datastreams: Datastreams, sent: Sequence[Sent]) -> None:
    """Fail unless the database holds exactly these messages."""
    with psycopg.connect(database_url) as connection:
        _messages(connection, sent)
        _observations(connection, datastreams, sent)
        _ledger(connection)
        for table in ("ingest_error", "quarantine"):
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == []


def complete(database_url: str, sent: Sequence[Sent]) -> None:
    """Wait until as many messages as were sent are in the database."""

    def stored() -> bool:
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM uplink) + (SELECT count(*) FROM device_event)"
            ).fetchone()
        return row is not None and row[0] >= len(sent)

    until(stored, f"{len(sent)} messages are stored", 60, poll_s=0.1)


def session_is_empty(port: int, client_id: str) -> bool:
    """Whether nothing waits at the broker for this client: the first thing that it hears is its own word.

    It acknowledges nothing but that: what waits goes on waiting.
    """
    heard: list[str] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False, manual_ack=True)

    def hear(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.append(message.topic)
        if message.topic == f"judge/{client_id}":
            client.ack(message.mid, message.qos)

    client.on_message = hear
    client.on_subscribe = lambda *_: client.publish(f"judge/{client_id}", "?", qos=1) and None
    client.on_connect = lambda *_: client.subscribe(f"judge/{client_id}", qos=1) and None
    client.connect(ports.LOOPBACK, port)
    client.loop_start()
    try:
        until(lambda: heard, "the broker answers")
    finally:
        client.disconnect()
        client.loop_stop()
    return heard[0] == f"judge/{client_id}"


def _messages(connection: psycopg.Connection, sent: Sequence[Sent]) -> None:
    frames = connection.execute(
        "SELECT u.event_id::text, d.dev_eui, u.payload FROM uplink u JOIN device d ON d.id = u.device_id"
        " WHERE u.repeats IS NULL"
    ).fetchall()
    events = connection.execute(
        "SELECT e.event_id::text, d.dev_eui, e.kind FROM device_event e JOIN device d ON d.id = e.device_id"
    ).fetchall()
    expected_frames = Counter((m.event_id, m.dev_eui, m.payload) for m in sent if m.kind == "up")
    expected_events = Counter((m.event_id, m.dev_eui, m.kind) for m in sent if m.kind != "up")
    assert Counter(frames) == expected_frames
    assert Counter(events) == expected_events
    assert connection.execute("SELECT count(*) FROM uplink WHERE repeats IS NOT NULL").fetchone() == (0,)


def _observations(connection: psycopg.Connection, datastreams: Datastreams, sent: Sequence[Sent]) -> None:
    def key(dev_eui: str, channel: str, at_s: int) -> tuple[int, datetime]:
        return datastreams[dev_eui, channel], datetime.fromtimestamp(at_s, UTC)

    carried = Counter(key(*reading) for message in sent for reading in message.readings)
    expected = {key(*reading): value for message in sent for reading, value in message.readings.items()}
    stored = connection.execute(
        "SELECT datastream_id, phenomenon_time, result, result_time FROM observation"
    ).fetchall()
    assert {row[:2]: row[2] for row in stored} == expected
    assert len(stored) == len(expected)
    heard = {(key(*reading), message.heard_at) for message in sent for reading in message.readings}
    assert {(row[:2], row[3]) for row in stored} <= heard
    again = connection.execute("SELECT datastream_id, phenomenon_time, differs FROM observation_repeat").fetchall()
    assert Counter(row[:2] for row in again) == carried - Counter(expected.keys())
    assert not any(row[2] for row in again)


def _ledger(connection: psycopg.Connection) -> None:
    """On plain PostgreSQL a row knows the transaction that wrote it. One transaction may have several entries: together
    they say all that it wrote, and each row lies in one that names its datastream."""
    entries = connection.execute(
        """SELECT transaction_id::text::bigint & x'ffffffff'::bigint,
                  (SELECT array_agg(DISTINCT each ORDER BY each)
                   FROM write_ledger same, unnest(same.datastream_ids) AS each
                   WHERE same.transaction_id = w.transaction_id),
                  min(first_time), max(last_time), sum(observations)::bigint, sum(late)::bigint, sum(repeated)::bigint
           FROM write_ledger w GROUP BY transaction_id"""
    ).fetchall()
    unnamed = connection.execute(
        """SELECT count(*) FROM observation o WHERE NOT EXISTS (
               SELECT FROM write_ledger WHERE transaction_id::text::bigint & x'ffffffff'::bigint = o.xmin::text::bigint
               AND o.datastream_id = ANY (datastream_ids) AND o.phenomenon_time BETWEEN first_time AND last_time)"""
    ).fetchone()
    assert unnamed == (0,)
    written = connection.execute(
        """SELECT observation.xmin::text::bigint, array_agg(DISTINCT datastream_id ORDER BY datastream_id),
                  min(phenomenon_time), max(phenomenon_time), count(*),
                  count(*) FILTER (WHERE result_time > phenomenon_time + interval '1 hour'),
                  coalesce(max(repeat.count), 0)
           FROM observation
           LEFT JOIN (SELECT xmin::text::bigint AS id, count(*) FROM observation_repeat GROUP BY 1) repeat
               ON repeat.id = observation.xmin::text::bigint
           GROUP BY 1"""
    ).fetchall()
    assert sorted(entries) == sorted(written)
