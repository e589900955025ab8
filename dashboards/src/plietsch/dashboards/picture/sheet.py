"""The sheet: a figure of so many pixels, the room of its parts, and text that knows how wide it is.

A point is a pixel here (72 dpi), in PNG and in SVG alike; `scale` makes everything larger on a large sheet.
"""

# pyright: reportUnknownMemberType=false
# matplotlib leaves the types of its functions' keywords open.

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from plietsch.dashboards.picture.looks import FALLBACK, FAMILY, FONTS, LOOKS, Look, Theme

DPI = 72
# The sheet at which letters have the size that they have on the site.
_USUAL_WIDTH, _USUAL_HEIGHT = 760, 400
_LEAST_SCALE, _MOST_SCALE = 0.85, 2.5
SMALL, USUAL, LARGE = 12.0, 13.0, 19.0
# The room at the edges.
SIDE = 16.0
Align = Literal["left", "center", "right"]


@cache
def install_fonts() -> None:
    """Make the site's typeface known to matplotlib."""
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


@cache
def font(px: float, *, bold: bool = False) -> FontProperties:
    """The site's typeface in a size."""
    return FontProperties(family=[FAMILY, FALLBACK], weight=700 if bold else 400, size=px)


@cache
def width_of(text: str, px: float, *, bold: bool = False) -> float:
    """How wide a text is, in pixels."""
    width, _, _ = text_to_path.get_text_width_height_descent(text, font(px, bold=bold), ismath=False)
    return width


def fitting(text: str, px: float, room: float, *, bold: bool = False) -> str:
    """The text, or as much of it as there is room for."""
    if width_of(text, px, bold=bold) <= room:
        return text
    length = len(text)
    while length > 1 and width_of(f"{text[:length]}…", px, bold=bold) > room:
        length -= 1
    return f"{text[:length].rstrip()}…"


def wrapped(text: str, px: float, room: float, most: int, *, bold: bool = False) -> list[str]:
    """The text in at most so many rows, broken between words; what does not fit the last one is left out."""
    rows, left = [""], text.split(" ")
    while left:
        joined = f"{rows[-1]} {left[0]}".strip()
        if rows[-1] and width_of(joined, px, bold=bold) > room:
            if len(rows) == most:
                break
            rows.append("")
        else:
            rows[-1], left = joined, left[1:]
    rows[-1] = " ".join([rows[-1], *left])
    return [fitting(row, px, room, bold=bold) for row in rows]


@dataclass(frozen=True)
class Size:
    """A picture's size, in pixels."""

    width: int
    height: int

    @property
    def scale(self) -> float:
        """How much larger than usual everything is."""
        wanted = min(self.width / _USUAL_WIDTH, self.height / _USUAL_HEIGHT)
        return min(_MOST_SCALE, max(_LEAST_SCALE, wanted))


class Sheet:
    """A figure to draw on; places are in pixels from its upper left corner."""

    def __init__(self, size: Size, theme: Theme) -> None:
        install_fonts()
        self.size = size
        self.scale = size.scale
        self.look: Look = LOOKS[theme]
        self.figure = Figure((size.width / DPI, size.height / DPI), DPI, facecolor=self.look.paper)

    def px(self, length: float) -> float:
        """A length as it is on this sheet."""
        return length * self.scale

    def plot(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes whose edges are so far from the sheet's, without any frame."""
        width, height = self.size.width, self.size.height
        rect = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
        axes = self.figure.add_axes(rect)
        axes.set_facecolor("none")
        axes.set_frame_on(False)
        return axes

    def write(self, x: float, y: float, text: str, px: float, align: Align = "left", **look: Any) -> None:
        """A text whose baseline begins, ends or has its middle there."""
        bold = bool(look.pop("bold", False))
        colour = look.pop("color", self.look.ink)
        place = (x, self.size.height - y)
        properties: dict[str, Any] = {
            "fontproperties": font(px, bold=bold),
            "horizontalalignment": align,
            "color": colour,
            **look,
        }
        self.figure.add_artist(Text(*place, text, parse_math=False, transform=None, **properties))

    def line(self, x: tuple[float, ...], y: tuple[float, ...], **look: Any) -> None:
        """A line from place to place."""
        self.figure.add_artist(Line2D(x, [self.size.height - each for each in y], transform=None, **look))
