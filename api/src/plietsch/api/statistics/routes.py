"""`/api/v1/statistics`: what years, months and spans come to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from plietsch.api import caching, errors, formats, parameters
from plietsch.api.listings import answers, filters, openapi, paging
from plietsch.api.observations import asking
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.api.statistics import documents, periods, reading, whole
from plietsch.api.statistics.reading import Question, Row

router = APIRouter(prefix="/api/v1", tags=["statistics"], dependencies=[KNOWN_PARAMETERS_ONLY])

# As many hours of a series are read in some seconds, on the slowest database that there is.
_LONGEST = timedelta(days=3660)
_DEFAULT_SPAN = timedelta(days=366)
_HOUR = timedelta(hours=1)

Period = Annotated[
    periods.Kind,
    Query(
        description="Each year or month of the calendar that the span touches, or the span itself as a whole.",
        examples=["year"],
    ),
]
From = Annotated[
    str | None, Query(alias="from", description="A year before `to` if not given.", examples=["2025-06-01T00:00:00Z"])
]
To = Annotated[str | None, Query(description="Now if not given.", examples=["2025-06-02T00:00:00Z"])]
Zone = Annotated[
    str | None,
    Query(
        description="By whose calendar days, months and years are (IANA); that of the station's region if not given.",
        examples=["Europe/Berlin"],
    ),
]
Methods = Annotated[
    list[str] | None,
    Query(
        alias="method",
        description="`raw`, or the name and version of a correction. May be repeated; each property's default if not "
        "given.",
        examples=[["raw"]],
    ),
]
Limit = Annotated[
    int | None,
    Query(
        ge=1,
        le=50,
        description="How many series a page holds, each with all its periods; all come, one after another, if not "
        "given.",
        examples=[10],
    ),
]

_SHOWN_TABLE = partial(answers.table, "statistics", documents.COLUMNS, [documents.SHOWN])
_SHOWN = {
    "from": "2025-06-01T00:00:00Z",
    "to": "2025-06-02T00:00:00Z",
    "indicative": documents.INDICATIVE,
    "statistics": [documents.document(documents.SHOWN)],
    "stations": documents.stations([documents.SHOWN]),
    "next": None,
}


@router.get(
    "/statistics",
    summary="Statistics of years, months and spans",
    response_model=documents.Statistics,
    responses=openapi.tables(_SHOWN, _SHOWN_TABLE, 400, 404, 503),
)
async def list_statistics(
    request: Request,
    station_codes: filters.StationCodes = None,
    region_codes: filters.RegionCodes = None,
    property_codes: filters.PropertyCodes = None,
    methods: Methods = None,
    period: Period = "year",
    start: From = None,
    to: To = None,
    tz: Zone = None,
    limit: Limit = None,
    cursor: filters.Cursor = None,
    format_: formats.Format = None,
) -> Response:
    """What a property came to at a station: data capture, mean, extremes with their times, percentiles; of fine dust
    the days above the limits of the EU and the WHO, and whether these were met; of water levels the days on which each
    of the gauge's own levels was reached; of rain the sum; of temperatures the days that have a name.

    An hour counts with 75 % of its values, a day and a period with 75 % of their hours (directive 2008/50/EC, Annex XI;
    the directive wants 90 % for the mean of a year: `capture` says how much there was). A period with less has
    `sufficient: false`, its capture, and no figures. With less than 75 % of its days it has `days_sufficient: false`,
    and no figures of days (days above, percentiles of days), but that a limit was missed for sure. A period that is not
    over has figures of what is over of it, and says of no limit that it was met. All of it is indicative.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)  # one answer for a minute: who has it is told so
    since, until = parameters.span(start, to, now, _DEFAULT_SPAN)
    zone = asking.time_zone(tz) if tz is not None else None
    _check_span(since, until)
    chosen = filters.chosen(station_codes, region_codes, property_codes, methods)
    after = paging.decode(cursor, tuple[str, str, str]) if cursor is not None else None
    if after is not None and "\0" in "".join(after):
        raise errors.ParameterInvalid("cursor", "This cursor was not made here.", paging.HINT)
    question = Question(chosen, period, since, until, zone, limit or paging.EVERY, after)
    if formats.asked(request, formats.FLAT) == "metadata":
        return await whole.describe(request, question, _before(question), _headers((), until, now))
    if limit is None:
        pages = whole.pages(request.app.state.statistics, request.app.state.pool, question, now)
        first = await anext(pages)
        headers = _headers(first.rows, until, now)
        return await whole.respond(request, question, first, pages, _before(question), headers)
    async with request.app.state.statistics.one(), request.app.state.pool.connection() as connection:
        page = await reading.page(connection, question, now)
    next_ = paging.next_address(request, page.cursor, {"from": since, "to": until})
    document = {
        **_before(question),
        "statistics": [documents.document(row) for row in page.rows],
        "stations": documents.stations(page.rows),
        "next": next_,
    }
    table = answers.table("statistics", documents.COLUMNS, page.rows, lambda row: documents.source(row.series))
    return await answers.respond(request, table, document, _headers(page.rows, until, now) | paging.link(next_))


def _before(question: Question) -> dict[str, Any]:
    """What JSON says before the rows."""
    return {"from": question.start, "to": question.end, "indicative": documents.INDICATIVE}


def _headers(rows: Sequence[Row], until: datetime, now: datetime) -> dict[str, str]:
    ends = max((row.period.end for row in rows), default=until)
    return caching.headers(caching.of_span(ends, now, step=_HOUR))


def _check_span(since: datetime, until: datetime) -> None:
    """Raises errors.ParameterInvalid."""
    if until - since > _LONGEST:
        message = f"The span has {(until - since).days} days: it may have {_LONGEST.days}, ten years."
        raise errors.ParameterInvalid("from", message, "Ask for one decade after another.")
    if not 2 <= since.year <= until.year <= 9990:
        message = "Nothing was measured then."
        raise errors.ParameterInvalid("from", message, "Write a year of this time, as in from=2025-01-01T00:00:00Z.")
