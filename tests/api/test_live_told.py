"""The live stream's memory, without a server: from where on somebody is told, and how much work that is."""

import pytest

from plietsch.api import live_changes
from plietsch.api.changes.cursor import Place
from plietsch.api.live_newest import Newest, NewestListener
from plietsch.platform.ledger import Position

SERVER = "0123abcd"


async def sent(piece: bytes, more: bool) -> None:
    """Nobody is there to read it."""


@pytest.mark.parametrize(
    ("since", "is_known"),
    [
        (Position(89, 9), False),
        (Position(90, 1), True),
        (Position(100, 5), True),
        # The present as a download or the first page of changes has it: behind all, and of no entry.
        (Position(101, 0), True),
        (Position(105, 0), True),
    ],
)
def test_only_who_was_away_before_what_is_remembered_missed_something(since: Position, is_known: bool):
    newest = Newest()
    newest.began(SERVER, Position(90, 1))
    newest.wrote(Position(100, 5), [])
    news = NewestListener(sent, newest, live_changes.Filter(), Place(SERVER, since)).news()
    assert news is not None
    assert (b"too-long-ago" in news) is not is_known
