"""A scene: all that a picture shows, as values. Who draws it asks and looks up nothing; equal scenes give equal bytes.

Times are Unix seconds. A line's None is a break: nothing was measured there, or what was is not believed.
"""

import hashlib

import msgspec

# Part of what a picture's tag is made of: to be changed with the drawing, or readers keep the old one.
DRAWING = 2

Moment = float


class Mark(msgspec.Struct, frozen=True):
    """A moment from which on values may differ for another reason than what is measured, and a word for why."""

    time: Moment
    word: str


class Limit(msgspec.Struct, frozen=True):
    """A line that values are held against: its name, and the class whose colour it has, if any."""

    value: float
    name: str
    band: str = ""


class Band(msgspec.Struct, frozen=True):
    """A class behind the lines; `upper` belongs to it, None is without bound."""

    code: str
    upper: float | None


class Line(msgspec.Struct, frozen=True):
    """A line: its points, of means the least and the most of each step, and what was measured and is not believed.

    `unsure` are the ends of stretches that are dotted: a computed value goes on, and is no more than a hint.
    """

    name: str
    times: tuple[Moment, ...]
    values: tuple[float | None, ...]
    lows: tuple[float | None, ...] = ()
    highs: tuple[float | None, ...] = ()
    doubtful: tuple[tuple[Moment, float], ...] = ()
    unsure: tuple[tuple[tuple[Moment, float], tuple[Moment, float]], ...] = ()


class Key(msgspec.Struct, frozen=True):
    """A word of the picture's key for what is drawn with a sign of its own."""

    sign: str  # range, gap, doubtful, unsure
    word: str


class Scene(msgspec.Struct, frozen=True):
    """A picture: what is said around it, and what is drawn in it."""

    title: str
    subtitle: str
    language: str
    description: str  # for who hears it
    credit: tuple[str, ...]  # licence and attribution, what it is made from and when
    unit: str
    decimals: int
    since: Moment
    until: Moment
    step_s: float
    timezone: str
    lines: tuple[Line, ...]
    beginning: float | None = None
    is_sum: bool = False
    gaps: tuple[tuple[Moment, Moment], ...] = ()
    limits: tuple[Limit, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    keys: tuple[Key, ...] = ()
    simulated: str = ""  # the word for it
    nothing: str = ""  # said in the middle of a picture without values

    @property
    def extent(self) -> tuple[float, float] | None:
        """The least and the most to be shown; what is not believed does not stretch it, unless there is no more."""
        counted = [value for line in self.lines for value in (*line.values, *line.lows, *line.highs)]
        known = [value for value in counted if value is not None]
        known = known or [value for line in self.lines for _, value in line.doubtful]
        return (min(known), max(known)) if known else None

    def tag(self, *how: object) -> str:
        """What this scene drawn in this way is called: equal for equal pictures."""
        content = msgspec.msgpack.encode((DRAWING, self, [str(each) for each in how]))
        return hashlib.blake2b(content, digest_size=12).hexdigest()
