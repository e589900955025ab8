"""How the journey is told: stages, and numbers, moments and durations as a reader's language writes them."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from babel.dates import format_datetime

from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.texts import N_, Texts

_CLOCKS = {"de": "HH:mm:ss", "da": "HH.mm.ss", "en": "HH:mm:ss"}
_DAYS = {"de": "d. MMMM y", "da": "d. MMMM y", "en": "d MMMM y"}
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
# Shorter than this nobody can say: the network dates a frame in milliseconds, clocks agree in hundredths.
_SHORTEST_S = 0.01
_OTHERS = {
    "rain": N_("Rain"),
    "pm2_5_spread": N_("Spread of PM2.5"),
    "pm10_spread": N_("Spread of PM10"),
    "distance_spread": N_("Spread of the distance"),
}
_ADDRESS = "%Y-%m-%dT%H:%M:%SZ"


class Moment(NamedTuple):
    """A moment as shown, and for programs."""

    text: str
    iso: str


class Fact(NamedTuple):
    """Something known, by name; `href` leads to where it comes from."""

    name: str
    said: str
    href: str = ""


# Sentences, sums and facts of a stage.
Parts = tuple[tuple[str, ...], tuple[str, ...], tuple[Fact, ...]]


@dataclass(frozen=True)
class Stage:
    """A stage of the journey: sentences, sums (a line each) and facts; `at` is when, None where nobody wrote it down.

    `passed` says how long after the stage before, with a time, it was.
    """

    code: str
    title: str
    sentences: tuple[str, ...]
    at: datetime | None = None
    moment: Moment | None = None
    passed: str = ""
    sums: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Telling:
    """Whom the journey is told: in which language, with whose time of day, and when."""

    texts: Texts
    zone: tzinfo
    now: datetime

    def clock(self, moment: datetime, day_of: datetime | None = None) -> Moment:
        """The time of day to the second, and the day where it is another one than that of `day_of`."""
        text = self._format(moment, _CLOCKS)
        if day_of is not None and moment.astimezone(self.zone).date() != day_of.astimezone(self.zone).date():
            text = f"{self._format(moment, _DAYS)}, {text}"
        return Moment(text, moment.astimezone(UTC).isoformat())

    def day_and_clock(self, moment: datetime) -> Moment:
        """The day and the time of day to the second."""
        day = self._format(moment, _DAYS)
        return Moment(f"{day}, {self._format(moment, _CLOCKS)}", moment.astimezone(UTC).isoformat())

    def _format(self, moment: datetime, patterns: dict[str, str]) -> str:
        return format_datetime(moment, patterns[self.texts.language], self.zone, self.texts.locale)

    def duration(self, seconds: float) -> str:
        """How long something took, in the two largest units that say it."""
        if seconds < _MINUTE_S:
            return f"{self.texts.number(max(seconds, _SHORTEST_S), 2 if seconds < 1 else 1)} s"
        whole = round(seconds)
        if whole < _HOUR_S:
            return f"{whole // _MINUTE_S} min {whole % _MINUTE_S} s"
        if whole < _DAY_S:
            return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S} min"
        return self.texts.ngettext("%(count)s day", "%(count)s days", whole // _DAY_S)

    def number(self, value: float, decimals: int | None = None) -> str:
        """A number, with a true minus; without decimals named, with as many as it has, three at most."""
        if decimals is None:
            decimals = next(n for n in range(4) if n == 3 or abs(value - round(value, n)) < 1e-9)
        return self.texts.number(value, decimals).replace("-", "−")

    def amount(self, value: float, unit: str, decimals: int | None = None) -> str:
        """A number with its unit."""
        return f"{self.number(value, decimals)}\N{NO-BREAK SPACE}{unit}".rstrip()

    def name(self, code: str) -> str:
        """What a property is called."""
        return self.texts.translate(QUANTITIES[code].name if code in QUANTITIES else _OTHERS.get(code, code))

    def short(self, code: str) -> str:
        """What a property is called where there is little room."""
        return self.texts.translate(QUANTITIES[code].short if code in QUANTITIES else _OTHERS.get(code, code))


def unit_of(code: str, symbol: str = "") -> str:
    """The unit of a property as people write it; `symbol` is the database's, for what the site does not know."""
    # A spread is in the unit of what it is the spread of.
    known = QUANTITIES.get(code.removesuffix("_spread"))
    return known.unit if known else symbol


def address(language: str, station: str, code: str, moment: datetime, method: str | None = None) -> str:
    """The address of a value's journey; `method` where it is not the property's usual one."""
    query = f"?method={method}" if method else ""
    return f"/{language}/stations/{station}/values/{code}/{moment.astimezone(UTC).strftime(_ADDRESS)}{query}"
