"""`/api/v1/observations`: what was measured, whole or page by page, in every format."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from plietsch.api import caching, cursors, errors, formats, openapi
from plietsch.api.changes import cursor as changes
from plietsch.api.formats import KINDS
from plietsch.api.observations import answers, asking, documents, examples, meaning, series
from plietsch.api.observations.asking import Asked
from plietsch.api.observations.parameters import AskedOfObservations
from plietsch.api.observations.question import Question
from plietsch.api.reading import Reading
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY

router = APIRouter(prefix="/api/v1", tags=["observations"], dependencies=[KNOWN_PARAMETERS_ONLY])

# As many series as are expected where no station is named.
_ALL_STATIONS = 1_000

_CONTENT: dict[str, dict[str, Any]] = {
    KINDS["json"].media_type: {
        "examples": {
            "raw": {"summary": "As measured", "value": examples.RAW},
            "1h": {"summary": "By hour", "value": examples.BY_HOUR},
            "wide": {"summary": "A column for each series", "value": examples.WIDE},
        }
    },
    KINDS["csv"].media_type: {
        "schema": {"type": "string", "description": "RFC 4180, with a header line."},
        "examples": {
            "raw": {"summary": "As measured", "value": examples.RAW_CSV},
            "1h": {"summary": "By hour", "value": examples.BY_HOUR_CSV},
            "wide": {"summary": "A column for each series", "value": examples.WIDE_CSV},
        },
    },
}


@router.get(
    "/observations",
    summary="Observations",
    response_model=documents.Observations,
    responses=openapi.answered(_CONTENT, 400, 404, 503),
)
async def list_observations(request: Request, asked: AskedOfObservations, format_: formats.Format = None) -> Response:
    """In the order of time, station and property, whole: a large answer streams for as long as its reader takes it,
    and one that breaks off is not complete. With `limit` in pages: `next`, also in the header Link, is the page that
    follows.

    The header Plietsch-Complete-To is a cursor of `changes`: go on from there, and miss nothing that came meanwhile.
    """
    name = formats.asked(request, formats.FLAT)
    now = datetime.now(UTC)
    question = asking.read(asked, now)
    # Before anything is read: what is written meanwhile may be in the answer, and is told by changes as well.
    reading: Reading = request.app.state.reading
    expected = question.rows(len(question.stations) or _ALL_STATIONS)
    async with reading.beginning(expected), request.app.state.pool.connection() as connection:
        complete_to = await changes.present(connection)
        is_bound = _is_bound(asked, question, complete_to)
        # Names, licences and texts of methods are not of the ledger: what rows mean may change, and they do not.
        bound = is_bound and name != "metadata"
        kept = caching.of_span(question.end, now, step=question.spacing, bound=bound)
        headers = caching.headers(kept) | {caching.COMPLETE_TO: complete_to}
        found = await series.meant(connection, question)
        if name == "metadata":
            table = await meaning.table(connection, question, found, complete_to)
            return await formats.respond(request, table, format_=name, headers=headers)
    answer = await answers.answer(
        question, found, reading, complete_to, _link(request, question), is_bare=name == "json"
    )
    if answer.next_url is not None:
        headers["Link"] = f'<{answer.next_url}>; rel="next"'
    table = meaning.named(answer.table, question, found)
    return await formats.respond(request, table, format_=name, headers=headers)


def _is_bound(asked: Asked, question: Question, complete_to: str) -> bool:
    """Whether the address names the place in the ledger that its answer is complete to at least.

    Hours and days that are kept know late values some minutes later: an answer of these is not bound, and none by a
    place of another server, as of before a restore, as that counts its transactions anew.
    Raises errors.ParameterInvalid where the ledger has not come so far.
    """
    if asked.at is None:
        return False
    at, present = changes.decode(asked.at, "at"), changes.decode(complete_to)
    if at.server != present.server:
        return False
    if at.position > present.position:
        hint = f"Send the header Plietsch-Complete-To of an answer, or leave it out: now it is {complete_to}."
        raise errors.ParameterInvalid("at", f"Nothing is complete to {errors.shown(asked.at)} yet.", hint)
    return question.resolution in ("raw", "10m")


def _link(request: Request, question: Question) -> Callable[[cursors.Key], str]:
    """The address of the page behind a key, in the same format."""

    def link(after: cursors.Key) -> str:
        others = {name: request.query_params[name] for name in ("at", "format") if name in request.query_params}
        query = "&".join(filter(None, (asking.written(question, after), urlencode(others))))
        return str(formats.address(request).replace(query=query))

    return link
