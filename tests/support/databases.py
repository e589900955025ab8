"""Databases of both kinds, and what every one of them needs to hold before it can hold observations."""

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from support.wait import until

# Names a server with TimescaleDB on which the user may create databases.
SERVER = "PLIETSCH_TEST_TIMESCALE_URL"


@contextmanager
def on_timescale() -> Generator[str]:
    """A fresh database without any table on the server with TimescaleDB; the test is skipped where there is none."""
    server = os.environ.get(SERVER)
    if not server:
        pytest.skip(f"{SERVER} does not name a server with TimescaleDB")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            # Not by force: TimescaleDB ends its own workers, and an ordinary user may not.
            connection.execute(f"DROP DATABASE {name}")


@contextmanager
def member(database_url: str, *groups: str) -> Generator[str]:
    """The database's address for a new user in these groups, who is gone afterwards."""
    user = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(sql.Identifier(user)))
        for group in groups:
            owner.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(user)))
        parts = urlsplit(database_url)
        try:
            yield parts._replace(netloc=f"{user}:secret@{parts.hostname}:{parts.port}").geturl()
        finally:
            until(lambda: _dropped(owner, user), f"{user} has left")


def _dropped(owner: psycopg.Connection, user: str) -> bool:
    """A session that ended a moment ago may still be clearing its temporary tables away, or be at it: then one that the
    server wants to name is gone."""
    try:
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))
    except (psycopg.errors.DependentObjectsStillExist, psycopg.errors.InternalError_):
        return False
    return True


def ran(connection: psycopg.Connection, job: int) -> bool:
    """Run one of TimescaleDB's jobs, unless its own scheduler is just at it."""
    try:
        connection.execute("CALL run_job(%s)", (job,))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def register(connection: psycopg.Connection, *, datastreams: int = 1, devices: int = 1) -> None:
    """A station with datastreams, and devices that measure every five minutes; their ids count from 1."""
    connection.execute(
        """INSERT INTO organisation (code, name) VALUES ('operator', 'Operator');
        INSERT INTO region (code, name, west, south, east, north, timezone)
            VALUES ('region', '{}', 8, 54, 10, 55, 'Europe/Berlin');
        INSERT INTO station (code, name, region_id, operator_id, licence, attribution)
            VALUES ('station', 'Station', 1, 1, 'CC0-1.0', '');"""
    )
    connection.execute(
        """INSERT INTO datastream (station_id, sensor_id, observed_property_id, method)
        SELECT 1, 1, 1, 'method ' || n FROM generate_series(1, %s) n""",
        (datastreams,),
    )
    connection.execute(
        """INSERT INTO device (dev_eui, device_type_id, interval_s)
        SELECT lpad(to_hex(n), 16, '0'), 1, 300 FROM generate_series(1, %s) n""",
        (devices,),
    )
