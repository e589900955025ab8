"""Texts in the languages of the region: catalogues beside this module, numbers and times as each language writes them.

The English text is the key. Each part of the site has a catalogue of its own; the `.po` files of a language are read
once, when the application is made, and are one to whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from importlib import resources
from typing import Any

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
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
    """The texts of one language: by the English text, its translation, or those for one and for many."""

    language: str
    catalogue: dict[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def read(cls, language: str) -> "Texts":
        """The catalogues of a language, as one."""
        folder = resources.files("plietsch.dashboards") / "translations" / language / "LC_MESSAGES"
        catalogue: dict[str, tuple[str, ...]] = {}
        for path in sorted(
            (each for each in folder.iterdir() if each.name.endswith(".po")), key=lambda each: each.name
        ):
            with path.open("rb") as file:
                catalogue |= {
                    _one(message.id): _all(message.string) for message in read_po(file, language) if message.id
                }
        return cls(language, catalogue)

    def translate(self, text: str) -> str:
        """The text in this language, or as it is where no catalogue has it: names of places and of people."""
        return self.catalogue.get(text, ("",))[0] or text

    def gettext(self, text: str, **values: Any) -> str:
        """The text in this language, with values in their places (`%(name)s`)."""
        return self.translate(text) % values if values else self.translate(text)

    def ngettext(self, one: str, many: str, count: int, **values: Any) -> str:
        """The text for so many in this language; `%(count)s` is the count as this language writes it."""
        return self.translate_plural(one, many, count) % {"count": self.number(count, 0), **values}

    def translate_plural(self, one: str, many: str, count: int) -> str:
        """The text for so many in this language, with its places for values still in it."""
        # CLDR's rule for these three languages, for whole numbers: `one` is 1, everything else is `other`.
        form = 0 if self.locale.plural_form(count) == "one" else 1
        known = self.catalogue.get(one, ())
        return (known[form] if len(known) > form else "") or (one, many)[form]

    @property
    def locale(self) -> Locale:
        """How this language writes numbers and times."""
        return Locale.parse(_LOCALES[self.language])

    def number(self, value: float, decimals: int) -> str:
        """A number with so many decimals; what rounds to nothing has no sign."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(round(value, decimals) + 0.0, pattern, self.locale)

    def all_of(self, names: Sequence[str]) -> str:
        """Several things as a sentence names them: a, b and c."""
        return format_list(names, locale=self.locale)

    def clock(self, moment: datetime, timezone: tzinfo) -> str:
        """A time of day, as in 14:05."""
        return format_time(moment, {"da": "HH.mm"}.get(self.language, "HH:mm"), timezone, self.locale)

    def day(self, moment: date, timezone: tzinfo | None = None) -> str:
        """A day, as in 3 March 2026; of a moment, the day that it is in that zone."""
        local = moment.astimezone(timezone) if isinstance(moment, datetime) else moment
        return format_date(local, "long", self.locale)

    def weekday_and_clock(self, moment: datetime, timezone: tzinfo) -> str:
        """A day with the time of day, as in Tue 3 Mar, 14:05; with its year where that is not this one."""
        day = {"de": "EEE d. MMM", "da": "EEE d. MMM", "en": "EEE d MMM"}[self.language]
        year = "" if moment.astimezone(timezone).year == datetime.now(timezone).year else " y"
        clock = {"da": "HH.mm"}.get(self.language, "HH:mm")
        return format_datetime(moment, f"{day}{year}, {clock}", timezone, self.locale)

    def day_and_clock(self, moment: datetime, timezone: tzinfo) -> str:
        """A day of this year with the time of day, as in 3 Mar, 14:05."""
        pattern = {"de": "d. MMM, HH:mm", "da": "d. MMM, HH.mm", "en": "d MMM, HH:mm"}[self.language]
        return format_datetime(moment, pattern, timezone, self.locale)


def preferred(accept_language: str) -> str:
    """The language that a browser's `Accept-Language` asks for first, of those that we have (RFC 9110, 12.5.4)."""
    wanted = [_FALLBACKS.get(tag.split("-")[0], tag) for tag in _by_preference(accept_language)]
    chosen = negotiate_locale(wanted, list(LANGUAGES), sep="-")
    return chosen.split("-")[0] if chosen else DEFAULT


def _one(message_id: Any) -> str:
    """The English text, or the one for one."""
    return message_id if isinstance(message_id, str) else message_id[0]


def _all(translation: Any) -> tuple[str, ...]:
    return (translation,) if isinstance(translation, str) else tuple(translation)


def _by_preference(accept_language: str) -> Sequence[str]:
    weighted: list[tuple[float, str]] = []
    for part in accept_language.lower().split(","):
        tag, _, weight = part.partition(";")
        try:
            weighted.append((float(weight.replace(" ", "").removeprefix("q=") or 1), tag.strip()))
        except ValueError:
            continue  # a header nobody can read says nothing
    return [tag for weight, tag in sorted(weighted, key=lambda each: -each[0]) if weight > 0 and tag]
