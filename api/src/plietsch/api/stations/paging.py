"""Pages of a collection that is in memory: cut after a key, which the next page's cursor holds. Pure."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from plietsch.api import errors
from plietsch.api.listings import paging
from plietsch.api.listings.paging import Page

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


def cut(all_: Sequence[_T], key: Callable[[_T], Key], limit: int | None, cursor: str | None) -> Page[_T]:
    """A page of what is ordered by its key. Raises errors.ParameterInvalid."""
    if cursor is not None:
        after = paging.decode(cursor, Key)
        if all_ and len(after) != len(key(all_[0])):
            raise errors.ParameterInvalid("cursor", "This cursor is another question's.", paging.HINT)
        try:
            all_ = [each for each in all_ if key(each) > after]
        except TypeError as error:  # of another question: names do not compare with distances
            raise errors.ParameterInvalid("cursor", "This cursor is another question's.", paging.HINT) from error
    return paging.cut(all_, limit or paging.EVERY, key)
