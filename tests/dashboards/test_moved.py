"""Pages whose station has another code now lead there."""

from collections.abc import Iterator

import psycopg
import pytest
from dashboards.journey_scene import Reader

from plietsch.platform import renaming, roles
from support import databases


@pytest.fixture
def reader(database_url: str, region: None) -> Iterator[Reader]:
    """A reader of a site that may do no more than it has to, of a region where a station was renamed."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        renaming.rename(connection, "husum-markt", "husum-marktplatz")
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


@pytest.mark.parametrize(
    ("asked", "present"),
    [
        ("/da/stations/husum-markt?span=7d", "/da/stations/husum-marktplatz?span=7d"),
        ("/data/en/stations/husum-markt", "/data/en/stations/husum-marktplatz"),
        (
            "/de/stations/husum-markt/values/pm10/2026-05-01T12:00:00Z?method=raw",
            "/de/stations/husum-marktplatz/values/pm10/2026-05-01T12:00:00Z?method=raw",
        ),
    ],
)
def test_a_page_of_a_former_code_leads_to_the_present_one(reader: Reader, asked: str, present: str):
    answer = reader.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (308, present)


def test_the_present_page_is_there_and_one_of_a_code_that_never_was_is_not(reader: Reader):
    assert "Husum, Markt" in reader.page("/de/stations/husum-marktplatz")
    assert reader.get("/de/stations/husum-mark").status_code == 404
    assert reader.get("/de/stations/husum-mark/values/pm10/2026-05-01T12:00:00Z").status_code == 404
