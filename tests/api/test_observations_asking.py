"""How a question is written: every parameter, what of it is understood, what is refused and why. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from plietsch.api import cursors, errors
from plietsch.api.observations import asking, meaning
from plietsch.api.observations.asking import Asked
from plietsch.api.observations.question import Question
from plietsch.platform import methods

NOW = datetime(2026, 5, 31, 12, 30, tzinfo=UTC)
SPAN = {"start": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"}


def read(**asked: Any) -> Question:
    return asking.read(Asked(**asked), NOW)


def _cursor() -> str:
    """Of a page of SPAN."""
    return parse_qs(asking.written(read(**SPAN, limit=5), cursors.Key(NOW, "a", "b", 1)))["cursor"][0]


@pytest.mark.parametrize(
    ("last", "start"),
    [
        ("90min", NOW - timedelta(minutes=90)),
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("4w", NOW - timedelta(weeks=4)),
        ("1mo", datetime(2026, 4, 30, 12, 30, tzinfo=UTC)),
        ("3mo", datetime(2026, 2, 28, 12, 30, tzinfo=UTC)),
        ("12mo", datetime(2025, 5, 31, 12, 30, tzinfo=UTC)),
        ("2y", datetime(2024, 5, 31, 12, 30, tzinfo=UTC)),
    ],
)
def test_last_is_a_span(last: str, start: datetime):
    question = read(last=last)
    assert (question.start, question.end, question.newest) == (start, NOW, None)


def test_last_ends_where_to_says_and_months_are_those_of_the_zone():
    # Midnight in Berlin, two hours before that of UTC in summer, one in winter.
    assert read(last="3mo", to="2026-04-30T22:00:00Z", tz="Europe/Berlin").start == datetime(
        2026, 1, 31, 23, tzinfo=UTC
    )


def test_last_is_a_number_of_values():
    question = read(last="100")
    assert (question.newest, question.end) == (100, NOW)


@pytest.mark.parametrize(
    ("asked", "flags"),
    [
        ({}, (1, 2, 3, 4, 9)),
        ({"layout": "wide"}, (1, 2, 3)),
        ({"resolution": "1h"}, (1, 2)),
        ({"resolution": "1h", "layout": "wide"}, (1, 2)),
        ({"quality": "good"}, (1,)),
        ({"quality": "usable", "resolution": "1d"}, (1, 2, 3)),
        ({"quality": "all"}, (1, 2, 3, 4, 9)),
        ({"quality": "4,1,4"}, (1, 4)),
    ],
)
def test_which_flags_count(asked: dict[str, Any], flags: tuple[int, ...]):
    assert read(**asked).flags == flags


def test_all_methods_are_all_there_are():
    assert set(read(methods=["raw", "all"]).methods) == set(methods.ALL)


@pytest.mark.parametrize(
    ("asked", "parameter", "said"),
    [
        ({"last": "7"}, None, ""),
        ({"last": "0"}, "last", "neither a span nor a number"),
        ({"last": "0d"}, "last", "neither a span nor a number"),
        ({"last": "-7d"}, "last", "last=24h"),
        ({"last": "7 days"}, "last", "min, h, d, w, mo or y"),
        ({"last": ""}, "last", "neither"),
        ({"last": "٧d"}, "last", "neither"),
        ({"last": "10001"}, "last", "more than 10000"),
        ({"last": "999999y"}, "last", "so long ago"),
        ({"last": "999999w"}, "last", "so long ago"),
        ({"last": "7d", "start": "2026-05-01T00:00:00Z"}, "last", "from and last both"),
        ({"last": "7d", "to": "tomorrow"}, "to", "is not a time"),
        ({"tz": "Berlin"}, "tz", "Europe/Berlin"),
        ({"tz": ""}, "tz", "no time zone"),
        ({"tz": "../../etc/passwd"}, "tz", "no time zone"),
        ({"tz": "localtime"}, "tz", "no time zone"),
        ({"tz": "Factory"}, "tz", "no time zone"),
        ({"tz": "+02:00"}, "tz", "IANA"),
        ({"quality": ""}, "quality", "neither a name nor flags"),
        ({"quality": "bad"}, "quality", "quality=good"),
        ({"quality": "1,5"}, "quality", "9 missing"),
        ({"quality": "1 2"}, "quality", "quality=1,2"),
        ({"methods": ["kappa"]}, "method", "kappa-koehler/1"),
        ({"statistic": "min"}, "statistic", "layout=wide"),
        ({"statistic": "min", "layout": "wide"}, "statistic", "resolution"),
        ({"statistic": "min", "resolution": "1h"}, "statistic", "layout=wide"),
        ({"cursor": "abc", "limit": 10}, "cursor", "not made here"),
        ({**SPAN, "cursor": _cursor()}, "cursor", "no limit"),
        ({**SPAN, "cursor": _cursor(), "limit": 5, "stations": ["b"]}, "cursor", "another question's"),
        ({"start": "2026-06-01T00:00:00Z"}, "from", "is not before to"),
    ],
)
def test_what_cannot_be_used_says_what_can(asked: dict[str, Any], parameter: str | None, said: str):
    if parameter is None:
        assert read(**asked)
        return
    with pytest.raises(errors.ParameterInvalid) as caught:
        read(**asked)
    assert caught.value.parameter == parameter
    assert said in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "asked",
    [
        {"start": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00.000001Z"},
        {"last": "7d", "resolution": "1mo", "tz": "America/St_Johns"},
        {"last": "250", "stations": ["b", "a"], "properties": ["pm10"], "regions": ["flensburg"]},
        {"methods": ["raw", "kappa-koehler/1"], "quality": "1,3", "resolution": "10m", "layout": "wide"},
        {"resolution": "1h", "layout": "wide", "statistic": "max"},
    ],
)
def test_the_next_page_asks_the_same(asked: dict[str, Any]):
    """Bound to the moment at which the first page was asked for."""
    key = cursors.Key(NOW, "harbour", "pm10", 7)
    question = read(**asked, limit=5)
    said = parse_qs(asking.written(question, key))
    names = {"station": "stations", "property": "properties", "method": "methods", "region": "regions", "from": "start"}
    several = {"station", "property", "method", "region"}
    again = {names.get(name, name): values if name in several else values[0] for name, values in said.items()}
    later = asking.read(Asked(**{**again, "limit": int(said["limit"][0])}), NOW + timedelta(days=40))
    assert later.after == key
    assert {name: getattr(later, name) for name in Question.__struct_fields__ if name != "after"} == {
        name: getattr(question, name) for name in Question.__struct_fields__ if name != "after"
    }


def test_what_no_span_was_asked_for_is_not_called_by_one():
    asked = read(last="3", to="2026-11-21T12:00:00Z")
    assert meaning.title(asked, []) == "Observations, newest 3 of each series until 2026-11-21T12:00:00Z"
    assert meaning.label(asked, []) == "newest-3-2026-11-21"
    assert meaning.begins(asked) is None
    spanned = read(last="24h", to="2026-11-21T12:00:00Z")
    assert meaning.label(spanned, []) == "2026-11-20"
    assert meaning.begins(spanned) == spanned.start
