"""The live stream's events as bytes (server-sent events: WHATWG HTML, section 9.2). Pure.

An event without data is none for the one who listens, but its `id` counts: it is where a new connection goes on, and a
cursor of `changes`.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

MEDIA_TYPE = "text/event-stream"
# Why somebody has to fetch anew what it shows, instead of being told what changed.
Reason = Literal["too-long-ago", "too-much", "too-slow", "interrupted", "cursor-gone"]


def greeting(retry_ms: int) -> bytes:
    """The stream's beginning: how long to wait before connecting again."""
    return b"retry: %d\n\n" % retry_ms


def alive(at: str | None) -> bytes:
    """A comment, so that nobody in between takes a quiet stream for a dead one; with a place to go on at."""
    return b":\n\n" if at is None else f":\nid: {at}\n\n".encode()


def observations(at: str, changes: Iterable[bytes]) -> bytes:
    """The newest values of series that changed, each as JSON."""
    return _event("observations", at, b"[%b]" % b",".join(changes))


def changes(at: str, changes: Iterable[bytes]) -> bytes:
    """Every change, each as JSON."""
    return _event("changes", at, b"[%b]" % b",".join(changes))


def reload(at: str, reason: Reason, address: str | None = None) -> bytes:
    """Fetch anew what is shown, or catch up from an address of `changes`; what is written from now on is told again."""
    members = {"reason": reason} | ({"changes": address} if address else {})
    return _event("reload", at, msgspec.json.encode(members))


def _event(kind: str, at: str, data: bytes) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (kind.encode(), at.encode(), data)
