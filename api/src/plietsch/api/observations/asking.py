"""A question as it is written into an address, read. Errors say what is allowed, and how it is written. Pure."""

import re
from datetime import datetime
from functools import cache
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from msgspec import structs

from plietsch.api import cursors, errors, parameters
from plietsch.api.observations import last as lasts
from plietsch.api.observations import question
from plietsch.api.observations.buckets import FIRST, Resolution
from plietsch.api.observations.question import Layout, Question, Statistic
from plietsch.platform import methods

# What lists of zones have besides: the machine's own, and what stands for none.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
# All methods that a property has, side by side.
ALL_METHODS = "all"
_QUALITIES = {"good": question.GOOD, "usable": question.USABLE, "all": question.ALL}
_FLAGS = re.compile(r"[12349](,[12349])*", re.ASCII)
_QUALITY_HINT = (
    "Write quality=good (1), quality=usable (1, 2 and 3), quality=all, or flags, as in quality=1,2: 1 good,"
    " 2 not evaluated, 3 suspect, 4 fail, 9 missing."
)
_TZ_HINT = "Write the name of a zone of the IANA database, as in tz=Europe/Berlin or tz=UTC."


class Asked(NamedTuple):
    """The parameters as they were written; None and nothing where they were not."""

    stations: list[str] | None = None
    properties: list[str] | None = None
    methods: list[str] | None = None
    regions: list[str] | None = None
    start: str | None = None
    to: str | None = None
    last: str | None = None
    resolution: Resolution = "raw"
    tz: str | None = None
    quality: str | None = None
    layout: Layout = "long"
    statistic: Statistic | None = None
    limit: int | None = None
    cursor: str | None = None
    at: str | None = None


def read(asked: Asked, now: datetime) -> Question:
    """The question. Raises errors.ParameterInvalid."""
    zone = time_zone(asked.tz)
    start, end, newest = _span(asked, zone, now)
    if asked.statistic is not None and (asked.layout == "long" or asked.resolution == "raw"):
        hint = "Leave it out, or add layout=wide and a resolution: with layout=long every row has all of them."
        raise errors.ParameterInvalid("statistic", "A statistic is chosen for a wide table of aggregates only.", hint)
    asked_for = Question(
        start,
        end,
        _several(asked.stations),
        _several(asked.properties),
        _methods(asked.methods),
        _several(asked.regions),
        asked.resolution,
        zone.key,
        _flags(asked),
        asked.layout,
        asked.statistic or "mean",
        newest,
        asked.limit,
    )
    return asked_for if asked.cursor is None else structs.replace(asked_for, after=_after(asked.cursor, asked_for))


def _after(cursor: str, asked: Question) -> cursors.Key:
    """Where the page before ended. Raises errors.ParameterInvalid."""
    after = cursors.decode(cursor, _written(asked))
    if asked.limit is None:
        hint = "Follow the “next” link of the page before as it is, or leave the cursor out to begin anew."
        raise errors.ParameterInvalid("cursor", "A cursor belongs to pages: there is no limit beside it.", hint)
    return after


def written(asked: Question, after: cursors.Key) -> str:
    """The same question as the query of an address, with its span as it was understood, from a key on."""
    question = _written(asked)
    return f"{question}&{urlencode({'limit': asked.limit, 'cursor': cursors.encode(after, question)})}"


def _written(asked: Question) -> str:
    """What is asked for, however much of it a page holds. Cursors are bound to this text: what is added to it later is
    left out where it is not given, so that they stay valid."""
    query = [
        *(("station", code) for code in asked.stations),
        *(("property", code) for code in asked.properties),
        *(("method", method) for method in asked.methods),
        *(("region", code) for code in asked.regions),
        *([("last", str(asked.newest))] if asked.newest else [("from", written_time(asked.start))]),
        ("to", written_time(asked.end)),
        ("resolution", asked.resolution),
        *([("tz", asked.zone)] if asked.zone != "UTC" else []),
        ("quality", ",".join(map(str, asked.flags))),
        *([("layout", asked.layout)] if asked.layout != "long" else []),
        *([("statistic", asked.statistic)] if asked.statistic != "mean" else []),
    ]
    return urlencode(query, safe=":,/")


def written_time(time: datetime) -> str:
    """A moment in UTC as JSON answers write it, too."""
    return time.isoformat().replace("+00:00", "Z")


def time_zone(name: str | None) -> ZoneInfo:
    """A zone by its name; UTC where none is given. Raises errors.ParameterInvalid."""
    if name is None:
        return ZoneInfo("UTC")
    if name not in _zones():
        raise errors.ParameterInvalid("tz", f"There is no time zone {errors.shown(name)}.", _TZ_HINT)
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def _several(codes: list[str] | None) -> tuple[str, ...]:
    return tuple(sorted(set(codes or ())))


def _methods(wanted: list[str] | None) -> tuple[str, ...]:
    several = _several(wanted)
    if ALL_METHODS in several:
        return tuple(sorted(methods.ALL))
    parameters.check_methods(several)
    return several


def _span(asked: Asked, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime, int | None]:
    if asked.last is None:
        return *parameters.span(asked.start, asked.to, now), None
    if asked.start is not None:
        hint = "Leave one of the two out; to says where the span of last ends, which is now otherwise."
        raise errors.ParameterInvalid("last", "from and last both say where the span begins.", hint)
    end = parameters.time("to", asked.to) if asked.to is not None else now
    last = lasts.read(asked.last)
    if last.unit is None:
        return FIRST, end, last.number
    return last.before(end, zone), end, None


def _flags(asked: Asked) -> tuple[int, ...]:
    """Values as they were measured come with their flags, so that all may come; a wide table has no place for flags."""
    if asked.quality is None:
        if asked.resolution != "raw":
            return question.AGGREGATED
        return question.ALL if asked.layout == "long" else question.USABLE
    if asked.quality in _QUALITIES:
        return _QUALITIES[asked.quality]
    if not _FLAGS.fullmatch(asked.quality):
        message = f"quality={errors.shown(asked.quality)} is neither a name nor flags."
        raise errors.ParameterInvalid("quality", message, _QUALITY_HINT)
    return tuple(sorted({int(flag) for flag in asked.quality.split(",")}))
