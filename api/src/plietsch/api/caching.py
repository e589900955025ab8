"""How long who may keep an answer, and how an answer that is kept is asked for again (RFC 9110, 9111, 5861, 8246).

An answer about a time that is over hardly changes: late and reprocessed values still do, so a cache keeps it for a day,
and for ever (`immutable`) only what is bound to a position in the ledger of writes, where nothing can come in between.
Tags are weak: the compressed answer has the same one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

# The place in the ledger that a download is complete to: a cursor of changes.
COMPLETE_TO = "Plietsch-Complete-To"
NO_STORE = "no-store"
# So short that a change shows within a second or two, and that a burst of readers asks once.
BRIEF = "public, max-age=1"
# What an operator enters, as stations and properties: seen a minute later, and kept while the server is away.
REGISTRY = "public, max-age=60, stale-if-error=86400"
# A day is over for good when everything that was buffered through it has had another day to arrive.
CLOSED_AFTER = timedelta(days=1)
_DAY_S = 86_400
_CLOSED = f"public, max-age={_DAY_S}, stale-if-error={7 * _DAY_S}"
# An open answer is kept for a sixtieth of its steps, between these.
_LEAST_S, _MOST_S, _A_STEP = 1, 60, 60
_RAW_STEP = timedelta(minutes=5)
_TAG_BYTES = 12
# What a 304 repeats of the answer (RFC 9110, section 15.4.5), and what tells where the next page is.
REPEATED = {"cache-control", "content-location", "etag", "expires", "last-modified", "link", "vary"}


def of_span(end: datetime, now: datetime, *, step: timedelta = _RAW_STEP, bound: bool = False) -> str:
    """Cache-Control of values up to `end` (both aware), one every `step`.

    `bound` says that the address itself names a position in the ledger that the answer is complete to: who wants what
    was written later asks with a later one, so that nobody has to ask again with this one.
    """
    if end <= now - CLOSED_AFTER:
        return f"{_CLOSED}, immutable" if bound else _CLOSED
    seconds = int(step.total_seconds()) // _A_STEP
    return f"public, max-age={min(max(seconds, _LEAST_S), _MOST_S)}"


def tag(*parts: bytes | str) -> str:
    """A weak ETag. For a body: of its bytes. For what is streamed: of what it is made from, as the question and the
    position in the ledger that it is complete to.
    """
    digest = hashlib.blake2b(digest_size=_TAG_BYTES)
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        digest.update(len(encoded).to_bytes(8, "big"))  # ("ab", "c") is not ("a", "bc")
        digest.update(encoded)
    return f'W/"{digest.hexdigest()}"'


def headers(
    cache_control: str, *, etag: str | None = None, modified: datetime | None = None, vary: Iterable[str] = ()
) -> dict[str, str]:
    """The headers of an answer; `modified` is aware, `vary` the request's headers that it depends on."""
    found = {"Cache-Control": cache_control}
    if etag is not None:
        found["ETag"] = etag
    if modified is not None:
        found["Last-Modified"] = format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True)
    if varying := ", ".join(vary):
        found["Vary"] = varying
    return found


def is_known(asked: Mapping[str, str], etag: str | None) -> bool:
    """Whether who asks has this answer already (RFC 9110, section 13.1.2). `asked` are the request's headers, their
    names in lower case.

    If-Modified-Since is ignored, which is our own choice, beyond the cases of section 13.1.3: within a second, answers
    are made anew, and a time of change does not say which of them somebody has (section 8.8.2.2). The tag does.
    """
    tags = {each.strip().removeprefix("W/") for each in asked.get("if-none-match", "").split(",")}
    return etag is not None and ("*" in tags or etag.removeprefix("W/") in tags)


def unchanged(request: Request, found: Mapping[str, str]) -> Response | None:
    """304 without a body where who asks has the answer already, by the headers it would have: before it is made."""
    lower = {name.lower(): value for name, value in found.items()}
    if not is_known(request.headers, lower.get("etag")):
        return None
    return Response(status_code=304, headers=repeated(lower))


def repeated(found: Mapping[str, str]) -> dict[str, str]:
    """Of an answer's headers, those that its 304 has, too."""
    return {name: value for name, value in found.items() if name.lower() in REPEATED}


def respond(
    request: Request,
    body: bytes,
    media_type: str,
    cache_control: str,
    *,
    modified: datetime | None = None,
    vary: Iterable[str] = (),
    also: Mapping[str, str] | None = None,
) -> Response:
    """An answer that is there as a whole, or 304; `also` are further headers."""
    found = headers(cache_control, etag=tag(body), modified=modified, vary=vary) | dict(also or {})
    return unchanged(request, found) or Response(body, headers=found, media_type=media_type)
