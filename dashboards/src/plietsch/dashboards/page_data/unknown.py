"""`/de/compare.xml`, `/status.csv`: behind a page stands what is not there. Said as a problem that names what is."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from plietsch.api import errors
from plietsch.api.formats.kinds import FLAT, GEO, KINDS
from plietsch.dashboards.texts import LANGUAGES

_LANGUAGE = f"/(?:{'|'.join(LANGUAGES)})"
# Digits first are no suffix: a time ends so.
_SUFFIX = r"(?P<suffix>\.[A-Za-z][\w.]*)"


class _Page(NamedTuple):
    """A page: its address, the suffixes that there are behind it; without any, where the data are that it is of."""

    path: str
    suffixes: Sequence[str] = ()
    data: str = ""

    @property
    def hint(self) -> str:
        """What can be asked for instead."""
        if self.suffixes:
            return f"There are behind it: {', '.join(self.suffixes)}."
        return f"It is a page to be read; as data: GET {self.data}"


_PAGES = (
    _Page(f"(?:{_LANGUAGE})?/stations/[^/.]+", [KINDS[name].suffix for name in GEO]),
    _Page(f"(?:{_LANGUAGE})?/compare", [*(KINDS[name].suffix for name in FLAT), ".svg", ".png"]),
    _Page(f"(?:{_LANGUAGE})?/status", data="/status.json"),
    _Page(f"{_LANGUAGE}/stations/[^/]+/values/[^/]+/[^/.]+(?:\\.\\d+[^/.]*)?", data="/api/v1/observations"),
    _Page(f"(?:{_LANGUAGE})?/developers(?:/try)?", data="/api/v1"),
    _Page(f"{_LANGUAGE}/?", data="/api/v1/stations"),
)
_ADDRESSES = [(page, re.compile(page.path + _SUFFIX)) for page in _PAGES]
# No page, but there.
_DOCUMENTS = frozenset({"/status.json"})


def refuse(path: str) -> None:
    """Raises api.errors.FormatUnavailable for a page's address with a suffix that there is not."""
    for page, address in _ADDRESSES:
        found = address.fullmatch(path)
        if found and found["suffix"] not in page.suffixes and path not in _DOCUMENTS:
            message = f"There is no {errors.shown(found['suffix'])} behind this address."
            raise errors.FormatUnavailable(message, page.hint)
