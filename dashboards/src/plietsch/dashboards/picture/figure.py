"""The picture: a scene on a sheet, title above, axes, key and credit below; as SVG or PNG."""

# pyright: reportUnknownMemberType=false
# matplotlib leaves the types of its functions' keywords open.

import io
from typing import Any, Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from plietsch.dashboards.picture import axes as scales
from plietsch.dashboards.picture import head, labels, limits, strokes, svg
from plietsch.dashboards.picture.key import Key
from plietsch.dashboards.picture.looks import BANDS, Theme
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.sheet import SIDE, SMALL, USUAL, Sheet, Size, fitting, width_of
from plietsch.dashboards.texts import Texts

Kind = Literal["svg", "png"]
# Beside so narrow a plot there is no room for names: they stand in the key.
_NARROWEST_WITH_NAMES = 520
_NAMES_SHARE = 0.26
_LABEL = 17.0
# So much of what a name lies over is covered: the line below it can be followed.
_VEIL = 0.8
_TICK_APART = 64.0
_VALUE_APART = 44.0


def draw(scene: Scene, size: Size, theme: Theme, kind: Kind, texts: Texts) -> bytes:
    """The bytes of a picture: equal for equal arguments."""
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "plietsch", "hatch.linewidth": 1.0, "path.simplify": True}
    with matplotlib.rc_context(settings):
        sheet = Sheet(size, theme)
        _compose(sheet, scene, texts)
        written = io.BytesIO()
        if kind == "png":
            FigureCanvasAgg(sheet.figure).print_png(written, metadata={"Software": None, "Title": scene.title})
            return written.getvalue()
        FigureCanvasSVG(sheet.figure).print_svg(written, metadata={"Date": None, "Creator": None, "Type": None})
        return svg.finished(written.getvalue().decode(), size, scene)


def _compose(sheet: Sheet, scene: Scene, texts: Texts) -> None:
    names = _names_width(sheet, scene)
    side, small = sheet.px(SIDE), sheet.px(SMALL)
    low, high = scales.values(scene)
    apart = limits.apart([limit for limit in scene.limits if low <= limit.value <= high], sheet, texts)
    key = Key(sheet, scene, apart, has_lines=not names and len(scene.lines) > 1)
    credit_height = _credit(sheet, scene)
    bottom = credit_height + key.height + sheet.px(30)
    top = head.draw(sheet, scene)
    most = int((sheet.size.height - top - bottom) / sheet.px(_VALUE_APART))
    ticks, decimals = scales.value_ticks(low, high, most, scene.decimals)
    written = [texts.number(tick, decimals) for tick in ticks]
    left = max(side + max((width_of(each, small) for each in written), default=0) + sheet.px(8), sheet.px(40))
    plot = sheet.plot(left, top, names or sheet.px(SIDE), bottom)
    plot.set_xlim(scene.since, scene.until)
    plot.set_ylim(low, high)
    _value_axis(plot, sheet, dict(zip(ticks, written, strict=True)))
    _time_axis(plot, sheet, scene, texts)
    strokes.behind(plot, scene, sheet)
    strokes.lines(plot, scene, sheet)
    strokes.limits(plot, scene, sheet)
    _limit_names(plot, sheet, scene, texts)
    if names:
        _line_names(plot, sheet, scene, names)
    _nothing(plot, sheet, scene)
    key.draw(side, sheet.size.height - credit_height - key.height)


def _credit(sheet: Sheet, scene: Scene) -> float:
    """Who may use it and as of when, in the corner; how high that is."""
    small, side = sheet.px(SMALL), sheet.px(SIDE)
    room = sheet.size.width - 2 * side
    rows: list[str] = []
    for part in scene.credit:
        joined = f"{rows[-1]} · {part}" if rows else part
        if rows and width_of(joined, small) <= room:
            rows[-1] = joined
        else:
            rows.append(part)
    for number, row in enumerate(reversed(rows)):
        y = sheet.size.height - sheet.px(11) - number * sheet.px(16)
        sheet.write(side + room, y, fitting(row, small, room), small, "right", color=sheet.look.ink_soft)
    return sheet.px(12) + len(rows) * sheet.px(16)


def _value_axis(plot: Axes, sheet: Sheet, ticks: dict[float, str]) -> None:
    plot.set_yticks([])
    for value, name in ticks.items():
        plot.axhline(value, color=sheet.look.rule, linewidth=1, zorder=0.5)
        x, y = _place(plot, sheet, plot.get_xlim()[0], value)
        sheet.write(x - sheet.px(8), y + sheet.px(4), name, sheet.px(SMALL), "right", color=sheet.look.ink_soft)


def _time_axis(plot: Axes, sheet: Sheet, scene: Scene, texts: Texts) -> None:
    plot.set_xticks([])
    low = plot.get_ylim()[0]
    width = _place(plot, sheet, scene.until, low)[0] - _place(plot, sheet, scene.since, low)[0]
    small = sheet.px(SMALL)
    for moment, name in scales.time_ticks(scene, int(width / sheet.px(_TICK_APART)), texts):
        x, y = _place(plot, sheet, moment, low)
        sheet.line((x, x), (y, y + sheet.px(4)), color=sheet.look.ink_soft, linewidth=1)
        half = width_of(name, small) / 2
        x = min(max(x, half + 2), sheet.size.width - half - 2)
        sheet.write(x, y + sheet.px(18), name, small, "center", color=sheet.look.ink_soft)
    x, y = _place(plot, sheet, scene.since, low)
    sheet.line((x, x + width), (y, y), color=sheet.look.ink_soft, linewidth=1)
    for mark in scene.marks:
        x, y = _place(plot, sheet, mark.time, plot.get_ylim()[1])
        half = width_of(mark.word, small) / 2
        x = min(max(x, half + sheet.px(SIDE)), sheet.size.width - half - sheet.px(SIDE))
        sheet.write(x, y - sheet.px(6), mark.word, small, "center")


def _limit_names(plot: Axes, sheet: Sheet, scene: Scene, texts: Texts) -> None:
    """Each on the paper's own colour, at the plot's beginning, where the newest values are not."""
    low, high = plot.get_ylim()
    shown = [limit for limit in scene.limits if low <= limit.value <= high]
    left, floor = _place(plot, sheet, scene.since, low)
    roof = _place(plot, sheet, scene.until, high)[1]
    small, height = sheet.px(SMALL), sheet.px(_LABEL)
    wanted = [_up(plot, sheet, limit.value) + sheet.px(2) for limit in shown]
    edges = labels.stagger(wanted, height, _from_below(sheet, floor), _from_below(sheet, roof))
    for limit, edge in zip(shown, edges, strict=True):
        colour = BANDS[limit.band] if limit.band else sheet.look.ink_soft
        at, middle = _place(plot, sheet, scene.since, limit.value)[1], sheet.size.height - edge - height / 2
        x = left + sheet.px(3)
        sheet.line((x, x, x + sheet.px(4)), (at, middle, middle), color=colour, linewidth=sheet.px(2), zorder=5.5)
        name = limits.within(limit, sheet, texts)
        box = {"boxstyle": "square,pad=0.15", "facecolor": (sheet.look.paper, _VEIL), "edgecolor": "none"}
        sheet.write(x + sheet.px(9), middle + sheet.px(4), name, small, bbox=box, zorder=6)


def _names_width(sheet: Sheet, scene: Scene) -> float:
    """The room right of the plot for the names of its lines; none where it is too narrow, or there is one line."""
    if len(scene.lines) < 2 or scene.is_sum or sheet.size.width / sheet.scale < _NARROWEST_WITH_NAMES:
        return 0.0
    widest = max(width_of(line.name, sheet.px(SMALL), bold=True) for line in scene.lines)
    return min(widest + sheet.px(34 + SIDE), sheet.size.width * _NAMES_SHARE)


def _line_names(plot: Axes, sheet: Sheet, scene: Scene, room: float) -> None:
    """Each beside the end of its line."""
    low, high = plot.get_ylim()
    right, floor = _place(plot, sheet, scene.until, low)
    roof = _place(plot, sheet, scene.until, high)[1]
    small, height = sheet.px(SMALL), sheet.px(_LABEL)
    ends = [next((each for each in reversed(line.values) if each is not None), None) for line in scene.lines]
    wanted = [_up(plot, sheet, low if end is None else end) - height / 2 for end in ends]
    edges = labels.stagger(wanted, height, _from_below(sheet, floor), _from_below(sheet, roof))
    for index, (line, end, edge) in enumerate(zip(scene.lines, ends, edges, strict=True)):
        colour, middle = sheet.look.colour(index), sheet.size.height - edge - height / 2
        if end is not None:
            at = _place(plot, sheet, scene.until, end)[1]
            x = right + sheet.px(3)
            sheet.line((x, x + sheet.px(12)), (at, middle), color=colour, linewidth=sheet.px(1.25))
        name = fitting(line.name, small, room - sheet.px(20 + SIDE / 2), bold=True)
        sheet.write(right + sheet.px(19), middle + sheet.px(4), name, small, bold=True, color=colour)


def _nothing(plot: Axes, sheet: Sheet, scene: Scene) -> None:
    if scene.nothing:
        (left, right), (low, high) = plot.get_xlim(), plot.get_ylim()
        x, y = _place(plot, sheet, (left + right) / 2, (low + high) / 2)
        box = {"boxstyle": "round,pad=0.5,rounding_size=0.5", "facecolor": sheet.look.paper, "edgecolor": "none"}
        sheet.write(x, y + sheet.px(4), scene.nothing, sheet.px(USUAL), "center", bbox=box, zorder=6)


def _place(plot: Axes, sheet: Sheet, time: float, value: float) -> tuple[float, float]:
    """Where a value lies on the sheet, in pixels from its upper left corner."""
    x, y = plot.transData.transform((time, value))
    return float(x), sheet.size.height - float(y)


def _up(plot: Axes, sheet: Sheet, value: float) -> float:
    return _from_below(sheet, _place(plot, sheet, plot.get_xlim()[0], value)[1])


def _from_below(sheet: Sheet, y: float) -> float:
    return sheet.size.height - y
