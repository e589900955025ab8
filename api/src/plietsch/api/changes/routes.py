"""`/api/v1/changes`: what was written, in the order of commit."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from plietsch.api import caching, errors, formats
from plietsch.api.changes import cursor, documents, reading
from plietsch.api.changes.cursor import Place
from plietsch.api.changes.model import Filter, Page
from plietsch.api.changes.waiting import Asked
from plietsch.api.database import Pool
from plietsch.api.limits import places
from plietsch.api.listings import answers, filters, openapi, paging
from plietsch.api.live import Live
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

# As JSON some two megabytes.
_MOST, _LIMIT = 10_000, 1_000
# Longer than this, something in between takes a silent connection for a dead one.
_MOST_WAIT_S = 30
# Formats that say whose the rows are.
_WITH_SOURCES = frozenset({"metadata", "parquet", "arrow"})

router = APIRouter(prefix="/api/v1", tags=["observations"], dependencies=[KNOWN_PARAMETERS_ONLY])

Cursor = Annotated[
    str | None,
    Query(
        description="Where to go on: that of the page before, the id of an event of `live`, or the header "
        "Plietsch-Complete-To of a download. Without one: from now on.",
        max_length=100,
        examples=["5f0c2a9e-90210-4711"],
    ),
]
Since = Annotated[
    Literal["beginning"] | None, Query(description="Instead of a cursor: from the first change that is known.")
]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="How many changes a page holds.")]
Wait = Annotated[
    int, Query(ge=0, le=_MOST_WAIT_S, description="Where there is nothing yet, how long to wait for something, in s.")
]
_SHOWN_TABLE = partial(answers.table, "changes", documents.COLUMNS, [documents.SHOWN])


@router.get(
    "/changes",
    summary="Changes in the order of commit",
    response_model=documents.Changes,
    responses=openapi.tables(documents.SHOWN_DOCUMENT, _SHOWN_TABLE, 400, 404, 410, 503),
)
async def list_changes(
    request: Request,
    station_codes: filters.StationCodes = None,
    region_codes: filters.RegionCodes = None,
    property_codes: filters.PropertyCodes = None,
    methods: filters.Methods = None,
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    since: Since = None,
    limit: Limit = _LIMIT,
    wait: Wait = 0,
    format_: formats.Format = None,
) -> Response:
    """What was written, and became public or ceased to be, since a cursor: each observation that was touched as it is
    now. Whatever comes late, is imported, computed or decoded anew, revised or deleted comes here, at least once; who
    applies it in this order has what `observations` would answer.

    - Keep observations by `datastream` and `time`: what comes replaces what is there.
    - `deleted` means that there is nothing at `time` any more. Where `time` is null, nothing of the series is left from
      `from` (inclusive; null: ever) until `until` (exclusive; null: for ever).
    - Without a filter, it is every series of every method, with spreads: what is meant by default may change.
    - `next` is always there, also in the header Link: ask it now if `more`, else later, or with `wait`. A page may be
      empty although there are more. `cursor`, also in the header Plietsch-Complete-To, is for `live`.
    - 410: what was written since then is no longer known, or the database is another one. Download anew.
    """
    chosen = filters.chosen(station_codes, region_codes, property_codes, methods)
    name = formats.asked(request, formats.FLAT)  # before waiting
    place = _place(cursor_, since)
    wanted = Filter(**{name: frozenset(codes) for name, codes in chosen._asdict().items()})
    async with request.app.state.pool.connection() as connection:
        await chosen.check(connection)
        if place is None:
            place = await (reading.beginning if since else reading.present)(connection)
        sources = await reading.sources(connection, chosen.parameters()) if name in _WITH_SOURCES else ()
    page = await _page(request, wanted, place, limit, wait if name != "metadata" else 0)
    return await _answer(request, page, place, sources)


async def _page(request: Request, filter_: Filter, place: Place, limit: int, wait_s: int) -> Page:
    """The page after a place; where that is empty and there are no more, as soon as it is not, or the time is over."""
    live: Live = request.app.state.live
    pool: Pool = request.app.state.pool
    if not wait_s:
        async with pool.connection() as connection:
            return await reading.page(connection, filter_, place, limit)
    until = time.monotonic() + wait_s
    with live.bell.waiting(places.client(request, request.app.state.exempt)):
        while True:
            rung = live.bell.next  # before looking: what is committed meanwhile is heard
            page = await live.pages.page(pool, Asked(filter_, place, limit, rung))
            remaining_s = until - time.monotonic()
            if page.changes or page.more or remaining_s <= 0:
                return page
            place = page.next
            with suppress(TimeoutError):
                async with asyncio.timeout(remaining_s):
                    await rung.wait()


def _place(text: str | None, since: str | None) -> Place | None:
    """Raises errors.ParameterInvalid."""
    if text is not None and since is not None:
        message = "A cursor says already since when."
        raise errors.ParameterInvalid("since", message, "Leave one of both out.")
    return None if text is None else cursor.decode(text)


async def _answer(request: Request, page: Page, place: Place, sources: Sequence[formats.Source]) -> Response:
    text = cursor.encode(page.next)
    address = formats.address(request).remove_query_params("since").include_query_params(cursor=text)
    headers = caching.headers(caching.NO_STORE) | paging.link(str(address)) | {caching.COMPLETE_TO: text}
    document = documents.document(page.changes, str(address), text, more=page.more)
    table = replace(
        answers.table("changes", documents.COLUMNS, page.changes, description=documents.DESCRIPTION),
        before={"complete_to": text},
        sources=sources,
        lasting={"since": None, "wait": None, "cursor": cursor.encode(place)},
    )
    return await answers.respond(request, table, document, headers)
