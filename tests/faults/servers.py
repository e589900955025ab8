"""PostgreSQL servers of their own for tests that stop them or fill their disk, with a fresh database for each run."""

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg

from plietsch.platform import migrations
from plietsch.platform.local.postgres import EmbeddedPostgres
from support.wait import until

_TEMPLATE = "template_plietsch"


def prepare(server: EmbeddedPostgres) -> None:
    """Start it, and make the database from which those of the runs are copied."""
    server.start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    migrations.migrate(server.url(_TEMPLATE))


@contextmanager
def database(server: EmbeddedPostgres) -> Iterator[str]:
    """A fresh database; its address."""
    name = f"run_{uuid.uuid4().hex}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
    yield server.url(name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def stop_at_once(server: EmbeddedPostgres) -> None:
    """As `pg_ctl stop -m immediate`: no checkpoint, everybody is thrown out."""
    postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().splitlines()[0]))
    os.kill(postmaster.pid, signal.SIGQUIT)
    until(lambda: not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE, "the server is gone")
    until(lambda: server.port is None, "nobody serves the folder")
