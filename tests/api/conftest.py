"""A region and the API over it."""

import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

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
    with _made(postgres, lambda world: None) as client:
        yield client


@pytest.fixture(scope="session")
def measured_api(postgres: EmbeddedPostgres) -> Iterator[Client]:
    """The API over a region where a little was measured, for questions of every kind: made once, and never changed."""

    def measure(world: World) -> None:
        for property_ in ("pm2_5", "pm10"):
            world.series("harbour", property_, [12.3, None, 14.5])
        world.series("market", "pm2_5", [7.0])

    with _made(postgres, measure) as client:
        yield client


@contextmanager
def _made(postgres: EmbeddedPostgres, fill: Callable[[World], None]) -> Generator[Client]:
    name = f"once_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
        world = World(postgres.url(name))
        fill(world)
        world.close()
        client = Client(postgres.url(name))
        yield client
        client.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
