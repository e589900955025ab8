"""A message as it came from a source, and the identity that it has wherever it goes."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

# The namespace of the UUIDv5 that name messages (RFC 9562, section 5.5). Chosen once; changing it would store anew
# what was stored already.
_NAMESPACE = uuid.UUID("8f0c1d4e-5b0a-4f4e-9a41-7d3a1c6e2b95")


class Message(NamedTuple):
    """A message; `retried` says that it was kept, in quarantine or as an error, and is tried once more."""

    topic: str
    payload: bytes
    received_at: datetime
    retried: bool = False


class Delivery(NamedTuple):
    """A message together with its acknowledgement, to be called once, after what it became is committed."""

    message: Message
    acknowledge: Callable[[], None]


def message_id(message: Message) -> uuid.UUID:
    """The UUIDv5 of topic and payload: the same message again has the same id."""
    return _named(message.topic.encode() + b"\0" + message.payload)


def derived_id(event_id: uuid.UUID, kind: str) -> uuid.UUID:
    """The id of an event that shares its `deduplicationId` with the frame it came in."""
    return _named(event_id.bytes + kind.encode())


def _named(name: bytes) -> uuid.UUID:
    digest = hashlib.sha1(_NAMESPACE.bytes + name, usedforsecurity=False).digest()
    return uuid.UUID(bytes=digest[:16], version=5)
