"""A table as the answer to a request, in the format that is asked for."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from plietsch.api import delivery
from plietsch.api.formats import negotiation, suffixes, writing
from plietsch.api.formats.kinds import FLAT, GEO, KINDS, Kind
from plietsch.api.formats.table import Table
from plietsch.api.metadata import document

# A longer address is not repeated in a header: servers in between take so many bytes of headers only.
_MOST_LINKED = 1_000


async def respond(
    request: Request,
    table: Table,
    *,
    format_: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The table in the format that is asked for, or in that which the caller has found out already.

    The first rows are made before this returns: errors until then become problems; one that comes later breaks the
    body off. Raises errors.FormatUnavailable, errors.NotAcceptable, and what the table's batches raise.
    """
    offered = offered_by(table)
    name = format_ or negotiation.asked(request, offered)
    kind = KINDS[name]
    all_headers = merged(answer_headers(request, kind, _called(table)), headers or {})
    if name == "metadata":
        body = msgspec.json.encode(await _metadata(request, table, offered))
        return Response(body, headers=all_headers, media_type=kind.content_type)
    pieces = writing.pieces(table, writing.WRITERS[name](_with_source(request, table)))
    first = await anext(pieces)
    if delivery.is_head(request):
        await pieces.aclose()
        # Of no length: it is not known, and that of the body, which is none, would be wrong (RFC 9110, section 8.6).
        return StreamingResponse((), headers=all_headers, media_type=kind.content_type)
    return Pieces(first, pieces, all_headers, kind.content_type)


def offered_by(table: Table) -> Sequence[str]:
    """The formats that a table can be written in."""
    has_places = {"longitude", "latitude"} <= set(table.schema.names)
    return GEO if has_places else FLAT


def _with_source(request: Request, table: Table) -> Table:
    """The table, whose file says where it is from, when it was fetched, and what it is complete to."""
    said = {
        "source": suffixes.lasting(request, table.lasting),
        "accessed_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "complete_to": str(table.before.get("complete_to") or ""),
    }
    schema: Any = table.schema
    return replace(table, schema=schema.with_metadata({**(schema.metadata or {}), **said}))


def _called(table: Table) -> str:
    return f"{table.name}-{table.label}" if table.label else table.name


def answer_headers(request: Request, kind: Kind, name: str) -> dict[str, str]:
    """What every answer says of its format: under which name to save it, where to read what it means, and whether
    Accept had a say."""
    disposition = "attachment" if kind.attached else "inline"
    headers = {"Content-Disposition": f'{disposition}; filename="{file_name(name, kind)}"'}
    headers = described(request, headers)
    return headers | ({"Vary": "Accept"} if negotiation.negotiated(request) else {})


def described(request: Request, headers: Mapping[str, str]) -> dict[str, str]:
    """Headers, and where to read what the rows of their answer mean."""
    metadata = str(suffixes.in_format(request, "metadata"))
    if len(metadata) > _MOST_LINKED:
        return dict(headers)
    return merged({"Link": f'<{metadata}>; rel="describedby"; type="application/json"'}, headers)


async def _metadata(request: Request, table: Table, offered: Sequence[str]) -> Mapping[str, Any]:
    """What the rows mean; none of them is read."""
    try:
        about = await table.about()
    finally:
        await writing.close(table.batches)
    in_formats = {name: str(suffixes.in_format(request, name)) for name in offered}
    lasting = suffixes.lasting(request, table.lasting)
    addresses = document.Addresses(str(suffixes.in_format(request, None)), lasting, in_formats)
    return document.of(table, about, addresses, datetime.now(UTC).replace(microsecond=0))


def merged(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """Headers; of those that are lists, both."""
    lists = {name: f"{theirs[name]}, {ours[name]}" for name in ("Link", "Vary") if name in ours and name in theirs}
    return {**ours, **theirs, **lists}


def file_name(name: str, kind: Kind) -> str:
    """`plietsch-observations-2026-05-01.csv`."""
    dated = name if re.search(r"\d{4}-\d\d-\d\d", name) else f"{name}-{datetime.now(UTC):%Y-%m-%d}"
    return f"plietsch-{re.sub('[^A-Za-z0-9.-]+', '-', dated)}{kind.suffix}"


class Pieces(StreamingResponse):
    """A body that comes in pieces, of which the first is there. However it ends, the others are closed."""

    def __init__(
        self, first: bytes, others: AsyncGenerator[bytes], headers: Mapping[str, str], content_type: str
    ) -> None:
        super().__init__(self._all(first, others), headers=headers, media_type=content_type)
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._others.aclose()

    @staticmethod
    async def _all(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        yield first
        async for piece in others:
            yield piece
