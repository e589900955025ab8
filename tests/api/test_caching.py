"""Who may keep an answer for how long, and who has it already."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from plietsch.api import caching

NOW = datetime(2026, 5, 3, 12, 0, 0, 250_000, tzinfo=UTC)


def asked(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw})


@pytest.mark.parametrize(
    ("end", "step", "bound", "said"),
    [
        (NOW - timedelta(days=1), "5m", False, "public, max-age=86400, stale-if-error=604800"),
        (NOW - timedelta(days=1), "5m", True, "public, max-age=86400, stale-if-error=604800, immutable"),
        (NOW - timedelta(hours=23), "5m", True, "public, max-age=5"),
        (NOW, "5m", False, "public, max-age=5"),
        (NOW + timedelta(days=9), "1s", False, "public, max-age=1"),
        (NOW, "1h", False, "public, max-age=60"),
        (NOW, "30d", False, "public, max-age=60"),
    ],
)
def test_what_is_over_is_kept_for_a_day_and_what_is_not_for_a_minute_at_most(
    end: datetime, step: str, bound: bool, said: str
):
    seconds = int(step[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[step[-1]]
    assert caching.of_span(end, NOW, step=timedelta(seconds=seconds), bound=bound) == said


@given(st.lists(st.text()), st.lists(st.text()))
def test_other_parts_have_another_tag(one: list[str], other: list[str]):
    assert (caching.tag(*one) == caching.tag(*other)) == (one == other)


@pytest.mark.parametrize("shown", ["{}", "*", '"other", {}', '{}, W/"x"', "strong"])
def test_a_tag_that_is_known_is_answered_without_a_body(shown: str):
    etag = caching.tag(b"body")
    shown = etag.removeprefix("W/") if shown == "strong" else shown.format(etag)
    answer = caching.respond(
        asked(if_none_match=shown), b"body", "text/plain", caching.BRIEF, vary=["Accept"], also={"X-Other": "1"}
    )
    assert (answer.status_code, answer.body) == (304, b"")
    assert {
        name: answer.headers.get(name) for name in ("etag", "cache-control", "vary", "x-other", "content-type")
    } == {
        "etag": etag,
        "cache-control": "public, max-age=1",
        "vary": "Accept",
        "x-other": None,
        "content-type": None,
    }


@pytest.mark.parametrize("headers", [{}, {"if_none_match": '"other"'}, {"if_none_match": ""}])
def test_who_does_not_have_it_gets_it(headers: dict[str, str]):
    answer = caching.respond(asked(**headers), b"body", "text/plain", caching.BRIEF, also={"X-Other": "1"})
    assert (answer.status_code, answer.body, answer.headers["x-other"]) == (200, b"body", "1")
    assert answer.headers["etag"] == caching.tag(b"body")


@pytest.mark.parametrize("tag", [{}, {"if_none_match": '"other"'}])
def test_a_time_of_change_is_told_and_says_not_which_answer_somebody_has(tag: dict[str, str]):
    later = asked(if_modified_since="Mon, 04 May 2026 12:00:00 GMT", **tag)
    answer = caching.respond(later, b"body", "text/plain", caching.BRIEF, modified=NOW)
    assert (answer.status_code, answer.headers["last-modified"]) == (200, "Sun, 03 May 2026 12:00:00 GMT")


def test_a_stream_that_is_known_need_not_begin():
    found = caching.headers(caching.BRIEF, etag=caching.tag("question", "position"))
    assert caching.unchanged(asked(if_none_match=found["ETag"]), found)
    assert not caching.unchanged(asked(), found)
