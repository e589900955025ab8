"""The air of an hour: the means of fine dust that an index was made of, and which of them decided."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean
from typing import NamedTuple, Protocol

from plietsch.ingest.series import air_quality
from plietsch.platform.methods import KAPPA_KOEHLER


class Measured(Protocol):
    """A value of fine dust."""

    @property
    def code(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def result(self) -> float | None: ...
    @property
    def quality(self) -> int: ...


class Mean(NamedTuple):
    """The mean of an hour in µg/m³, of how many values, whether they are corrected for humidity, and its class."""

    code: str
    ug_m3: float
    values: int
    is_corrected: bool
    rank: int


def means(method: str, measured: Iterable[Measured]) -> list[Mean]:
    """The means of an hour's dust as an index takes them: of corrected values where the station has some."""
    index = air_quality.BY_METHOD[method]
    series: dict[str, dict[bool, list[float]]] = defaultdict(lambda: {False: [], True: []})
    corrected: set[str] = set()
    for each in measured:
        is_corrected = each.method == KAPPA_KOEHLER
        if is_corrected:
            corrected.add(each.code)
        if each.result is not None and each.quality <= 3:
            series[each.code][is_corrected].append(each.result)
    found: list[Mean] = []
    for code in index.bounds:
        values = series[code][code in corrected]
        if values:
            mean = fmean(values)
            found.append(Mean(code, mean, len(values), code in corrected, index.class_of(code, mean)))
    return found
