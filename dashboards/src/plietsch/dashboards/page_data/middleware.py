"""Pages' addresses with a suffix are answered by the API's routes, without a redirect.

`PageData` stands around everything, so that what counts, compresses and names requests sees the API's address;
`Completed` within all that, as it may ask the database and may answer itself.
"""

from typing import Any

import psycopg
from fastapi import Request, Response
from psycopg import AsyncConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from plietsch.api import database, errors, problems
from plietsch.dashboards.compare import gathering
from plietsch.dashboards.page_data import rewriting, unknown
from plietsch.dashboards.page_data.rewriting import Address, Daily, Values
from plietsch.dashboards.picture import gathering as places

# In the scope: values of which nobody named the quantity, or days of nobody's zone; or why there are none.
_OPEN = "plietsch.page_data"
_NOTHING = errors.ParameterInvalid(
    "property",
    "Nothing is measured there of which there could be a picture.",
    "GET /api/v1/datastreams?station=… lists what a station measured: name a property of these.",
)


class PageData:
    """Puts the API's address in the place of a page's that ends in a format's suffix."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["type"] == "http" and "." in scope["path"]:  # every suffix has one, hardly any other address
            scope = _rewritten(scope)
        await self.app(scope, receive, send)


class Completed:
    """Names the quantity that a page shows where its address names none, and the days; answers what can be no page's
    values.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, or with a problem."""
        match scope.get(_OPEN):
            case Values() | Daily() as open_:
                answer = await _closed(scope, open_)
            case errors.ParameterInvalid() as error:
                answer = await problems.domain(Request(scope), error)
            case _:
                answer = scope
        app = answer if isinstance(answer, Response) else self.app
        await app(scope if isinstance(answer, Response) else answer, receive, send)


def _rewritten(scope: Scope) -> Scope:
    try:
        found = rewriting.rewritten(scope["path"], scope["query_string"].decode("latin-1"))
        if found is None:
            unknown.refuse(scope["path"])
    except errors.ParameterInvalid as error:
        return {**scope, _OPEN: error}
    if found is None:
        return scope
    open_ = found if isinstance(found, Values) and found.code is None else None
    where = found.found if isinstance(found, Values) else found
    if isinstance(where, Address):
        return {**_at(scope, where), _OPEN: open_}
    return {**_at(scope, where.address), _OPEN: open_ or where}


def _at(scope: Scope, address: Address) -> Scope:
    path, query = address.path, address.query.encode("latin-1")
    return {**scope, "path": path, "raw_path": path.encode(), "query_string": query}


async def _closed(scope: Scope, open_: Values | Daily) -> Scope | Response:
    """The scope of the values that the page shows, or a problem."""
    pool: database.Pool = scope["app"].state.pool
    try:
        async with pool.connection() as connection:
            address = await _address(connection, open_)
    except errors.StationUnknown:
        return scope  # the route says so, or leads on to what the station is called now
    except psycopg.OperationalError as error:
        return await problems.database(Request(scope), error)
    if address is None:
        return await problems.domain(Request(scope), _NOTHING)
    # The path has no suffix any more here.
    return {**scope, "query_string": address.query.encode("latin-1")}


async def _address(connection: AsyncConnection[Any], open_: Values | Daily) -> Address | None:
    """Where they are; None where there is no quantity. Raises api.errors.StationUnknown."""
    if isinstance(open_, Daily):
        place = await places.place(connection, open_.station)
        return open_.within(place.now, place.region.zone)
    code = await gathering.first(connection, open_.stations)
    found = open_._replace(code=code).found if code else None
    return await _address(connection, found) if isinstance(found, Daily) else found
