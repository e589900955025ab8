"""A region and the API over it."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from api.world import Client, World

from plietsch.platform.local.postgres import EmbeddedPostgres


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    world = World(database_url)
    yield world
    world.close()


@pytest.fixture
def api(world: World) -> Iterator[Client]:
    client = Client(world.database_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def quiet_api(postgres: EmbeddedPostgres) -> Iterator[Client]:
    """The API over a region where nothing was measured, for questions that fail: made once."""
    name = f"quiet_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
        World(postgres.url(name)).close()
        client = Client(postgres.url(name))
        yield client
        client.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
