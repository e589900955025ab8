"""Texts in the languages of the region: catalogues beside this module, numbers and times as each language writes them.

The English text is the key. A catalogue is read from its `.po` file once, when the application is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from importlib import resources

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

# The first one is the region's own: it is taken where a reader asks for none of them.
LANGUAGES = {"de": "Deutsch", "da": "Dansk", "en": "English"}
DEFAULT = "de"
# English as it is written in Europe: 24 hours, day before month.
_LOCALES = {"de": "de_DE", "da": "da_DK", "en": "en_GB"}
# Low German and North Frisian have no catalogue yet; their readers read German.
_FALLBACKS = {"nds": "de", "frr": "de", "nb": "da", "no": "da"}


def N_(text: str) -> str:  # noqa: N802 the name that extraction tools know
    """Mark a text for translation; it is translated when it is shown."""
    return text


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: str
    catalogue: dict[str, str] = field(repr=False)

    @classmethod
    def read(cls, language: str) -> "Texts":
        """The catalogue of a language."""
        path = resources.files("plietsch.dashboards") / "translations" / language / "LC_MESSAGES" / "messages.po"
        with path.open("rb") as file:
            catalogue = {str(message.id): str(message.string) for message in read_po(file, language) if message.id}
        return cls(language, catalogue)

    def translate(self, text: str) -> str:
        """The text in this language, or as it is where no catalogue has it: names of places and of people."""
        return self.catalogue.get(text) or text

    def translate_plural(self, one: str, many: str, count: int) -> str:
        """For Jinja, which wants it; our texts are written so that they need no plural."""
        return self.translate(one if count == 1 else many)

    @property
    def locale(self) -> Locale:
        """How this language writes numbers and times."""
        return Locale.parse(_LOCALES[self.language])

    def number(self, value: float, decimals: int) -> str:
        """A number with so many decimals."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(value, pattern, self.locale)

    def clock(self, moment: datetime, timezone: tzinfo) -> str:
        """A time of day, as in 14:05."""
        return format_time(moment, {"da": "HH.mm"}.get(self.language, "HH:mm"), timezone, self.locale)

    def day(self, moment: datetime, timezone: tzinfo) -> str:
        """A day, as in 3 March 2026."""
        return format_date(moment.astimezone(timezone), "long", self.locale)

    def day_and_clock(self, moment: datetime, timezone: tzinfo) -> str:
        """A day of this year with the time of day, as in 3 Mar, 14:05."""
        pattern = {"de": "d. MMM, HH:mm", "da": "d. MMM, HH.mm", "en": "d MMM, HH:mm"}[self.language]
        return format_datetime(moment, pattern, timezone, self.locale)


def preferred(accept_language: str) -> str:
    """The language that a browser's `Accept-Language` asks for first, of those that we have (RFC 9110, 12.5.4)."""
    wanted = [_FALLBACKS.get(tag.split("-")[0], tag) for tag in _by_preference(accept_language)]
    chosen = negotiate_locale(wanted, list(LANGUAGES), sep="-")
    return chosen.split("-")[0] if chosen else DEFAULT


def _by_preference(accept_language: str) -> Sequence[str]:
    weighted: list[tuple[float, str]] = []
    for part in accept_language.lower().split(","):
        tag, _, weight = part.partition(";")
        try:
            weighted.append((float(weight.replace(" ", "").removeprefix("q=") or 1), tag.strip()))
        except ValueError:
            continue  # a header nobody can read says nothing
    return [tag for weight, tag in sorted(weighted, key=lambda each: -each[0]) if weight > 0 and tag]
