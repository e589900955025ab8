"""Addresses that moved: who asks for a station by a code that it had before is led to the one that it has now.

A code stands in the path (`/api/v1/stations/{code}`, `/api/v1/gauges/{code}`, `/de/stations/{code}/…`) or in the
parameter `station` of any address. Routes need not know of it: where one of them meets an unknown station, `install`
has the codes looked up in `former_code`, and answers 308 (RFC 9110, section 15.4.9) with the present address, its
suffix and query kept.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from fastapi import FastAPI, Request, Response
from psycopg import AsyncConnection

from plietsch.api import database, errors, problems
from plietsch.api.formats import KINDS, suffixes
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api", "moved.sql")
# A code, and whatever format is asked for behind it.
_IN_PATH = re.compile(r"(?:(?<=/stations/)|(?<=/gauges/))([a-z0-9][a-z0-9-]{0,62})(?=[./]|$)")
_PARAMETER = "station"
# A name that was given back to the station that had it must not lead in a circle for long: five minutes.
_CACHE_CONTROL = "public, max-age=300"


def install(app: FastAPI) -> None:
    """Lead who asks for a former code on; whoever asks for one that never was meets the problem as before."""
    app.add_exception_handler(errors.StationUnknown, _lead_on)


async def present_codes(connection: AsyncConnection[Any], codes: Sequence[str]) -> dict[str, str]:
    """What stations are called now whose former codes are among these; of those that are, or were, public."""
    rows = await (await connection.execute(_QUERIES["present_codes"], {"codes": list(codes)})).fetchall()
    return dict(rows)


def named(path: str, query: str) -> list[str]:
    """The codes of stations in an address."""
    in_query = [value for name, value in parse_qsl(query, keep_blank_values=True) if name == _PARAMETER]
    return [*_IN_PATH.findall(path), *(code for code in in_query if "\0" not in code)]


def address(path: str, query: str, present: Mapping[str, str]) -> str:
    """The same address with the present codes in the place of former ones; everything else in it stays as it is."""
    path = _IN_PATH.sub(lambda code: present.get(code[1], code[1]), path)
    pairs = parse_qsl(query, keep_blank_values=True)
    query = urlencode([(name, present.get(value, value) if name == _PARAMETER else value) for name, value in pairs])
    return quote(path, safe="/:@!$&'()*+,;=~%", encoding="latin-1") + (f"?{query}" if query else "")


async def _lead_on(request: Request, error: Exception) -> Response:
    path, query = asked(request)
    pool: database.Pool = request.app.state.pool
    try:
        async with pool.connection() as connection:
            present = await present_codes(connection, named(path, query))
    except psycopg.OperationalError as unreachable:
        return await problems.database(request, unreachable)
    if not present:
        return await problems.domain(request, error)
    headers = {"Location": address(path, query, present), "Cache-Control": _CACHE_CONTROL}
    return Response(status_code=308, headers=headers)


def asked(request: Request) -> tuple[str, str]:
    """The path and the query as the client wrote them: with the path's suffix, which routes do not see any more."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    named_by_suffix = request.scope.get(suffixes.FORMAT)
    suffix = KINDS[named_by_suffix].suffix if named_by_suffix else ""
    return raw.decode("latin-1") + suffix, request.url.query
