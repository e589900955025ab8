"""Pages of a collection that is in memory: cut after a key, which the next page's cursor holds. Pure."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import Query, Request

from plietsch.api import errors, formats

MOST = 10_000
Limit = Annotated[
    int | None,
    Query(ge=1, le=MOST, description="So many at most, and a link to the next ones; all if not given.", examples=[100]),
]
Cursor = Annotated[
    str | None, Query(description="Where the page before ended: follow its `next`.", examples=["WyJoYXJib3VyIl0"])
]
# Where something stands in the order of all: all keys of a collection are alike.
Key = tuple[float | str, ...]
_T = TypeVar("_T")
_HINT = "Follow the “next” link of the page before as it is, or leave the cursor out to begin anew."


class Page(NamedTuple):
    """Some of a collection, and the cursor of the next page; None on the last one."""

    some: Sequence[Any]
    next: str | None


def cut(all_: Sequence[_T], key: Callable[[_T], Key], limit: int | None, cursor: str | None) -> Page:
    """A page of what is ordered by its key. Raises errors.ParameterInvalid."""
    if cursor is not None:
        after = _decode(cursor)
        if all_ and len(after) != len(key(all_[0])):
            raise errors.ParameterInvalid("cursor", "This cursor is another question's.", _HINT)
        try:
            all_ = [each for each in all_ if key(each) > after]
        except TypeError as error:  # of another question: names do not compare with distances
            raise errors.ParameterInvalid("cursor", "This cursor is another question's.", _HINT) from error
    if limit is None or len(all_) <= limit:
        return Page(all_, None)
    some = all_[:limit]
    return Page(some, _encode(key(some[-1])))


def following(request: Request, cursor: str | None) -> str | None:
    """The address of the next page: this one's with another cursor."""
    if cursor is None:
        return None
    url = formats.address(request)
    query = [(name, value) for name, value in parse_qsl(url.query, keep_blank_values=True) if name != "cursor"]
    return f"{url.path}?{urlencode([*query, ('cursor', cursor)])}"


def link(address: str | None) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288)."""
    return {"Link": f'<{address}>; rel="next"'} if address else {}


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _decode(text: str) -> Key:
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=tuple[float | str, ...])
    except (binascii.Error, ValueError) as error:
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", _HINT) from error
