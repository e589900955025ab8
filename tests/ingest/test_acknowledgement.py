"""Nothing is acknowledged before it is committed, however the database fails; and nothing waits for ever."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest.network import NEW_YEAR_S, Published, rows

from ingest import network
from plietsch.ingest.backoff import Backoff
from plietsch.ingest.messages import Delivery, Message
from plietsch.ingest.stopping import Stop
from plietsch.ingest.worker import Worker
from support import kept

# What a database may say instead of storing, by SQLSTATE: too many connections, disk full, it shuts down, a deadlock, a
# serialisation failure, an error of its own; and what blames the data. "kill" ends the connection without a word.
CODES = ("53300", "53100", "57P01", "40P01", "40001", "XX000", "23505", "23514", "22P02", "kill")
# At once, or not before COMMIT.
FAILURES = (*CODES, *(f"later {code}" for code in CODES))
# A sequence, since it counts on where a transaction is rolled back.
TROUBLE = """
CREATE SEQUENCE trouble_no; CREATE TABLE trouble (no bigint, how text); CREATE TABLE trouble_later (how text);
CREATE FUNCTION make_trouble(how text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF how = 'kill' THEN PERFORM pg_terminate_backend(pg_backend_pid());
    ELSIF how LIKE 'later %' THEN INSERT INTO trouble_later VALUES (substr(how, 7));
    ELSIF how <> '' THEN RAISE EXCEPTION 'trouble' USING ERRCODE = how;
    END IF;
END $$;
CREATE FUNCTION trouble_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM make_trouble((SELECT how FROM trouble WHERE no = nextval('trouble_no'))); RETURN NULL; END $$;
CREATE FUNCTION trouble_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM make_trouble(NEW.how); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON trouble_later DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION trouble_later();
CREATE TRIGGER trouble BEFORE INSERT ON uplink FOR EACH STATEMENT EXECUTE FUNCTION trouble_now();
CREATE TRIGGER trouble BEFORE INSERT ON observation FOR EACH STATEMENT EXECUTE FUNCTION trouble_now();
CREATE TRIGGER trouble AFTER INSERT ON write_ledger FOR EACH STATEMENT EXECUTE FUNCTION trouble_now();
CREATE TRIGGER trouble AFTER INSERT ON device_event FOR EACH STATEMENT EXECUTE FUNCTION trouble_now();
CREATE TRIGGER trouble AFTER INSERT ON quarantine FOR EACH STATEMENT EXECUTE FUNCTION trouble_now();
"""


class Redelivering:
    """A source that delivers what was not acknowledged again, as a broker does, and asks each time what is stored."""

    receiving = True

    def __init__(self, connection: psycopg.Connection, stop: Stop, published: Sequence[Published]) -> None:
        self._connection = connection
        self._stop = stop
        self._waiting = [Message(*each, datetime.now(UTC)) for each in published]
        self._under_way: list[Message] = []
        self._most = 0
        self.acknowledged: list[Message] = []

    def receive(self, most: int, timeout_s: float) -> list[Delivery]:
        assert len(self._under_way) <= self._most, "two batches are under way"
        self._most = most
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        if not taken and not self._under_way:
            self._stop.set()
        self._under_way += taken
        return [Delivery(message, partial(self._acknowledge, message)) for message in taken]

    def release(self) -> None:
        self._waiting, self._under_way = self._under_way + self._waiting, []

    def _acknowledge(self, message: Message) -> None:
        assert kept.where(self._connection, message), "acknowledged and not stored"
        self._under_way.remove(message)
        self.acknowledged.append(message)


@pytest.fixture
def troubled(database_url: str) -> Iterator[psycopg.Connection]:
    network.register(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(TROUBLE)
        yield connection


def _good(number: int) -> Published:
    return network.up(heard_s=NEW_YEAR_S + 60 * number, fCnt=number)


def _event(kind: str, number: int) -> Published:
    """A `txack` has no id of its own."""
    named = {"deduplicationId": None} if kind == "txack" else {}
    return network.event(kind=kind, heard_s=NEW_YEAR_S + number, queueItemId=str(uuid.uuid4()), **named)


_MESSAGES = st.lists(
    st.integers(0, 500).map(_good)
    | st.builds(_event, st.sampled_from(("join", "status", "txack", "ack")), st.integers(0, 500))
    | st.builds(Published, st.just(network.topic()), st.binary(max_size=50))
    | st.just(network.up(dev_eui="70b3d57ed00000ff")),
    min_size=1,
    max_size=12,
)


@given(_MESSAGES, st.lists(st.sampled_from(("", *FAILURES)), max_size=14), st.integers(1, 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_each_message_is_acknowledged_once_and_after_its_commit(
    database_url: str, troubled: psycopg.Connection, published: list[Published], troubles: list[str], batch: int
) -> None:
    kept.empty(troubled)
    troubled.execute("DELETE FROM trouble; DELETE FROM trouble_later")
    troubled.execute("SELECT setval('trouble_no', 1, false)")
    with troubled.cursor() as cursor:
        cursor.executemany("INSERT INTO trouble VALUES (%s, %s)", list(enumerate(troubles, 1)))
    with closing(Stop()) as stop:
        source = Redelivering(troubled, stop, published)
        Worker(database_url, source, stop, batch, _backoff=Backoff(0.001, 0.002)).run()
    assert Counter((message.topic, message.payload) for message in source.acknowledged) == Counter(published)
    ledger = rows(database_url, "SELECT coalesce(sum(observations), 0) FROM write_ledger")
    assert ledger == rows(database_url, "SELECT count(*) FROM observation")
