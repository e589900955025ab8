"""Notes: what a reader of a time must know, from the API's annotations: under the chart, and in the station's past."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from psycopg import AsyncConnection

from plietsch.api.annotations import listing
from plietsch.api.annotations.listing import Question
from plietsch.api.annotations.model import Annotation
from plietsch.api.listings.filters import Chosen
from plietsch.dashboards.station import streams
from plietsch.dashboards.station.course import Course
from plietsch.dashboards.station.past import Event
from plietsch.dashboards.texts import Texts

# Before anything was measured.
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
# More nobody reads.
_MOST = 1000
_MOST_SHOWN = 20
# What deployments say the page says itself.
_ELSEWHERE = "deployment"


async def of(connection: AsyncConnection[Any], station: str, until: datetime) -> list[Annotation]:
    """What is known of a station's times up to a moment from the calendar and from who entered it, in their order."""
    question = Question(_FIRST, until, Chosen((station,)), (), _MOST, None)
    found = (await listing.page(connection, question)).rows
    return [each for each in found if each.origin != _ELSEWHERE]


def under(known: Sequence[Annotation], went: Course, texts: Texts, zone: tzinfo) -> list[Event]:
    """What touches a course's time and is of its quantity, the newest first."""
    own = (went.code, streams.source_of(went.code))
    found = [each for each in known if each.during.touches(*went.window) and each.is_about(own, ())]
    return [_event(each, texts, zone, has_clock=True) for each in reversed(found)][:_MOST_SHOWN]


def past(known: Sequence[Annotation], station: str, texts: Texts, zone: tzinfo) -> list[Event]:
    """What was entered of the station itself and has a beginning."""
    own = (each for each in known if each.station == station and each.during.start)
    return [_event(each, texts, zone, has_clock=False) for each in own]


def _event(each: Annotation, texts: Texts, zone: tzinfo, *, has_clock: bool) -> Event:
    start, end = each.during
    ends = dict.fromkeys(moment for moment in (start, end) if moment is not None)
    say = texts.day_and_clock if has_clock else texts.day
    said = " – ".join(dict.fromkeys(say(moment, zone) for moment in ends))
    begun = start or end
    return Event(said, begun.astimezone(zone).date().isoformat() if begun else "", _text(each.text, texts.language))


def _text(text: Mapping[str, str], language: str) -> str:
    """In a language, or in the first that it was written in."""
    return text.get(language) or next(iter(text.values()), "")
