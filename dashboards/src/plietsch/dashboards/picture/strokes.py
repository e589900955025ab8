"""Strokes: what is drawn within the axes: classes, gaps, lines, bars, limits, and marks of what is not believed."""

# pyright: reportUnknownMemberType=false
# matplotlib leaves the types of its functions' keywords open.

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from plietsch.dashboards.picture.looks import BANDS, DASHES
from plietsch.dashboards.picture.scene import Line, Scene
from plietsch.dashboards.picture.sheet import Sheet

_BAND_OPACITY = 0.14
_RANGE_OPACITY = 0.2
_GAP_OPACITY = 0.35
_BAR = 0.9
_HATCH = "///"
# A year of hollow points would be a thick line.
_MOST_HOLLOW = 60


def behind(axes: Axes, scene: Scene, sheet: Sheet) -> None:
    """Classes, gaps, and between the least and the most of each step."""
    _classes(axes, scene)
    for number, (since, until) in enumerate(scene.gaps, 1):
        axes.axvspan(
            since, until, facecolor="none", edgecolor=sheet.look.ink_soft, hatch=_HATCH, linewidth=0,
            alpha=_GAP_OPACITY, zorder=1, gid=f"gap-{number}",
        )  # fmt: skip
    for index, line in enumerate(scene.lines):
        if line.lows:
            axes.fill_between(
                line.times, _numbers(line.lows), _numbers(line.highs), color=sheet.look.colour(index),
                alpha=_RANGE_OPACITY, linewidth=0, zorder=2, gid=f"range-{index + 1}",
            )  # fmt: skip


def lines(axes: Axes, scene: Scene, sheet: Sheet) -> None:
    """The lines, or the bars of sums, and what is not believed."""
    for index, line in enumerate(scene.lines):
        if scene.is_sum:
            heights = [value or 0.0 for value in line.values]
            axes.bar(line.times, heights, scene.step_s * _BAR, color=sheet.look.colour(index), zorder=3)
        else:
            _line(axes, line, index, sheet)
        _unsure(axes, line, index, sheet)
        _doubtful(axes, line, index, sheet)


def limits(axes: Axes, scene: Scene, sheet: Sheet) -> None:
    """Lines that values are held against, and moments at which something changed."""
    low, high = axes.get_ylim()
    for number, limit in enumerate(scene.limits, 1):
        if low <= limit.value <= high:
            if limit.band:
                axes.axhline(limit.value, color=BANDS[limit.band], linewidth=sheet.px(3), zorder=4)
            axes.axhline(
                limit.value, color=sheet.look.ink_soft, linewidth=sheet.px(1), linestyle=(0, (2, 3)), zorder=4,
                gid=f"limit-{number}",
            )  # fmt: skip
    for mark in scene.marks:
        axes.axvline(mark.time, color=sheet.look.ink, linewidth=sheet.px(1.5), linestyle=(0, (1.4, 2.6)), zorder=4)


def _classes(axes: Axes, scene: Scene) -> None:
    low, high = axes.get_ylim()
    lower = low
    for band in scene.bands:
        upper = high if band.upper is None else min(high, max(low, band.upper))
        if upper > lower:
            axes.axhspan(lower, upper, color=BANDS[band.code], alpha=_BAND_OPACITY, linewidth=0, zorder=0)
        lower = max(lower, upper)


def _line(axes: Axes, line: Line, index: int, sheet: Sheet) -> None:
    colour = sheet.look.colour(index)
    axes.plot(
        line.times, _numbers(line.values), color=colour, linewidth=sheet.px(2), linestyle=DASHES[index % len(DASHES)],
        solid_capstyle="round", solid_joinstyle="round", zorder=3, gid=f"line-{index + 1}",
    )  # fmt: skip
    alone = [place for place, value in enumerate(line.values) if value is not None and _is_alone(line.values, place)]
    if alone:
        x, y = zip(*((line.times[place], line.values[place]) for place in alone), strict=True)
        axes.plot(
            x, y, color=colour, linestyle="none", marker="o", markersize=sheet.px(5), zorder=3,
            gid=f"alone-{index + 1}",
        )  # fmt: skip


def _is_alone(values: Sequence[float | None], place: int) -> bool:
    """Whether a value has no neighbour to be a line with: it is a dot."""
    before = values[place - 1] if place else None
    after = values[place + 1] if place + 1 < len(values) else None
    return before is None and after is None


def _unsure(axes: Axes, line: Line, index: int, sheet: Sheet) -> None:
    """Dots and hollow points where a computed line has values that are not sure enough."""
    if not line.unsure:
        return
    x = [at for (since, _), (until, _) in line.unsure for at in (since, until, math.nan)]
    y = [value for (_, first), (_, second) in line.unsure for value in (first, second, math.nan)]
    axes.plot(
        x, y, color=sheet.look.colour(index), linewidth=sheet.px(1.5), linestyle=(0, (1, 2.5)), zorder=3,
        gid=f"unsure-{index + 1}",
    )  # fmt: skip
    hollow = line.unsure[:: max(1, len(line.unsure) // _MOST_HOLLOW)]
    axes.plot(
        [since for (since, _), _ in hollow], [value for (_, value), _ in hollow], linestyle="none", marker="o",
        markersize=sheet.px(5.5), markerfacecolor=sheet.look.paper, markeredgecolor=sheet.look.colour(index),
        markeredgewidth=sheet.px(1.25), zorder=3,
    )  # fmt: skip


def _doubtful(axes: Axes, line: Line, index: int, sheet: Sheet) -> None:
    """A cross; where a value lies beyond the axis, an arrow at the edge that points there."""
    low, high = axes.get_ylim()
    room = (high - low) * 0.02
    places = {
        ("within", "x"): [(time, value) for time, value in line.doubtful if low <= value <= high],
        ("above", "^"): [(time, high - room) for time, value in line.doubtful if value > high],
        ("below", "v"): [(time, low + room) for time, value in line.doubtful if value < low],
    }
    for (where, marker), some in places.items():
        if some:
            x, y = zip(*some, strict=True)
            axes.plot(
                x, y, linestyle="none", marker=marker, markersize=sheet.px(7), color=sheet.look.alarm,
                markeredgewidth=sheet.px(1.6), zorder=5, gid=f"doubtful-{index + 1}-{where}",
            )  # fmt: skip


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]
