"""Pages: an opaque text that says where one ended, and the address of the next, with its host; of all collections."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

import msgspec
from fastapi import Request

from plietsch.api import errors, formats

Key = TypeVar("Key")
Row = TypeVar("Row")
HINT = "Follow the “next” link of the page before as it is, or leave the cursor out to begin anew."
# The ids of the database's tables: what is larger is nobody's.
MOST_ID = 2**31 - 1
# Where no limit is asked for: a list of some hundred rows comes whole, however many these become.
EVERY = 2**31 - 1
_NOTHING: Mapping[str, datetime] = MappingProxyType({})


class Page(NamedTuple, Generic[Row]):
    """Some of a collection, and the cursor of those that follow; None on the last page."""

    rows: Sequence[Row]
    cursor: str | None


def cut(found: Sequence[Row], limit: int, key: Callable[[Row], object]) -> Page[Row]:
    """A page of what was found from its beginning on: one more than fit on it say that others follow."""
    some = found[:limit]
    return Page(some, encode(key(some[-1])) if len(found) > limit else None)


def encode(key: object) -> str:
    """A key as text that needs no escaping in a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode(text: str, type_: type[Key]) -> Key:
    """The key of a text that `encode` made. Raises errors.ParameterInvalid."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=type_)
    except (binascii.Error, ValueError) as error:
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", HINT) from error


def decode_id(text: str | None) -> int:
    """The id that a page ended with; 0 where none is given: before all. Raises errors.ParameterInvalid."""
    if text is None:
        return 0
    id_ = decode(text, int)
    if not 0 <= id_ <= MOST_ID:
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", HINT)
    return id_


def next_address(request: Request, cursor: str | None, span: Mapping[str, datetime] = _NOTHING) -> str | None:
    """The address of the same question from a cursor on; None on the last page.

    `span` are the times as they were understood now: a page that is asked for later is one of the same.
    """
    if cursor is None:
        return None
    return str(formats.address(request).include_query_params(**written(span), cursor=cursor))


def written(span: Mapping[str, datetime]) -> dict[str, str]:
    """Times as an address says them."""
    return {name: f"{time.astimezone(UTC).replace(tzinfo=None).isoformat()}Z" for name, time in span.items()}


def link(address: str | None) -> dict[str, str]:
    """The header Link (RFC 8288) to the next page."""
    return {} if address is None else {"Link": f'<{address}>; rel="next"'}
