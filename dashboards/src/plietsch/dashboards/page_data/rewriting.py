"""A page's address with a suffix, as the address of the API whose answer holds what the page shows.

`/de/stations/x.csv` is the station, `/de/stations/x.csv?property=pm2_5&span=week` the values of its chart,
`/de/compare.csv?station=x&station=y&…` those of a comparison, and `…/stations/x/chart.csv?…` those of a picture.
The API's routes answer all of them: there is one way to values.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from plietsch.api import parameters
from plietsch.api.errors import ParameterInvalid
from plietsch.api.formats.kinds import KINDS
from plietsch.dashboards.compare import steps
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.picture import asked
from plietsch.dashboards.station import spans, streams
from plietsch.dashboards.station.spans import SPANS, Step
from plietsch.dashboards.texts import LANGUAGES

_LANGUAGE = f"(?:{'|'.join(LANGUAGES)})"
_SUFFIX = f"(?P<suffix>{'|'.join(re.escape(kind.suffix) for kind in KINDS.values())})"
_CODE = "(?P<code>[a-z0-9][a-z0-9-]{0,62})"
_STATION = re.compile(f"/{_LANGUAGE}/stations/{_CODE}{_SUFFIX}")
_COMPARISON = re.compile(f"/{_LANGUAGE}/compare{_SUFFIX}")
_PICTURE = re.compile(f"/api/v1/stations/{_CODE}/chart{_SUFFIX}")
# How a page's span is asked for.
LAST = {"day": "24h", "week": "7d", "month": "30d", "year": "12mo"}
# What says how a picture looks, and nothing of its values.
_LOOKS = frozenset({"theme", "width", "height", "lang"})

Pairs = list[tuple[str, str]]


class Address(NamedTuple):
    """A path and a query string."""

    path: str
    query: str


def rewritten(path: str, query: str) -> Address | None:
    """Where the values of a page are; None for what is no page's address with a suffix."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if found := _STATION.fullmatch(path):
        if not {"property", "span"} & {name for name, _ in pairs}:
            return Address(f"/api/v1/stations/{found['code']}{found['suffix']}", query)
        return _observations(found["suffix"], [("station", found["code"]), *_of_span(pairs)])
    if found := _PICTURE.fullmatch(path):
        plain = [(name, value) for name, value in pairs if name not in _LOOKS]
        return _observations(found["suffix"], [("station", found["code"]), *_of_time(plain, _step_of_picture)])
    if found := _COMPARISON.fullmatch(path):
        return _observations(found["suffix"], _of_time(pairs, steps.of))
    return None


def _observations(suffix: str, pairs: Iterable[tuple[str, str]]) -> Address:
    some = [(name, streams.source_of(value) if name == "property" else value) for name, value in pairs]
    return Address(f"/api/v1/observations{suffix}", urlencode([*some, *_beside(some)]))


def _beside(pairs: Pairs) -> Pairs:
    """Of a single station, raw and corrected side by side, as its chart shows them."""
    named = [name for name, _ in pairs]
    one_station = named.count("station") == 1
    return [("method", "all")] if one_station and "property" in named and "method" not in named else []


def _of_span(pairs: Pairs) -> Pairs:
    """A station page's parameters: its span is a day unless it says otherwise. What it does not know is handed on."""
    span = next((value for name, value in pairs if name == "span"), "day")
    if span not in SPANS:
        return pairs
    others = [(name, value) for name, value in pairs if name != "span"]
    return [*others, ("last", LAST[span]), *_steps(SPANS[span].steps[0], others)]


def _of_time(pairs: Pairs, step_of: Callable[[timedelta], Step]) -> Pairs:
    """A picture's or a comparison's parameters. What cannot be read is handed on: the API says what is wrong."""
    given = dict(pairs)
    if not {"last", "from", "to"} & given.keys():
        pairs = [*pairs, ("last", asked.DEFAULT_LAST)]
    try:
        since, until = _ends(given, datetime.now(UTC))
    except ParameterInvalid:
        return pairs
    return [*pairs, *_steps(step_of(until - since), pairs)]


def _step_of_picture(length: timedelta) -> Step:
    return spans.like(length).steps[0]


def _ends(given: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    if {"from", "to"} & given.keys():
        return parameters.span(given.get("from"), given.get("to"), now)
    return now - asked.length(given.get("last", asked.DEFAULT_LAST), now), now


def _steps(step: Step, pairs: Pairs) -> Pairs:
    """The resolution of what is longer; sums are made of what fell each time, and who names one gets that."""
    codes = [value for name, value in pairs if name == "property"]
    if step not in ("1h", "1d") or RAIN in codes or streams.FALLEN in codes or "resolution" in dict(pairs):
        return []
    return [("resolution", step)]
