"""What the calendar says: nights of which everybody knows what they do to the air. Pure.

New Year's Eve: from 31 December, 18:00 to 1 January, 06:00, by the clocks of the region, for particles. Fireworks of
one night raise fine dust many times over: the German Environment Agency (Umweltbundesamt, "Feinstaub durch
Silvesterfeuerwerk") finds hourly means of PM10 of some 1000 µg/m³ in the first hour of the year, and by the morning
what is usual where wind blows. The span begins with the first rockets of the evening.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plietsch.api.annotations import texts
from plietsch.api.annotations.model import Annotation, Span

NEW_YEARS_EVE = "new-years-eve"
PARTICLES = ("pm1", "pm10", "pm2_5", "pm4")
_SOURCE = "calendar"
_BEGINS_AT, _ENDS_AT = 18, 6
# Those of which there are, or will be, measurements: nobody asks for ten thousand nights but by mistake.
FIRST_YEAR, LAST_YEAR = 1970, 2099


def new_years_eve(year: int, zone: ZoneInfo) -> Span:
    """The night in which a year ends, in a zone."""
    begins = datetime(year, 12, 31, _BEGINS_AT, tzinfo=zone)
    ends = datetime(year + 1, 1, 1, _ENDS_AT, tzinfo=zone)
    return Span(begins.astimezone(UTC), ends.astimezone(UTC))


def nights(regions: Sequence[tuple[str, ZoneInfo]], start: datetime, end: datetime) -> Iterator[Annotation]:
    """The New Year's Eves of some regions that touch a span, of 1970 to 2099."""
    for code, zone in regions:
        for year in range(max(start.year - 1, FIRST_YEAR), min(end.year, LAST_YEAR) + 1):
            during = new_years_eve(year, zone)
            if during.touches(start, end):
                yield Annotation(
                    NEW_YEARS_EVE, "calendar", during, texts.NEW_YEARS_EVE, _SOURCE, region=code, properties=PARTICLES
                )
