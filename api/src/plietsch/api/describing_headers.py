"""What the OpenAPI document says of the headers of answers, and which of them come where."""

from collections.abc import Collection, Iterator
from typing import Any

from plietsch.api import caching

Json = dict[str, Any]

_API = "/api/"
# Of an answer that is known to be complete to a place in the ledger of writes.
_COMPLETE = ("/api/v1/observations", "/api/v1/changes")
# Answered from what is kept in memory, of which it is known when it changed.
_DATED = ("/api/v1/stations", "/api/v1/latest")
ALWAYS = ("X-Request-Id", "RateLimit-Policy", "RateLimit")
_TEXT: Json = {"type": "string"}
_HEADERS: dict[str, tuple[str, Json, Any]] = {
    "ETag": ("Send it back as `If-None-Match`: 304 if nothing has changed.", _TEXT, 'W/"8f2c…"'),
    "Last-Modified": (
        "When any newest value, or station, changed last; whether this answer did is told by `ETag` alone.",
        _TEXT,
        "Fri, 01 May 2026 12:05:03 GMT",
    ),
    "Cache-Control": ("How long the answer may be kept.", _TEXT, caching.BRIEF),
    "Content-Disposition": (
        "What to call the file where the answer is saved.",
        _TEXT,
        'attachment; filename="plietsch-observations-2026-05-01.csv"',
    ),
    caching.COMPLETE_TO: (
        "The place in the order of commits that the answer is complete to: a cursor of `/api/v1/changes`. Go on from"
        " there, and nothing is missed that came meanwhile.",
        _TEXT,
        "5f0c2a9e-90210-4711",
    ),
    "X-Request-Id": ("What our logs call this request; yours, if you sent one.", _TEXT, "5f0c8a3e9b1d7c42"),
    "RateLimit-Policy": (
        "How many requests (`q`) in how many seconds (`w`): by `address`, or by `token`.",
        _TEXT,
        '"address";q=600;w=60',
    ),
    "RateLimit": (
        "How many are left (`r`), and when there are more, in seconds (`t`).",
        _TEXT,
        '"address";r=599;t=42',
    ),
    "Link": (
        '`rel="next"` is the page that follows; `rel="describedby"` says what the rows mean.',
        _TEXT,
        '</api/v1/observations?cursor=…>; rel="next"',
    ),
    "Retry-After": ("When to ask again, in seconds.", {"type": "integer"}, 5),
    "WWW-Authenticate": ("What was wrong with the token (RFC 6750).", _TEXT, 'Bearer realm="plietsch"'),
    "Location": ("The present address.", {"type": "string", "format": "uri-reference"}, "/api/v1/stations/new-code"),
}
# Of problems, by status, beside what every answer has.
_OF_PROBLEMS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}


def components() -> Json:
    """Each header, to be referred to."""
    return {
        name: {"description": description, "schema": schema, "example": example}
        for name, (description, schema, example) in _HEADERS.items()
    }


def references(*names: str) -> Json:
    """Headers by name, as a response lists them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def of_problem(status: str, path: str = _API) -> Json:
    """Those of a problem at an address."""
    return references(*_shown(path), *_OF_PROBLEMS.get(status, ()))


def of_answer(path: str, parameters: Collection[str], *, is_kept: bool) -> Json:
    """Those of an address' answer, by its parameters; `is_kept` unless it has no end."""
    return references(*_of_answer(path, parameters, is_kept=is_kept))


def of_unchanged(path: str, parameters: Collection[str]) -> Json:
    """Those of a 304: what its answer would have, but what is about its body."""
    said = {*caching.REPEATED, *(name.lower() for name in _shown(path))}
    return references(*(name for name in _of_answer(path, parameters, is_kept=True) if name.lower() in said))


def _of_answer(path: str, parameters: Collection[str], *, is_kept: bool) -> Iterator[str]:
    yield from ("ETag",) if is_kept else ()
    yield from ("Last-Modified",) if path in _DATED else ()
    yield "Cache-Control"
    # What there is in several formats are rows: to be saved, in pages, and with what they mean elsewhere.
    yield from ("Content-Disposition", "Link") if "format" in parameters else ()
    yield from (caching.COMPLETE_TO,) if path in _COMPLETE else ()
    yield from _shown(path)


def _shown(path: str) -> tuple[str, ...]:
    return ALWAYS if path.startswith(_API) else ("X-Request-Id",)
