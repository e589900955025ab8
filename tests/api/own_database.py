"""A database of its own for what several tests read and none changes."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from plietsch.platform.local.postgres import EmbeddedPostgres


@contextmanager
def fresh(postgres: EmbeddedPostgres) -> Generator[str]:
    """The address of an empty database with all tables, which is gone afterwards."""
    name = f"own_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
        yield postgres.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
