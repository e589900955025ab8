"""Legends: what the colours of a quantity mean, each with a number and a word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from plietsch.dashboards import scales
from plietsch.dashboards.map import stations
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.scales import Band, Scale
from plietsch.dashboards.texts import Texts

WATER_LEVEL = "water_level"


@dataclass(frozen=True)
class Entry:
    """A class as a legend shows it: its number from 1 on, its word, the values that belong to it."""

    number: int
    band: str
    word: str
    range: str


@dataclass(frozen=True)
class Legend:
    """The legend of a quantity; without entries it has no classes."""

    code: str
    title: str
    unit: str
    entries: list[Entry]


async def scales_of(
    connection: AsyncConnection[Any], region: str, codes: Sequence[str], language: str
) -> dict[str, Scale]:
    """The scales of a region's quantities. Its gauges have each their own levels: of these, names and ranks alone."""
    known = {code: scales.SCALES[code] for code in codes if code in scales.SCALES}
    if WATER_LEVEL in codes:
        known[WATER_LEVEL] = of_gauges(await stations.level_names(connection, region, language))
    return known


def of_gauges(names: Mapping[int, Sequence[str]]) -> Scale:
    """What gauges call their levels by rank, as a scale that classes no value: each class without bounds."""
    usual, *_ = scales.of_gauge(()).bands
    named = (Band(f"level-{rank}", None, " / ".join(some), rank) for rank, some in names.items())
    return Scale(scales.of_gauge(()).name, (usual, *named))


def of(code: str, scale: Scale | None, texts: Texts) -> Legend:
    """The legend of a quantity."""
    quantity = QUANTITIES[code]
    title = texts.translate(scale.name if scale else quantity.name)
    bands = scale.bands if scale else ()
    return Legend(
        code,
        title,
        quantity.unit,
        [
            Entry(number, band.code, texts.translate(band.word), _range(bands, number, texts))
            for number, band in enumerate(bands, 1)
        ],
    )


def _range(bands: Sequence[Band], number: int, texts: Texts) -> str:
    """Up to where the class goes; of the last one, from where on. Empty where classes have no bounds."""
    upper = bands[number - 1].upper
    lower = bands[number - 2].upper if number > 1 else None
    if upper is not None:
        return f"≤ {_plain(upper, texts)}"
    return f"> {_plain(lower, texts)}" if lower is not None else ""


def _plain(bound: float, texts: Texts) -> str:
    return texts.number(bound, 0 if bound == int(bound) else 1)
