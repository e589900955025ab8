"""What a comparison is asked for: stations, a quantity, a time. What cannot be shown is left out, and said so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from plietsch.api import errors
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.picture import asked as pictures
from plietsch.dashboards.picture.looks import MOST_LINES
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import streams
from plietsch.dashboards.texts import N_

# The spans that the form offers; an address may name any other.
SPANS = {
    "24h": N_("24 hours"),
    "7d": N_("seven days"),
    "30d": N_("30 days"),
    "12mo": N_("twelve months"),
}


@dataclass(frozen=True)
class Comparison:
    """A comparison: its stations in their order, the quantity, and its time as it was written."""

    stations: tuple[str, ...]
    code: str | None = None
    last: str | None = None
    start: str | None = None
    to: str | None = None
    methods: tuple[str, ...] = ()
    is_understood: bool = True

    @property
    def query(self) -> list[tuple[str, str]]:
        """Its parameters."""
        found = [("station", code) for code in self.stations]
        named = {"property": self.code, "last": self.last, "from": self.start, "to": self.to}
        found += [(name, value) for name, value in named.items() if value]
        return [*found, *(("method", method) for method in self.methods)]

    def address(self, language: str, without: str | None = None) -> str:
        """Its page; `without` leaves one of its stations out."""
        query = [(name, value) for name, value in self.query if (name, value) != ("station", without)]
        return f"/{language}/compare?{urlencode(query)}"


def comparison(
    stations: Sequence[str] | None,
    codes: Sequence[str] | None,
    last: str | None,
    start: str | None,
    to: str | None,
    methods: Sequence[str] | None,
) -> tuple[Comparison, pictures.Time]:
    """What is asked for, and its time: each station once, no more than there are strokes to tell lines apart by; of
    several quantities the last one.
    """
    wanted = tuple(dict.fromkeys(each for each in stations or () if each))
    every = [RAIN if code == streams.FALLEN else code for code in codes or () if code]
    named = every[-1] if every else None
    known = named is None or named in QUANTITIES
    found = Comparison(
        wanted[:MOST_LINES],
        named if known else None,
        last,
        start,
        to,
        tuple(dict.fromkeys(methods or ())),
        known and len(wanted) <= MOST_LINES and len(set(every)) <= 1,
    )
    try:
        return found, pictures.time(last, start, to, pictures.now())
    except errors.ParameterInvalid:
        usual = replace(found, last=pictures.DEFAULT_LAST, start=None, to=None, is_understood=False)
        return usual, pictures.time(pictures.DEFAULT_LAST, None, None, pictures.now())
