"""Errors as RFC 9457 problems: one table says which domain error is which status. Never a stack trace."""

import asyncio
from http import HTTPStatus
from typing import Any, NamedTuple, cast

import msgspec
import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from plietsch.api import delivery, errors, slashes
from plietsch.api.formats import unknown_suffixes
from plietsch.platform.errors import PlietschError

MEDIA_TYPE = "application/problem+json"
# When to try again after a 503, in seconds.
_RETRY_AFTER_S = 5
_log = structlog.get_logger(__name__)


class Kind(NamedTuple):
    """A kind of problem: its status, and the name and title that stay the same from one occurrence to the next."""

    status: HTTPStatus
    name: str
    title: str


_TABLE: dict[type[Exception], Kind] = {
    errors.ParameterUnknown: Kind(HTTPStatus.BAD_REQUEST, "parameter-unknown", "There is no such parameter"),
    errors.PropertyUnknown: Kind(HTTPStatus.BAD_REQUEST, "property-unknown", "There is no such property"),
    errors.FormatUnavailable: Kind(HTTPStatus.BAD_REQUEST, "format-unavailable", "There is no such format here"),
    errors.NotAcceptable: Kind(HTTPStatus.NOT_ACCEPTABLE, "not-acceptable", "No format here is acceptable"),
    errors.ParameterInvalid: Kind(HTTPStatus.BAD_REQUEST, "parameter-invalid", "A parameter cannot be used"),
    errors.AddressTooLong: Kind(HTTPStatus.REQUEST_URI_TOO_LONG, "address-too-long", "The address is too long"),
    errors.CursorGone: Kind(HTTPStatus.GONE, "cursor-gone", "This cursor leads nowhere any more"),
    errors.RegionUnknown: Kind(HTTPStatus.NOT_FOUND, "region-unknown", "There is no such region"),
    errors.ResourceUnknown: Kind(HTTPStatus.NOT_FOUND, "resource-unknown", "There is no such thing"),
    errors.StationUnknown: Kind(HTTPStatus.NOT_FOUND, "station-unknown", "There is no such station"),
    errors.TokenRefused: Kind(HTTPStatus.UNAUTHORIZED, "token-refused", "This token does not count"),
    errors.LimitReached: Kind(HTTPStatus.TOO_MANY_REQUESTS, "limit-reached", "Too many requests"),
    errors.TooManyListeners: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-listeners", "Too many listen already"),
    errors.NotReady: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", "The newest values are not there yet"),
    errors.TooBusy: Kind(HTTPStatus.SERVICE_UNAVAILABLE, "too-busy", "Too many wait for the same answer"),
}
_OF_PARAMETERS = (errors.ParameterInvalid, errors.RegionUnknown, errors.StationUnknown)
_TOO_SLOW = Kind(HTTPStatus.SERVICE_UNAVAILABLE, "too-slow", "The question took too long")
_DATABASE = Kind(HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable", "The database does not answer")
_INTERNAL = Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong here")

_DATABASE_HINT = "Try again in a few seconds; GET /healthz says when it is back."
# What is allowed, by the type of a mistake that pydantic finds.
_ALLOWED = {
    "literal_error": "Write one of: {expected}. ",
    "greater_than": "Write a number above {gt}. ",
    "greater_than_equal": "Write a number of at least {ge}. ",
    "less_than": "Write a number below {lt}. ",
    "less_than_equal": "Write a number of at most {le}. ",
    "int_parsing": "Write a whole number, in digits. ",
    "int_parsing_size": "Write a whole number of fewer digits. ",
    "float_parsing": "Write a number, in digits and with a decimal point. ",
    "finite_number": "Write a number, in digits and with a decimal point. ",
    "bool_parsing": "Write true or false. ",
    "string_too_short": "Write at least {min_length} characters. ",
    "string_too_long": "Write at most {max_length} characters. ",
    "too_long": "Name at most {max_length}. ",
}
# The page of the site that explains each kind, in the reader's language.
_EXPLAINED = "/developers#problem-"
_OF_HTTP = "http-"
_HTTP_HINTS = {
    HTTPStatus.NOT_FOUND: "GET /api/v1 lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This is open data to be read: use GET or HEAD.",
}


def kinds() -> set[Kind]:
    """Every kind of problem but those of HTTP itself (`http-404`, …): for who explains them."""
    return {*_TABLE.values(), _TOO_SLOW, _DATABASE, _INTERNAL}


def type_of(kind: Kind) -> str:
    """What a kind is called by: where it is explained (RFC 9457, section 3.1.1); HTTP's own need no explanation."""
    return "about:blank" if kind.name.startswith(_OF_HTTP) else f"{_EXPLAINED}{kind.name}"


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(PlietschError, domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(psycopg.OperationalError, database)
    app.add_exception_handler(psycopg.errors.UndefinedTable, database)
    app.add_exception_handler(Exception, _unexpected)


def answer(request: Request, kind: Kind, detail: str, hint: str = "", **members: Any) -> Response:
    """A problem of a kind: `detail` says what happened this time, `hint` what to do about it."""
    problem = {
        "type": type_of(kind),
        "title": kind.title,
        "status": int(kind.status),
        "detail": detail,
        "instance": request.url.path,
        **({"hint": hint} if hint else {}),
        **members,
        "request_id": delivery.request_id(request),
    }
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    return Response(msgspec.json.encode(problem), kind.status, headers, MEDIA_TYPE)


async def http(request: Request, error: Exception) -> Response:
    """What the router refuses: an unknown address, another method than GET."""
    error = cast(HTTPException, error)
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.NOT_FOUND:
        try:
            # It may have to make the OpenAPI document first: not where everybody's requests are answered.
            await asyncio.to_thread(unknown_suffixes.refuse, request)
        except errors.FormatUnavailable as unavailable:
            return await domain(request, unavailable)
    kind = Kind(status, f"{_OF_HTTP}{status.value}", status.phrase)
    detail = f"{request.method} {errors.shown(request.url.path)}: {status.description or status.phrase}."
    meant = slashes.meant(request) if status == HTTPStatus.NOT_FOUND else None
    hint = _HTTP_HINTS.get(status, "") if meant is None else f"A slash less leads there: GET {meant}"
    response = answer(request, kind, detail, hint)
    response.headers.update(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = delivery.METHODS  # the router knows only of GET
    return response


async def domain(request: Request, error: Exception) -> Response:
    """What is wrong with a question."""
    error = cast(PlietschError, error)
    kind = next((_TABLE[each] for each in type(error).__mro__ if each in _TABLE), _INTERNAL)
    parameter = error.parameter if isinstance(error, _OF_PARAMETERS) else None
    return answer(request, kind, error.message, error.hint, **({"parameter": parameter} if parameter else {}))


async def _validation(request: Request, error: Exception) -> Response:
    first = cast(RequestValidationError, error).errors()[0]
    parameter = str(first["loc"][1])  # what follows is which one of several values
    detail = f"{parameter}={errors.shown(str(first['input']))}: {first['msg']}."
    allowed = _ALLOWED.get(first["type"], "").format(**first.get("ctx", {}))
    hint = f"{allowed}GET /api/v1/openapi.json describes every parameter."
    return answer(request, _TABLE[errors.ParameterInvalid], detail, hint, parameter=parameter)


async def database(request: Request, error: Exception) -> Response:
    """What the database does not answer."""
    _log.warning("no answer from the database", error=str(error).strip(), path=request.url.path)
    if isinstance(error, psycopg.errors.QueryCanceled):
        hint = "Ask for a shorter span, fewer stations, or hourly values (resolution=1h)."
        return answer(request, _TOO_SLOW, "The database was stopped after 30 seconds.", hint)
    if isinstance(error, psycopg.errors.UndefinedTable):
        hint = "Its operator has to run: plietsch db migrate"
        return answer(request, _DATABASE, "The database has not been prepared.", hint)
    return answer(request, _DATABASE, "The database cannot be reached, or is too busy.", _DATABASE_HINT)


async def _unexpected(request: Request, error: Exception) -> Response:
    """The server logs the error itself, with its traceback; the answer has none of it."""
    name = delivery.request_id(request)
    hint = "It is not your question's fault: please tell the operator" + (f" of request {name}." if name else " of it.")
    return answer(request, _INTERNAL, "An error that nobody foresaw, while answering.", hint)
