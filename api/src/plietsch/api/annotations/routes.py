"""`/api/v1/annotations`: what a reader of a time must know."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from plietsch.api import caching, errors, formats, parameters
from plietsch.api.annotations import documents, listing
from plietsch.api.annotations.calendar import NEW_YEARS_EVE
from plietsch.api.annotations.deployments import KINDS
from plietsch.api.annotations.listing import Question
from plietsch.api.database import Connection
from plietsch.api.listings import answers, filters, openapi, paging
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["annotations"], dependencies=[KNOWN_PARAMETERS_ONLY])

_DEFAULT_SPAN = timedelta(days=366)
_Key = tuple[int, int, str, str, str, str]
# As the database has it (migration 0009): operators choose words of their own.
_KIND = re.compile("[a-z][a-z-]{0,30}")
_DERIVED = (*KINDS, NEW_YEARS_EVE)
Kinds = Annotated[
    list[str] | None,
    Query(
        alias="kind",
        description=f"What it is: {', '.join(f'`{kind}`' for kind in _DERIVED)}, or a word that an operator chose, "
        "in lower-case letters and hyphens. May be repeated; all if not given.",
        examples=[["new-years-eve"]],
        json_schema_extra={"items": {"type": "string", "pattern": f"^{_KIND.pattern}$"}},
    ),
]
From = Annotated[
    str | None, Query(alias="from", description="A year before `to` if not given.", examples=["2025-12-01T00:00:00Z"])
]
To = Annotated[str | None, Query(description="Now if not given.", examples=["2026-02-01T00:00:00Z"])]

_SHOWN = documents.document(documents.SHOWN)
_SHOWN_TABLE = partial(answers.table, "annotations", documents.COLUMNS, [documents.SHOWN])
_SHOWN_PAGE = {"from": "2025-05-01T00:00:00Z", "to": "2026-05-01T00:00:00Z", "annotations": [_SHOWN], "next": None}


@router.get(
    "/annotations",
    summary="What a reader of a time must know",
    response_model=documents.Annotations,
    responses=openapi.tables(_SHOWN_PAGE, _SHOWN_TABLE, 400, 404, 503),
)
async def list_annotations(
    request: Request,
    connection: Connection,
    station_codes: filters.StationCodes = None,
    region_codes: filters.RegionCodes = None,
    property_codes: filters.PropertyCodes = None,
    kinds: Kinds = None,
    start: From = None,
    to: To = None,
    limit: filters.Limit = None,
    cursor: filters.Cursor = None,
    format_: formats.Format = None,
) -> Response:
    """What touches a span, in the order of time: devices replaced, mounted anew or away, stations moved; New Year's
    Eve (31 December, 18:00 to 1 January, 06:00 by the region's clocks, for particles, of 1970 to 2099); and what
    operators entered.

    Those of a station are also those of its region and of everywhere. Gaps in the values themselves are not here: the
    metadata of observations have them.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)  # one answer for a minute: who has it is told so
    since, until = parameters.span(start, to, now, _DEFAULT_SPAN)
    chosen = filters.chosen(station_codes, region_codes, property_codes)
    after = paging.decode(cursor, _Key) if cursor is not None else None
    question = Question(since, until, chosen, _kinds(kinds or ()), limit or paging.EVERY, after)
    page = await listing.page(connection, question)
    next_ = paging.next_address(request, page.cursor, {"from": since, "to": until})
    annotations = [documents.document(each) for each in page.rows]
    document = {"from": since, "to": until, "annotations": annotations, "next": next_}
    table = answers.table("annotations", documents.COLUMNS, page.rows, description=documents.DESCRIPTION)
    table = replace(table, before={"from": since, "to": until}, lasting=paging.written({"from": since, "to": until}))
    return await answers.respond(request, table, document, caching.headers(caching.REGISTRY) | paging.link(next_))


def _kinds(wanted: Collection[str]) -> tuple[str, ...]:
    """Each once. Raises errors.ParameterInvalid for what can be none: an operator may have entered any other."""
    for kind in wanted:
        if not _KIND.fullmatch(kind):
            hint = f"Write lower-case letters and hyphens, as in {', '.join(_DERIVED)}, or what an operator entered."
            raise errors.ParameterInvalid("kind", f"{errors.shown(kind)} can be no kind.", hint)
    return tuple(sorted(set(wanted)))
