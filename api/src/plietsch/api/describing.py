"""What the OpenAPI document says of every address alike: who may ask and how often, headers, and what can be wrong.

Routes say what is their own; here is added what `limits`, `delivery`, `caching`, `formats` and `moved` do around them.
"""

from collections.abc import Collection, Iterator
from typing import Any

from plietsch.api import describing_formats, describing_headers, describing_members, problems
from plietsch.api.formats import KINDS

Json = dict[str, Any]

_API = "/api/"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_INSTANCE = "/api/v1/observations"
_ID = "5f0c8a3e9b1d7c42"
_FORMAT = "format"
# Whoever is led on to a station's present code asked for it in the path or by this parameter.
_STATION = "station"
_MOVING = ("/stations/{code}", "/stations/{code}/chart.{kind}", "/gauges/{code}")
_UNCHANGED = "What you have (`If-None-Match`) is still the answer."
_PLAIN = "text/event-stream"
# What parameters of these names look like everywhere.
_OF_NAME = {"cursor": "WyJoYXJib3VyIl0", "limit": 100}

LICENCE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
SERVERS = [{"url": "/", "description": "This site."}]
SECURITY: list[dict[str, list[str]]] = [{}, {"token": []}]
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Nobody needs a token. Whoever has one (`plt_…`, from the operator of this site) may ask more"
        " often: the scope `read:more`. One that is unknown, expired or revoked is refused, not passed over.",
    }
}
TAGS = [
    {"name": "stations", "description": "Where is measured, and what is measured there now."},
    {"name": "observations", "description": "What was measured: the past, the newest, and what comes in."},
    {"name": "datastreams", "description": "The series: one property, by one instrument and method, at one station."},
    {"name": "gauges", "description": "Water levels, and the levels that a gauge has names for."},
    {"name": "statistics", "description": "Days above limits, percentiles, and how much of the time was measured."},
    {"name": "annotations", "description": "What a reader of a time must know: replaced, moved, New Year's Eve."},
    {"name": "data dictionary", "description": "What is measured, in which unit, and by which kinds of devices."},
    {"name": "pictures", "description": "Charts for mails, posts and wikis."},
    {"name": "about", "description": "What there is, and whether all is well."},
]

# By status: when it is answered, kind of problem, what happened and what to do in an example.
_ANSWERS: dict[int, tuple[str, str, str, str]] = {
    400: (
        "A parameter is unknown or cannot be used; `parameter` names it.",
        "parameter-unknown",
        "This address takes no parameter “stations”.",
        "It takes: station, property, from, to, last.",
    ),
    401: (
        "The token that was sent is unknown, expired or revoked.",
        "token-refused",
        "This token was revoked.",
        "Send `Authorization: Bearer plt_…` with a token that is valid, or leave out the header.",
    ),
    406: (
        "The header `Accept` names no format that this address has.",
        "not-acceptable",
        "Accept: “image/png” names none of: application/json, text/csv.",
        "Write format=csv, or .csv behind the address.",
    ),
    414: (
        "The address is longer than 32 KiB.",
        "address-too-long",
        "This address has 40000 bytes, and 32768 are read.",
        "Ask for fewer stations at a time, or for all of them.",
    ),
    429: (
        "More requests than the limit; `Retry-After` says when to ask again.",
        "limit-reached",
        "These are more than 600 requests in 60 seconds.",
        "Ask again in 12 s, as the header Retry-After says.",
    ),
    500: (
        "An error that nobody foresaw.",
        "internal",
        "An error that nobody foresaw, while answering.",
        f"It is not your question's fault: please tell the operator of request {_ID}.",
    ),
    503: (
        "The database does not answer, or too many ask at once; `Retry-After` says when to ask again.",
        "database-unavailable",
        "The database cannot be reached, or is too busy.",
        "Try again in a few seconds; GET /healthz says when it is back.",
    ),
}


def complete(document: Json, contact: str) -> None:
    """Add what holds for every address, in place; `contact` is where users turn to, as the settings name it."""
    document["info"] |= {"license": LICENCE, "contact": _contact(contact)}
    document |= {"servers": SERVERS, "security": SECURITY, "tags": TAGS}
    components = document["components"]
    components["securitySchemes"] = SCHEMES
    components["headers"] = describing_headers.components()
    components["responses"] = {f"Problem{status}": _problem(status, *said) for status, said in _ANSWERS.items()}
    components["responses"]["Moved"] = {
        "description": "A station that is asked for has another code now: its address is in `Location`.",
        "headers": describing_headers.references("Location", *describing_headers.ALWAYS),
    }
    components["schemas"] |= describing_formats.schemas()
    describing_members.complete(components["schemas"])
    describing_members.leave_open(components["schemas"])
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(path, operation)


def _complete(path: str, operation: Json) -> None:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    for parameter in operation.get("parameters", ()):
        _without_null(parameter)
        _with_example(parameter)
    responses: Json = operation["responses"]
    for unused in ("422", "default"):  # every answer is named; a parameter that is no number is a 400 here
        responses.pop(unused, None)
    for status in _statuses(path, names):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    is_kept = _PLAIN not in responses["200"].get("content", {})
    if is_kept:
        unchanged = describing_headers.of_unchanged(path, names)
        responses.setdefault("304", {"description": _UNCHANGED, "headers": unchanged})
    if path.endswith(_MOVING) or _STATION in names:
        responses.setdefault("308", {"$ref": "#/components/responses/Moved"})
    _with_headers(path, names, responses, is_kept=is_kept)
    if _FORMAT in names:
        describing_formats.complete(operation)
        operation["description"] = f"{operation.get('description', '')}\n\n{_suffixes(path, operation)}"
    operation["responses"] = dict(sorted(responses.items()))


def _with_headers(path: str, names: Collection[str], responses: Json, *, is_kept: bool) -> None:
    """To what a route says of headers itself is added what it does not."""
    for status, response in responses.items():
        if status == "200":
            said = describing_headers.of_answer(path, names, is_kept=is_kept)
        elif status < "400" or "$ref" in response:
            continue
        else:
            is_problem = problems.MEDIA_TYPE in response.get("content", {})
            said = describing_headers.of_problem(status if is_problem else "", path)
        response["headers"] = said | response.get("headers", {})


def _contact(contact: str) -> Json:
    """A mail address or a page, or none."""
    name = {"name": "Who runs this site"}
    return name | ({"email" if "://" not in contact else "url": contact} if contact else {})


def _statuses(path: str, names: set[str]) -> Iterator[int]:
    if not path.startswith(_API):
        yield from (400, 500)
        return
    yield from (400, 401, 414, 429, 500, 503)
    if _FORMAT in names:
        yield 406


def _without_null(parameter: Json) -> None:
    """That a parameter may be left out is said by `required`: nobody can send null in an address."""
    schema = parameter["schema"]
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"]
        parameter["schema"] = choices[0] | schema


def _suffixes(path: str, operation: Json) -> str:
    """How the same address is asked for in another format."""
    offered = [KINDS[name].suffix for name in describing_formats.offered(operation)]
    return (
        f"Formats: `format=`, or behind the address as in `{path}.csv`: {', '.join(f'`{each}`' for each in offered)}."
    )


def _with_example(parameter: Json) -> None:
    """One value that can be sent as it is: the route's own, or what the schema tells."""
    schema: Json = parameter["schema"]
    known = [*schema.get("examples", ()), *schema.get("enum", ())]
    known += [schema[name] for name in ("const", "default") if name in schema]
    known += [_OF_NAME[name] for name in (parameter["name"],) if name in _OF_NAME]
    if known:
        parameter.setdefault("example", known[0])


def _problem(status: int, description: str, name: str, detail: str, hint: str) -> Json:
    kind = next(each for each in problems.kinds() if each.name == name)
    shown = {
        "type": problems.type_of(kind),
        "title": kind.title,
        "status": status,
        "detail": detail,
        "instance": _INSTANCE,
        "hint": hint,
        **({"parameter": "stations"} if status == 400 else {}),
        "request_id": _ID,
    }
    return {
        "description": description,
        "headers": describing_headers.of_problem(str(status)),
        "content": {problems.MEDIA_TYPE: {"schema": _PROBLEM, "example": shown}},
    }
