"""The live stream's events as bytes (server-sent events: WHATWG HTML, section 9.2). Pure.

An event without data is none for the one who listens, but its `id` counts: it is where a new connection goes on.
"""

import re
from collections.abc import Sequence
from typing import Literal

from plietsch.api.live_changes import Change
from plietsch.platform.ledger import Position

MEDIA_TYPE = "text/event-stream"
# Why somebody has to fetch anew what it shows, instead of being told what changed.
Reason = Literal["too-long-ago", "too-much", "too-slow", "interrupted"]

_CURSOR = re.compile(r"(\d{1,20})-(\d{1,19})", re.ASCII)


def cursor(position: Position) -> str:
    """A place in the ledger as an event's id."""
    return f"{position.transaction_id}-{position.id}"


def position(text: str) -> Position | None:
    """The place that `cursor` made this text of; None where it did not."""
    match = _CURSOR.fullmatch(text)
    return Position(int(match[1]), int(match[2])) if match else None


def greeting(retry_ms: int) -> bytes:
    """The stream's beginning: how long to wait before connecting again."""
    return b"retry: %d\n\n" % retry_ms


def alive(at: Position | None) -> bytes:
    """A comment, so that nobody in between takes a quiet stream for a dead one."""
    return b":\n\n" if at is None else f":\nid: {cursor(at)}\n\n".encode()


def observations(at: Position, changes: Sequence[Change]) -> bytes:
    """What changed."""
    data = b",".join(change.json for change in changes)
    return b"event: observations\nid: %b\ndata: [%b]\n\n" % (cursor(at).encode(), data)


def reload(at: Position, reason: Reason) -> bytes:
    """Fetch anew what is shown; what is written from now on is told again."""
    return f'event: reload\nid: {cursor(at)}\ndata: {{"reason":"{reason}"}}\n\n'.encode()
