"""Streams: the series of a station, and the quantities that its page shows of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.platform import sql
from plietsch.platform.methods import RAW

_QUERIES = sql.load("plietsch.dashboards.station", "station.sql")

TIPS = "rain_tips"
FALLEN = "rain"


class Stream(NamedTuple):
    """A series: its property and method, the instrument, whether it is fed now and what is meant by its property."""

    id: int
    property: str
    method: str
    model: str
    manufacturer: str
    is_fed: bool
    is_default: bool


async def of(connection: AsyncConnection[Any], station: str) -> list[Stream]:
    """The series of a station, of devices that are or were installed."""
    async with connection.cursor(row_factory=class_row(Stream)) as cursor:
        await cursor.execute(_QUERIES["streams"], {"station": station})
        return await cursor.fetchall()


def shown(streams: Sequence[Stream]) -> list[str]:
    """The codes of the quantities that a page shows, in their order: rain in millimetres instead of tips, if known."""
    measured = {each.property for each in streams if each.is_fed}
    return [code for code in QUANTITIES if code in measured and (code != TIPS or RAIN not in measured)]


def drawn(codes: Sequence[str]) -> list[str]:
    """Those of some quantities of which there is a course: classes and directions have none."""
    return [code for code in codes if QUANTITIES[code].has_course and not QUANTITIES[code].of_hour]


def lines(streams: Sequence[Stream], code: str) -> dict[str, list[Stream]]:
    """The series of a property by method, the raw one first; of several instruments one after another, all of them."""
    found: dict[str, list[Stream]] = {}
    for each in sorted(streams, key=lambda each: (each.method != RAW, each.method, each.id)):
        if each.property == code:
            found.setdefault(each.method, []).append(each)
    return found


def source_of(code: str) -> str:
    """The property whose values a quantity's course is made of: its own, and of rain in an hour what fell each time."""
    return FALLEN if code == RAIN else code
