"""Which format is asked for, and how the answer says so."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from api.tables import EMPTY, NOON, PLACES, ROW, SCHEMA, batches, table
from fastapi import FastAPI, Path, Query, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from plietsch.api import errors, formats, problems
from plietsch.api.formats import negotiation, suffixes
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY


async def _breaking(after: int) -> AsyncIterator[pa.RecordBatch]:
    for _ in range(after):
        yield batches([ROW])[0]
    raise errors.StationUnknown("nowhere")


def _app() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    app.add_middleware(formats.Suffixes)

    @app.get("/api/v1/observations", dependencies=[KNOWN_PARAMETERS_ONLY])
    async def observations(
        request: Request,
        limit: Annotated[int, Query()] = 1,
        station: Annotated[list[str] | None, Query()] = None,
        format_: formats.Format = None,
    ) -> Response:
        rows = table([ROW, EMPTY][:limit], label="2026-05-01", title="What was measured", before={"complete_to": "5-7"})
        return await formats.respond(request, rows, headers={"Plietsch-Complete-To": "5-7", "Link": '<n>; rel="next"'})

    @app.get("/api/v1/stations/{code}", dependencies=[KNOWN_PARAMETERS_ONLY])
    async def station(request: Request, code: Annotated[str, Path()], format_: formats.GeoFormat = None) -> Response:
        rows = table([{"code": code, "longitude": 9.4, "latitude": 54.8, "since": NOON}], schema=PLACES)
        return await formats.respond(request, rows)

    @app.get("/api/v1/breaking")
    async def breaking(request: Request, after: Annotated[int, Query()], format_: formats.Format = None) -> Response:
        return await formats.respond(request, formats.Table("observations", SCHEMA, _breaking(after)))

    @app.get("/api/v1/live", dependencies=[KNOWN_PARAMETERS_ONLY])
    async def live() -> str:
        return "live"

    return app


class _Asked:
    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(_app(), raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://plietsch.example")

    def __call__(self, url: str, accept: str | None = None) -> httpx.Response:
        headers = {} if accept is None else {"Accept": accept}
        return self._runner.run(self._http.get(f"/api/v1/{url}", headers=headers))

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()


@pytest.fixture(scope="module")
def asked() -> Iterator[_Asked]:
    asked = _Asked()
    yield asked
    asked.close()


_CSV = "text/csv; charset=utf-8; header=present"
_MEDIA_TYPES = {
    "json": ("application/json", ".json"),
    "ndjson": ("application/x-ndjson", ".ndjson"),
    "csv": (_CSV, ".csv"),
    "excel": (_CSV, ".excel.csv"),
    "parquet": ("application/vnd.apache.parquet", ".parquet"),
    "arrow": ("application/vnd.apache.arrow.stream", ".arrow"),
    "metadata": ("application/json", ".metadata.json"),
}


@pytest.mark.parametrize("name", _MEDIA_TYPES)
def test_a_format_is_asked_for_by_parameter_or_suffix(asked: _Asked, name: str):
    media_type, suffix = _MEDIA_TYPES[name]
    by_parameter, by_suffix = asked(f"observations?format={name}"), asked(f"observations{suffix}?limit=1")
    if name not in ("metadata", "parquet", "arrow"):  # which say when they were asked for
        assert by_parameter.content == by_suffix.content != b""
    for answer in (by_parameter, by_suffix):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert f'filename="plietsch-observations-2026-05-01{suffix}"' in answer.headers["content-disposition"]
        # The address says it all: a cache need not look at Accept.
        assert "vary" not in answer.headers
        assert answer.headers["plietsch-complete-to"] == "5-7"


def test_each_counts_for_more_than_the_next(asked: _Asked):
    assert asked("observations.csv?format=ndjson").headers["content-type"] == "application/x-ndjson"
    assert asked("observations.csv", "application/json").headers["content-type"] == _CSV
    assert asked("observations?format=csv", "application/json").headers["content-type"] == _CSV


_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("", "application/json"),
        ("nonsense", "application/json"),
        (_BROWSER, "application/json"),
        ("text/csv", _CSV),
        ("TEXT/CSV", _CSV),
        ("text/*", _CSV),
        ("text/csv, application/json", "application/json"),
        ("text/csv, application/json;q=0.9", _CSV),
        ("text/csv;q=0.5, application/x-ndjson;q=0.7", "application/x-ndjson"),
        ("application/json;q=0, */*", "application/x-ndjson"),
        ("*/*;q=0.1, text/csv;q=0.2", _CSV),
        ("text/csv; header=present; q=0.3, application/json; q=0.2", _CSV),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
        ("text/csv;q=nonsense", _CSV),
        ("text/html, text/csv;q=2", _CSV),
    ],
)
def test_accept_counts_as_rfc_9110_says(asked: _Asked, accept: str | None, media_type: str):
    answer = asked("observations", accept)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    "accept", ["text/html", "text/csv;q=0", "image/*", "*/*;q=0", "text/html;q=1, application/json;q=0.000"]
)
def test_what_nobody_can_answer_is_a_problem_that_names_what_there_is(asked: _Asked, accept: str):
    answer = asked("observations", accept)
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert "text/csv" in answer.json()["detail"]
    assert "format=csv" in answer.json()["hint"]


@pytest.mark.parametrize("url", ["observations?format=xml", "observations.geojson", "observations?format=geojson"])
def test_a_format_that_an_address_does_not_have_is_a_problem_that_names_those_it_has(asked: _Asked, url: str):
    problem = asked(url).json()
    assert (problem["status"], problem["parameter"]) == (400, "format")
    for name in _MEDIA_TYPES:
        assert name in problem["hint"]


def test_an_address_with_one_format_takes_no_suffix(asked: _Asked):
    assert asked("live").status_code == 200
    problem = asked("live.csv").json()
    assert (problem["status"], problem["parameter"]) == (400, "format")


def test_only_an_address_takes_a_suffix(asked: _Asked):
    assert asked("openapi.json").status_code == 404
    assert asked(".csv").status_code == 404
    assert asked("observations.csv.json").status_code == 400


def test_a_code_may_end_like_a_suffix_begins(asked: _Asked):
    said = asked("stations/flensburg-metadata.geojson").json()
    assert said["features"][0]["id"] == "flensburg-metadata"
    assert asked("stations/a%2Db.json").json()["observations"][0]["code"] == "a-b"


def test_the_answer_names_its_metadata(asked: _Asked):
    links = asked("observations.csv?limit=2").headers["link"]
    assert links.startswith('<n>; rel="next", <')
    assert '<http://plietsch.example/api/v1/observations.metadata.json?limit=2>; rel="describedby"' in links
    assert "describedby" not in asked(f"observations.csv?limit=2&limit={'1' * 2000}").headers.get("link", "")


def test_a_file_says_where_it_is_from(asked: _Asked):
    for name, schema_of in (("parquet", pq.read_schema), ("arrow", pa.ipc.read_schema)):
        said = schema_of(pa.BufferReader(asked(f"observations.{name}?limit=2").content)).metadata
        assert said[b"source"] == b"http://plietsch.example/api/v1/observations?limit=2"
        assert (said[b"title"], said[b"complete_to"]) == (b"What was measured", b"5-7")
        assert datetime.fromisoformat(said[b"accessed_at"].decode()) <= datetime.now(UTC)


def test_the_metadata_lead_to_every_format(asked: _Asked):
    said = asked("stations/harbour.metadata.json?format=metadata").json()
    assert said["address"] == "http://plietsch.example/api/v1/stations/harbour"
    assert [each["format"] for each in said["formats"]] == list(formats.GEO)
    for each in said["formats"]:
        answer = asked(each["href"].removeprefix("http://plietsch.example/api/v1/"))
        assert answer.headers["content-type"].startswith(each["media_type"])


def test_the_address_is_the_one_that_was_asked_for():
    scope: dict[str, Any] = {
        "type": "http", "path": "/api/v1/observations.csv", "query_string": b"limit=1", "headers": [],
        "server": ("plietsch.example", 80), "scheme": "http",
    }  # fmt: skip
    request = Request(suffixes.without_suffix(scope))
    assert request.url.path == "/api/v1/observations"
    assert str(formats.address(request)) == "http://plietsch.example/api/v1/observations.csv?limit=1"


def test_an_error_before_the_first_rows_is_a_problem(asked: _Asked):
    for name in ("json", "csv", "parquet"):
        answer = asked(f"breaking?after=0&format={name}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_later_error_breaks_the_body_off():
    """Nobody takes half an answer for a whole one: the connection ends without the body's end."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/api/v1/breaking", "query_string": b"after=2&format=csv",
        "headers": [], "server": ("plietsch.example", 80), "scheme": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    with pytest.raises(RuntimeError, match="response already started"):
        asyncio.run(_app()(scope, receive, send))
    assert sent[0]["status"] == 200
    assert all(message.get("more_body") for message in sent[1:])


@given(st.text(max_size=60))
def test_no_header_is_an_error_of_ours(header: str):
    request = Request(
        {"type": "http", "headers": [(b"accept", header.encode("latin-1", "replace"))], "query_string": b""}
    )
    try:
        assert negotiation.asked(request, formats.FLAT) in formats.FLAT
    except errors.NotAcceptable as error:
        assert "json" in error.hint


def test_a_parameter_that_may_be_given_once_is_not_given_twice(asked: _Asked):
    problem = asked("observations?limit=1&limit=2")
    assert (problem.status_code, problem.json()["parameter"]) == (400, "limit")
    assert "may be given once" in problem.json()["detail"]
    assert asked("observations?station=a&station=b").status_code == 200


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("observations.xml", "csv, excel, parquet"),
        ("observations.xml.csv", "csv, excel, parquet"),
        ("stations/harbour.pdf", "geojson"),
        ("openapi.json.csv", "one format only"),
        ("live.csv", "one format only"),
        ("live.xml", "one format only"),
    ],
)
def test_a_suffix_that_an_address_has_not_is_a_problem_that_names_those_it_has(asked: _Asked, url: str, said: str):
    problem = asked(url)
    assert (problem.status_code, problem.json()["type"]) == (400, "/developers#problem-format-unavailable")
    assert said in problem.json()["hint"]


@pytest.mark.parametrize("url", ["nothing.xml", "nothing.csv", "observations/x.csv", "observations.xml/"])
def test_no_suffix_makes_an_address_known(asked: _Asked, url: str):
    assert asked(url).status_code == 404


def test_files_have_good_names(asked: _Asked):
    named = asked("stations/harbour.csv").headers["content-disposition"]
    assert named.startswith('attachment; filename="plietsch-observations-20')
    assert asked("observations.json").headers["content-disposition"].startswith("inline; ")
    assert json.loads(asked("observations.json").content)
