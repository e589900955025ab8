"""Links from a page to its values in each format: for a reader to click, and for a program in the page's head."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from plietsch.api.formats.kinds import KINDS
from plietsch.dashboards.texts import N_, Texts

# In the order in which they are offered; what has no name is for programs alone.
_NAMES = {
    "csv": N_("CSV"),
    "excel": N_("CSV for Excel"),
    "parquet": N_("Parquet"),
    "json": N_("JSON"),
    "metadata": N_("Units, methods, gaps, how to cite (JSON)"),
    "ndjson": "",
    "arrow": "",
}


class Link(NamedTuple):
    """Where the values are in a format: what it is called (empty for programs alone), its media type."""

    name: str
    media_type: str
    address: str


def of(page: str, query: Sequence[tuple[str, str]], texts: Texts, only: Iterable[str] = _NAMES) -> list[Link]:
    """The links of a page, whose address has no suffix, as it was asked for."""
    asked = f"?{urlencode(query)}" if query else ""
    return [
        Link(texts.translate(_NAMES[name]), KINDS[name].media_type, f"{page}{KINDS[name].suffix}{asked}")
        for name in only
    ]
