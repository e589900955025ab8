"""Answers that are kept: as long as nothing changes, or as long as they were worth."""

import asyncio
from typing import Any

import psycopg
import pytest

from plietsch.api import database, freshness

# So much that what took microseconds is worth hours.
_PRICELESS = 1e12


@pytest.mark.parametrize(("worth", "made"), [(0.0, [1, 1, 2]), (_PRICELESS, [1, 1, 1])])
def test_a_change_makes_an_answer_anew_unless_it_is_worth_more(
    database_url: str, worth: float, made: list[int]
) -> None:
    async def ask() -> list[int]:
        count = 0

        async def make(connection: Any) -> bytes:
            nonlocal count
            count += 1
            return str(count).encode()

        cache = freshness.Cache(worth=worth)
        answers: list[int] = []
        async with database.pool(database_url) as pool:
            for changes in (False, False, True):
                if changes:
                    _change(database_url)
                answers.append(int((await cache.get(pool, "question", make)).body))
        return answers

    assert asyncio.run(ask()) == made


def test_a_lasting_answer_has_a_tag_of_its_content() -> None:
    one, same, other = (freshness.lasting(body) for body in (b"a", b"a", b"b"))
    assert one.etag == same.etag != other.etag


def _change(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO organisation (code, name) VALUES ('new', 'New')")
