"""A region and the API over it."""

from collections.abc import Iterator

import pytest
from api.world import Client, World


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
