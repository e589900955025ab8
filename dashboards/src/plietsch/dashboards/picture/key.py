"""The key of a picture: a sign and a word for each thing that is drawn with a sign of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.patches import Rectangle

from plietsch.dashboards.picture import scene as scenes
from plietsch.dashboards.picture.looks import DASHES
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.sheet import SIDE, SMALL, Sheet, fitting, width_of

_SAMPLE = 26.0
_APART = 20.0
_ROW = 19.0


@dataclass(frozen=True)
class _Entry:
    sign: str
    word: str
    line: int = 0


class Key:
    """The key's entries in rows that fit a width."""

    def __init__(self, sheet: Sheet, scene: Scene, limits: Sequence[str], *, has_lines: bool) -> None:
        self._sheet = sheet
        self._width = sheet.size.width - 2 * sheet.px(SIDE)
        entries = [_Entry("line", line.name, index) for index, line in enumerate(scene.lines)] if has_lines else []
        entries += [_Entry("limit", name) for name in limits]
        self._rows = self._in_rows([*entries, *(_of(each, scene) for each in scene.keys)])

    @property
    def height(self) -> float:
        """How high it is."""
        return self._sheet.px(_ROW) * len(self._rows)

    def draw(self, left: float, top: float) -> None:
        """Draw it from there on."""
        for number, row in enumerate(self._rows):
            x, y = left, top + self._sheet.px(_ROW) * (number + 0.5)
            for entry in row:
                self._sign(entry, x, y)
                word = fitting(entry.word, self._sheet.px(SMALL), self._width - self._sheet.px(_SAMPLE + 7))
                x += self._sheet.px(_SAMPLE + 7)
                self._sheet.write(
                    x, y + self._sheet.px(4), word, self._sheet.px(SMALL), color=self._sheet.look.ink_soft
                )
                x += width_of(word, self._sheet.px(SMALL)) + self._sheet.px(_APART)

    def _in_rows(self, entries: list[_Entry]) -> list[list[_Entry]]:
        rows: list[list[_Entry]] = []
        free = 0.0
        for entry in entries:
            need = self._sheet.px(_SAMPLE + 7 + _APART) + width_of(entry.word, self._sheet.px(SMALL))
            if not rows or need - self._sheet.px(_APART) > free:
                rows.append([])
                free = self._width
            rows[-1].append(entry)
            free -= need
        return rows

    def _sign(self, entry: _Entry, x: float, y: float) -> None:
        sheet, look = self._sheet, self._sheet.look
        end, middle = x + sheet.px(_SAMPLE), x + sheet.px(_SAMPLE) / 2
        colour = look.colour(entry.line)
        if entry.sign == "line":
            dash = DASHES[entry.line % len(DASHES)]
            sheet.line((x, end), (y, y), color=colour, linewidth=sheet.px(2), linestyle=dash)
        elif entry.sign == "limit":
            sheet.line((x, end), (y, y), color=look.ink_soft, linewidth=sheet.px(1), linestyle=(0, (2, 3)))
        elif entry.sign == "unsure":
            sheet.line((x, end), (y, y), color=colour, linewidth=sheet.px(1.5), linestyle=(0, (1, 2.5)))
            sheet.line(
                (middle,), (y,), marker="o", markersize=sheet.px(5.5), markerfacecolor=look.paper,
                markeredgecolor=colour, markeredgewidth=sheet.px(1.25),
            )  # fmt: skip
        elif entry.sign == "doubtful":
            sheet.line(
                (middle,), (y,), marker="x", markersize=sheet.px(7), color=look.alarm, markeredgewidth=sheet.px(1.6)
            )
        else:
            self._patch(entry, x, y)

    def _patch(self, entry: _Entry, x: float, y: float) -> None:
        sheet, look = self._sheet, self._sheet.look
        height = sheet.px(11)
        kind: dict[str, Any] = (
            {"facecolor": look.colour(entry.line), "alpha": 0.25}
            if entry.sign == "range"
            else {"facecolor": "none", "edgecolor": look.ink_soft, "hatch": "///", "alpha": 0.5}
        )
        place = (x, sheet.size.height - y - height / 2)
        sheet.figure.add_artist(Rectangle(place, sheet.px(_SAMPLE), height, linewidth=0, transform=None, **kind))


def _of(key: scenes.Key, scene: Scene) -> _Entry:
    """An entry; what goes on unsurely has the colour of the line that does."""
    unsure = next((index for index, line in enumerate(scene.lines) if line.unsure), 0)
    return _Entry(key.sign, key.word, unsure if key.sign == "unsure" else 0)
