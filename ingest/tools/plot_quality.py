"""Draw the plots of docs/quality.md, and write its tables anew: limits of our own nodes, and four recorded days judged.

PYTHONPATH=tests:firmware/node python ingest/tools/plot_quality.py docs
"""

import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plietsch.ingest.qartod.testing import NAMES, reach
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import Limits, Threshold
from support import recorded_days
from support.recorded_days import DAYS, DUST, PROPERTIES, TYPE, Judged, Station, corrected

SUSPECT, FAIL, MISSING = 3, 4, 9
FLAG_NAMES = {1: "good", SUSPECT: "suspect", FAIL: "fail", MISSING: "missing"}
BLUE, ORANGE, GREEN, RED, GREY = "#1f5fa8", "#c8641e", "#3c7d4e", "#b3261e", "#8a8f98"
COLOURS = {SUSPECT: ORANGE, FAIL: RED}
NODES = ("plietsch-fine-dust", "plietsch-water-level", "plietsch-rain")
HOUR_S, DAY_S = 3600, 86_400
MIDNIGHT_S = int(datetime.fromisoformat(DAYS[0]).replace(tzinfo=UTC).timestamp())
# What is longer than this is a pause: four readings that did not come.
PAUSE_S = 600
# Above so many, flags are drawn as a line: a mark for each would be a large file, and no longer seen as one.
MOST_MARKS = 60

Judgement = Mapping[str, Station]
Values = Sequence[Judged]


# --- limits -----------------------------------------------------------------------------------------------------------


def limits() -> str:
    """The table of the manual: what our own nodes' values are held against, and how far around each of them."""
    return "\n".join(["| node | channel | held against | window |", "|---|---|---|---|", *_held()])


def _held() -> Iterator[str]:
    nodes: dict[tuple[str, str, str], list[str]] = {}
    for code in NODES:
        for name, channel in catalogue.built_in()[code].channels.items():
            if tests := "<br>".join(_bounds(channel.limits)):
                around = reach(channel.limits)
                window = f"{_length(around.before_s)} before, {_length(around.after_s)} after"
                nodes.setdefault((f"`{name}`", tests, window), []).append(code.removeprefix("plietsch-"))
    for cells, codes in nodes.items():
        yield f"| {', '.join(codes)} | {' | '.join(cells)} |"


def _bounds(held: Limits) -> Iterator[str]:
    if held.suspect_range:
        yield f"gross range: {held.suspect_range[0]:g} to {held.suspect_range[1]:g}"
    if held.spike:
        share = f", and {held.spike.share * 100:g} % of the median" if held.spike.share else ""
        yield f"spike: {_levels(held.spike, '')}{share}"
    if held.rate_of_change:
        yield f"rate of change: {_levels(held.rate_of_change, ' an hour')}"
    if flat := held.flat_line:
        lasting = [(flat.suspect_after_s, SUSPECT), (flat.fail_after_s, FAIL)]
        yield "flat line: " + ", ".join(f"{FLAG_NAMES[flag]} after {_length(each)}" for each, flag in lasting if each)
    if held.multi_variate:
        yield f"multi-variate: `{held.multi_variate.channel}` ≥ {held.multi_variate.at_least:g}"
    if near := held.neighbour:
        among = f"{near.least} stations or more within {near.radius_km:g} km and {_length(near.within_s)}"
        yield f"neighbour: suspect beyond {near.suspect:g}, of {among}"


def _levels(threshold: Threshold, unit: str) -> str:
    bounds = ((threshold.suspect, SUSPECT), (threshold.fail, FAIL))
    return ", ".join(f"{FLAG_NAMES[flag]} beyond {bound:g}{unit}" for bound, flag in bounds if bound)


def _length(seconds: float) -> str:
    if seconds >= 2 * HOUR_S or seconds == HOUR_S:
        return f"{seconds / HOUR_S:.3g} h"
    return f"{seconds / 60:g} min" if seconds >= 60 or not seconds else f"{seconds:g} s"


# --- counts -----------------------------------------------------------------------------------------------------------


def counts(judgement: Judgement) -> str:
    """The tables of the manual: flags, tests, pauses, by property and day."""
    return "\n".join([*_flags(judgement), "", *_tests(judgement), "", *_pauses(judgement)])


def _day(time_s: int) -> int:
    return (time_s - MIDNIGHT_S) // DAY_S


def _all(judgement: Judgement, series: str) -> Iterator[Judged]:
    return (value for station in judgement.values() for value in station.get(series, ()))


def _row(names: Iterable[str], cells: Sequence[int | str], total: int | str) -> str:
    return f"| {' | '.join(names)} | {' | '.join(map(_number, cells))} | {_number(total)} |"


def _number(number: int | str) -> str:
    return f"{number:,}".replace(",", " ") if isinstance(number, int) and number else str(number or "–")


def _head(*names: str) -> list[str]:
    days = [f"{int(day[-2:])} April" for day in DAYS]
    return [f"| {' | '.join([*names, *days, 'all'])} |", f"|{'---|' * len(names)}{'---:|' * (len(days) + 1)}"]


def _flags(judgement: Judgement) -> Iterator[str]:
    yield from _head("series", "quality")
    for series in (*PROPERTIES, *map(corrected, DUST)):
        found = Counter((value.quality, _day(value.time_s)) for value in _all(judgement, series))
        for flag, name in FLAG_NAMES.items():
            cells = [found[flag, day] for day in range(len(DAYS))]
            if any(cells):
                yield _row([f"`{series}`", f"{flag} {name}"], cells, sum(cells))


def _tests(judgement: Judgement) -> Iterator[str]:
    yield from _head("series", "test", "flag")
    for series in PROPERTIES:
        found = Counter(
            (test, flag, _day(value.time_s)) for value in _all(judgement, series) for test, flag in value.tests.items()
        )
        found += Counter(
            ("arrival", FAIL, _day(value.time_s)) for value in _all(judgement, series) if value.result is None
        )
        for test in ("arrival", *NAMES):
            for flag in (SUSPECT, FAIL):
                cells = [found[test, flag, day] for day in range(len(DAYS))]
                if any(cells):
                    yield _row([f"`{series}`", f"`{test}`", f"{flag} {FLAG_NAMES[flag]}"], cells, sum(cells))


def _pauses(judgement: Judgement) -> Iterator[str]:
    yield from _head("series", "pauses")
    for series in ("pm2_5", "humidity"):
        found: list[list[int]] = [[] for _ in DAYS]
        for station in judgement.values():
            for before, after in pairwise(station.get(series, ())):
                if after.time_s - before.time_s > PAUSE_S:
                    found[_day(before.time_s)].append(after.time_s - before.time_s)
        every = [length_s for lengths in found for length_s in lengths]
        yield _row([f"`{series}`", "over ten minutes"], [len(lengths) for lengths in found], len(every))
        minutes = [f"{max(lengths, default=0) / 60:.0f} min" if lengths else "" for lengths in [*found, every]]
        yield _row([f"`{series}`", "the longest"], minutes[:-1], minutes[-1])


# --- plots ------------------------------------------------------------------------------------------------------------


class Plot:
    """A figure of panels over some hours since the first midnight (UTC)."""

    def __init__(self, from_h: float, until_h: float, titles: Sequence[str]) -> None:
        self._from_s, self._until_s = (MIDNIGHT_S + hour * HOUR_S for hour in (from_h, until_h))
        self.figure = Figure(figsize=(8, 1.8 * len(titles) + 0.6), layout="constrained")
        self.panels: list[Axes] = list(self.figure.subplots(len(titles), sharex=True, squeeze=False)[:, 0])
        for panel, title in zip(self.panels, titles, strict=True):
            panel.set_title(title, loc="left")
            panel.grid(visible=True, color="#dddddd", linewidth=0.5)
            panel.spines[["top", "right"]].set_visible(False)
            panel.set_axisbelow(True)
        step_h = 24 if until_h - from_h > 36 else 6 if until_h - from_h > 12 else 1
        hours = range(int(from_h), int(until_h) + 1, step_h)
        self.panels[-1].set_xlim(from_h, until_h)
        self.panels[-1].set_xticks(hours, [_clock(hour) for hour in hours], ha="left" if step_h == 24 else "center")

    def line(self, panel: int, values: Values, colour: str, label: str = "_", **style: float | str) -> None:
        """Draw numbers, with an end at each pause."""
        style = {"linewidth": 0.9, "color": colour, "label": label} | style
        self.panels[panel].plot(*self._points(values), **style)

    def flagged(self, panel: int, values: Values, test: str | None = None) -> None:
        """Draw over them what did not pass a test, or any, in the colour of its flag."""
        for flag, colour in COLOURS.items():
            chosen = [value if _flag(value, test) == flag else value._replace(result=None) for value in values]
            found = [value for value in self._within(chosen) if value.result is not None]
            label = f"{flag} {FLAG_NAMES[flag]}"
            if len(found) > MOST_MARKS:
                self.line(panel, chosen, colour, label, linewidth=1.7)
            elif found:
                hours, numbers = zip(*((_hour(value), value.result) for value in found), strict=True)
                self.panels[panel].plot(hours, numbers, "o", color=colour, markersize=3.5, label=label)

    def height(self, panel: int, height: float, name: str) -> None:
        """Draw and name a limit."""
        self.panels[panel].axhline(height, color=RED, linewidth=0.7, linestyle=(0, (4, 3)))
        where = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "bottom"}
        self.panels[panel].annotate(name, (1, height), color=RED, size=7, **where)

    def pauses(self, panel: int, values: Values) -> None:
        """Shade where nothing came."""
        for before, after in pairwise(values):
            if after.time_s - before.time_s > PAUSE_S:
                self.panels[panel].axvspan(_hour(before), _hour(after), color="#dddddd", linewidth=0)

    def save(self, folder: Path, name: str) -> None:
        """Write the picture, the same one each time."""
        for panel in self.panels:
            if panel.get_legend_handles_labels()[0]:
                panel.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), frameon=False, fontsize=7.5, ncols=5)
        drawn = io.StringIO()
        self.figure.savefig(drawn, format="svg", metadata={"Date": None})
        # A tenth of a point is enough, and indentation tells nobody anything.
        smaller = re.sub(r" d=\"[^\"]+\"", lambda path: re.sub(r"(\.\d)\d+", r"\1", path[0]), drawn.getvalue())
        (folder / f"quality-{name}.svg").write_text(re.sub(r"\n +", "\n", smaller), encoding="utf-8")

    def _within(self, values: Values) -> Iterator[Judged]:
        return (value for value in values if self._from_s <= value.time_s <= self._until_s)

    def _points(self, values: Values) -> tuple[list[float], list[float]]:
        """Hours and numbers, with a hole in each pause and where there is no number."""
        hours, numbers, before_s = list[float](), list[float](), 0
        for value in self._within(values):
            if value.time_s - before_s > PAUSE_S:
                hours.append(_hour(value))
                numbers.append(float("nan"))
            hours.append(_hour(value))
            numbers.append(float("nan") if value.result is None else value.result)
            before_s = value.time_s
        return hours, numbers


def _hour(value: Judged) -> float:
    return (value.time_s - MIDNIGHT_S) / HOUR_S


def _clock(hour: int) -> str:
    day = f"{int(DAYS[0][-2:]) + hour // 24} April"
    return day if hour % 24 == 0 else f"{hour % 24}:00"


def _flag(value: Judged, test: str | None) -> int:
    return value.tests.get(test, 1) if test else max(value.tests.values(), default=1)


def spikes(found: Judgement) -> Plot:
    """Smoke, or something in the fan."""
    plot = Plot(39, 45, ("station 11466: PM2.5, µg/m³", "station 11466: PM10, µg/m³"))
    for panel, code in enumerate(DUST):
        values = found["replay-11466"][code]
        plot.line(panel, values, BLUE)
        plot.flagged(panel, values)
    return plot


def humid_nights(found: Judgement) -> Plot:
    """Humidity, dust as shown and corrected."""
    station = found["replay-11392"]
    plot = Plot(0, 96, ("station 11392: humidity, %", "station 11392: PM2.5, µg/m³", "corrected for humidity, µg/m³"))
    plot.line(0, station["humidity"], BLUE)
    plot.height(0, 95, "95 %")
    plot.line(1, station["pm2_5"], BLUE)
    plot.flagged(1, station["pm2_5"], "multi_variate")
    series = station[corrected("pm2_5")]
    plot.line(2, series, BLUE)
    suspect = [value if value.quality == SUSPECT else value._replace(result=None) for value in series]
    plot.line(2, suspect, ORANGE, f"{SUSPECT} {FLAG_NAMES[SUSPECT]}: an upper bound", linewidth=1.7)
    for panel in plot.panels[1:]:
        panel.set_ylim(0, 40)
    return plot


def stuck(found: Judgement) -> Plot:
    """Three thermometers of the same town in the same nights."""
    codes = ("11670", "3121", "11466")
    plot = Plot(0, 96, [f"station {code}: humidity, %" for code in codes])
    for panel, code in enumerate(codes):
        values = found[f"replay-{code}"]["humidity"]
        plot.line(panel, values, BLUE)
        plot.flagged(panel, values, "flat_line")
        plot.panels[panel].set_ylim(35, 104)
    return plot


def drop_out(found: Judgement) -> Plot:
    """A station that lacks power now and then, and whose hygrometer is broken."""
    station = found["replay-12697"]
    plot = Plot(48, 96, ("station 12697: PM2.5, µg/m³", "station 12697: humidity, %"))
    for panel, code in enumerate(("pm2_5", "humidity")):
        plot.pauses(panel, station[code])
        plot.line(panel, station[code], BLUE)
    plot.flagged(1, station["humidity"])
    return plot


def neighbours(found: Judgement) -> Plot:
    """A thermometer in the sun, and those around it."""
    here = next(each for each in recorded_days.stations() if each.code == "replay-3939")
    limits = catalogue.built_in()[TYPE].channels["temperature"].limits.neighbour
    assert limits  # noqa: S101 its file has them
    around = [
        found[each.code]["temperature"]
        for each in recorded_days.stations()
        if each is not here and here.distance_km(each) <= limits.radius_km and "temperature" in found[each.code]
    ]
    plot = Plot(0, 96, (f"station 3939 and the median of {len(around)} stations within 5 km: temperature, °C",))
    plot.line(0, _medians(around), GREY, "the others")
    plot.line(0, found[here.code]["temperature"], BLUE)
    plot.flagged(0, found[here.code]["temperature"], "neighbour")
    return plot


def _medians(series: Sequence[Values]) -> list[Judged]:
    """The median of all values of each ten minutes."""
    by_time: dict[int, list[float]] = {}
    for values in series:
        for value in values:
            if value.result is not None:
                by_time.setdefault(value.time_s // PAUSE_S * PAUSE_S, []).append(value.result)
    return [Judged(time_s + PAUSE_S // 2, median(results), 1, {}) for time_s, results in sorted(by_time.items())]


PLOTS: Mapping[str, Callable[[Judgement], Plot]] = {
    "spikes": spikes,
    "humid-nights": humid_nights,
    "stuck": stuck,
    "drop-out": drop_out,
    "neighbours": neighbours,
}


def draw(folder: Path) -> None:
    """Draw all of them into a folder."""
    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {"svg.hashsalt": "plietsch", "svg.fonttype": "none", "font.size": 8.5, "path.simplify": True}
    )
    for name, plot in PLOTS.items():
        plot(recorded_days.judged()).save(folder, name)


def written(manual: str, tables: Mapping[str, str]) -> str:
    """The manual with its tables in place, each between two comments that name it."""
    for name, table in tables.items():
        block = re.compile(rf"(?<=<!-- {name} -->\n\n).*?(?=\n\n<!-- /{name} -->)", re.DOTALL)
        manual = block.sub(lambda _, table=table: table, manual)
    return manual


def main(docs: Path) -> None:
    """Draw, and write."""
    draw(docs / "images")
    manual = docs / "quality.md"
    tables = {"limits": limits(), "counted": counts(recorded_days.judged())}
    manual.write_text(written(manual.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
