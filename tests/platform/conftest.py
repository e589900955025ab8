"""Both kinds of database."""

from collections.abc import Iterator

import pytest

from plietsch.platform import migrations
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
