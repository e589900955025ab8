"""A page's address with a suffix, as the address of the API whose answer holds what the page shows.

`/de/stations/x.csv` is the station, `/de/stations/x.csv?property=pm2_5&span=week` the values of its chart,
`/de/compare.csv?station=x&station=y&…` those of a comparison, and `…/stations/x/chart.csv?…` those of a picture.
The API's routes answer all of them: there is one way to values. A comparison and a picture are read by what reads them
for the page: its stations, its one quantity and its time are those of the values, whatever the address asks for.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from plietsch.api.errors import ParameterInvalid
from plietsch.api.formats.kinds import KINDS
from plietsch.dashboards.compare import asked as comparisons
from plietsch.dashboards.compare import steps
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.picture import asked as pictures
from plietsch.dashboards.station import page, streams
from plietsch.dashboards.station.spans import SPANS, Step, Window
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
# What a comparison and a picture are asked for; other parameters are the API's own.
_READ = frozenset({"station", "property", "last", "from", "to", "method"})
_TIME = frozenset({"last", "from", "to"})
_UTC = ZoneInfo("UTC")

Pairs = list[tuple[str, str]]
# As of a present, in a zone: from when until when whole days are shown.
Days = Callable[[datetime, ZoneInfo], Window]


class Address(NamedTuple):
    """A path and a query string."""

    path: str
    query: str


class Daily(NamedTuple):
    """Days of values: those of the station's zone, as many as its page shows. `address` is where days of UTC are."""

    address: Address
    station: str
    days: Days

    def within(self, now: datetime, zone: ZoneInfo) -> Address:
        """Where they are, as of a present."""
        since, until = self.days(now, zone)
        others = [pair for pair in parse_qsl(self.address.query) if pair[0] not in _TIME]
        query = [*others, ("from", page.utc(since)), ("to", page.utc(until)), ("tz", zone.key)]
        return Address(self.address.path, urlencode(query))


class Values(NamedTuple):
    """The values of one quantity of some stations; of None, that which the page shows first of what these measure."""

    suffix: str
    stations: tuple[str, ...]
    code: str | None
    others: Pairs
    step: Step
    days: Days

    @property
    def found(self) -> Address | Daily:
        """Where they are."""
        quantity = [] if self.code is None else [("property", self.code)]
        pairs = [*(("station", code) for code in self.stations), *quantity, *self.others]
        return _in_steps(self.suffix, pairs, self.step, self.days)


def rewritten(path: str, query: str) -> Address | Daily | Values | None:
    """Where the values of a page are: of `Daily` and `Values`, more is to be known; None for what is no page's address
    with a suffix.

    Raises api.errors.ParameterInvalid for a time of which there is no picture, and a comparison without a station.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    if found := _STATION.fullmatch(path):
        if not {"property", "span"} & {name for name, _ in pairs}:
            return Address(f"/api/v1/stations/{found['code']}{found['suffix']}", query)
        return _of_span(found["suffix"], found["code"], pairs)
    if found := _PICTURE.fullmatch(path):
        plain = [(name, value) for name, value in pairs if name not in _LOOKS]
        return _pictured(found["suffix"], found["code"], plain)
    if found := _COMPARISON.fullmatch(path):
        return _compared(found["suffix"], pairs)
    return None


def _pictured(suffix: str, station: str, pairs: Pairs) -> Values:
    given = dict(pairs)
    last, start, to = (given.get(name) for name in ("last", "from", "to"))
    now = pictures.now()
    time = pictures.time(last, start, to, now)
    others = [(name, value) for name, value in pairs if name not in ("station", "property")]
    step = time.interval(now, _UTC).steps[0]
    return Values(suffix, (station,), given.get("property"), [*others, *_usual(others)], step, partial(_days, time))


def _compared(suffix: str, pairs: Pairs) -> Values:
    given = dict(pairs)
    stations, codes, methods = (
        [value for name, value in pairs if name == each] for each in ("station", "property", "method")
    )
    last, start, to = (given.get(name) for name in ("last", "from", "to"))
    compared, time = comparisons.comparison(stations, codes, last, start, to, methods)
    if not compared.stations:
        hint = "Name one or several, as in station=flensburg-suedermarkt: GET /api/v1/stations lists them."
        raise ParameterInvalid("station", "Without a station there is nothing to compare.", hint)
    understood = [(name, value) for name, value in compared.query if name not in ("station", "property")]
    others = [(name, value) for name, value in pairs if name not in _READ]
    step = steps.of(time.interval(pictures.now(), _UTC).length)
    asked = [*understood, *_usual(understood), *others]
    return Values(suffix, compared.stations, compared.code, asked, step, partial(_days, time))


def _days(time: pictures.Time, now: datetime, zone: ZoneInfo) -> Window:
    return time.interval(now, zone).window("1d", now, zone)


def _usual(pairs: Pairs) -> Pairs:
    """The time that is shown where none is given."""
    is_given = any(value for name, value in pairs if name in _TIME)
    return [] if is_given else [("last", pictures.DEFAULT_LAST)]


def _observations(suffix: str, pairs: Iterable[tuple[str, str]]) -> Address:
    some = [(name, streams.source_of(value) if name == "property" else value) for name, value in pairs]
    return Address(f"/api/v1/observations{suffix}", urlencode([*some, *_beside(some)]))


def _beside(pairs: Pairs) -> Pairs:
    """Of a single station, raw and corrected side by side, as its chart shows them."""
    named = [name for name, _ in pairs]
    one_station = named.count("station") == 1
    return [("method", "all")] if one_station and "property" in named and "method" not in named else []


def _of_span(suffix: str, station: str, pairs: Pairs) -> Address | Daily:
    """A station's page: its span is a day unless it says otherwise. What it does not know is handed on."""
    span = next((value for name, value in pairs if name == "span"), "day")
    if span not in SPANS:
        return _observations(suffix, [("station", station), *pairs])
    others = [(name, value) for name, value in pairs if name != "span"]
    asked = [("station", station), *others, ("last", LAST[span])]
    return _in_steps(suffix, asked, SPANS[span].steps[0], partial(SPANS[span].window, "1d"))


def _in_steps(suffix: str, pairs: Pairs, step: Step, days: Days) -> Address | Daily:
    """What is longer, in its steps; sums are made of what fell each time, and who names a resolution gets that."""
    named = {name for name, _ in pairs}
    codes = [value for name, value in pairs if name == "property"]
    if step == "raw" or RAIN in codes or streams.FALLEN in codes or "resolution" in named:
        return _observations(suffix, pairs)
    address = _observations(suffix, [*pairs, ("resolution", step)])
    station = next(value for name, value in pairs if name == "station")
    return Daily(address, station, days) if step == "1d" and "tz" not in named else address
