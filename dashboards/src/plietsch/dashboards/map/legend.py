"""Legends: what the colours of a quantity mean, each with a number and a word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plietsch.dashboards import scales
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.scales import Band, Scale
from plietsch.dashboards.texts import N_, Texts

WATER_LEVEL = "water_level"
_OF_THE_GAUGES = N_("Levels of the gauges")


@dataclass(frozen=True)
class Entry:
    """A class as a legend shows it: its number from 1 on, its word, the values that belong to it."""

    number: int | None
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


def scales_of(codes: Sequence[str], ranks: Sequence[int], texts: Texts) -> dict[str, Scale]:
    """The scales of a region's quantities. Its gauges have each their own levels: these have their ranks in common."""
    known = {code: scales.SCALES[code] for code in codes if code in scales.SCALES}
    if WATER_LEVEL in codes:
        known[WATER_LEVEL] = _of_gauges(ranks, texts)
    return known


def of(code: str, scale: Scale | None, names: Mapping[int, Sequence[str]], texts: Texts) -> Legend:
    """The legend of a quantity; `names` are what gauges call their levels by rank, the commonest name first."""
    quantity = QUANTITIES[code]
    bands = scale.bands if scale else ()
    ranges = _examples(bands, names, texts) if code == WATER_LEVEL else _ranges(bands, quantity.beginning, texts)
    # The words for levels have numbers of their own.
    numbers = [None if code == WATER_LEVEL else number for number, _ in enumerate(bands, 1)]
    entries = [
        Entry(number, band.code, texts.translate(band.word), range_)
        for number, band, range_ in zip(numbers, bands, ranges, strict=True)
    ]
    return Legend(code, texts.translate(scale.name if scale else quantity.name), quantity.unit, entries)


def _of_gauges(ranks: Sequence[int], texts: Texts) -> Scale:
    """A scale that classes no value, for that is each gauge's own business: its classes have no bounds."""
    usual, *_ = scales.of_gauge(()).bands
    levels = (Band(f"level-{rank}", None, texts.gettext("level %(rank)s", rank=rank), rank) for rank in ranks)
    return Scale(_OF_THE_GAUGES, (usual, *levels))


def _examples(bands: Sequence[Band], names: Mapping[int, Sequence[str]], texts: Texts) -> list[str]:
    """What most gauges call a level."""
    some = (names.get(band.rank, ()) for band in bands)
    return [texts.gettext("such as “%(name)s”", name=each[0]) if each else "" for each in some]


def _ranges(bands: Sequence[Band], beginning: float | None, texts: Texts) -> list[str]:
    """Up to where each class goes; of the last one, from where on. Nothing is less than what a quantity begins with."""
    uppers = [band.upper for band in bands]
    ends = [f"{'' if upper == beginning else '≤ '}{_plain(upper, texts)}" for upper in uppers if upper is not None]
    last = next((upper for upper in reversed(uppers) if upper is not None), None)
    return ends if len(ends) == len(bands) or last is None else [*ends, f"> {_plain(last, texts)}"]


def _plain(bound: float, texts: Texts) -> str:
    return texts.number(bound, 0 if bound == int(bound) else 1)
