"""Both kinds of database."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from plietsch.platform import migrations
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import databases


@pytest.fixture
def empty_timescale_url() -> Iterator[str]:
    """A fresh database without any table on the server with TimescaleDB."""
    with databases.on_timescale() as url:
        yield url


@pytest.fixture
def timescale_url(empty_timescale_url: str) -> str:
    """A fresh database with the newest schema on the server with TimescaleDB."""
    migrations.migrate(empty_timescale_url)
    return empty_timescale_url


@pytest.fixture(params=["plain", "timescale"])
def either_url(request: pytest.FixtureRequest) -> str:
    """Each of the two kinds of database, with the newest schema."""
    return request.getfixturevalue("database_url" if request.param == "plain" else "timescale_url")


@pytest.fixture(scope="module")
def module_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """One database with the newest schema for all the tests of a module."""
    name = f"module_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
        yield postgres.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def module_timescale_url() -> Iterator[str]:
    """The same on the server with TimescaleDB."""
    with databases.on_timescale() as url:
        migrations.migrate(url)
        yield url


@pytest.fixture(params=["plain", "timescale"])
def either_module_url(request: pytest.FixtureRequest) -> str:
    """Each of the two, for tests that leave nothing behind."""
    return request.getfixturevalue("module_url" if request.param == "plain" else "module_timescale_url")
