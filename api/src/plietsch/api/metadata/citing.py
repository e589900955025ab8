"""How to cite rows: as a sentence, as fields of the Citation File Format 1.2.0, and as BibTeX."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from plietsch.api.stations import folding

# So many names are said in a citation; the list of licences has all.
_MOST_NAMED = 8
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)


class Cited(NamedTuple):
    """What is cited: whose, what it is called, where it is found again, when it was fetched, what it is complete to."""

    authors: Sequence[str]
    title: str
    address: str
    at: datetime
    licences: Sequence[str]
    complete_to: str | None = None


def document(cited: Cited) -> dict[str, Any]:
    """A citation in three forms."""
    return {"text": text(cited), "cff": cff(cited), "bibtex": bibtex(cited)}


def text(cited: Cited) -> str:
    """A sentence for a list of references."""
    as_of = f", complete to {cited.complete_to}" if cited.complete_to else ""
    under = f" {', '.join(cited.licences)}." if cited.licences else ""
    return f"{_named(cited)}: {cited.title}. {cited.address} (accessed {cited.at:%Y-%m-%d}{as_of}).{under}"


def cff(cited: Cited) -> dict[str, Any]:
    """As a CITATION.cff has it (Citation File Format 1.2.0); `date-accessed` is of a reference there."""
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them so.",
        "type": "dataset",
        "title": cited.title,
        "authors": [{"name": name} for name in _authors(cited)],
        "url": cited.address,
        "license": list(cited.licences),
        "version": cited.complete_to,
    }
    return {name: value for name, value in fields.items() if value}


def bibtex(cited: Cited) -> str:
    """An entry for LaTeX."""
    authors = " and ".join(f"{{{name.translate(_TEX)}}}" for name in _authors(cited))
    as_of = f", complete to {cited.complete_to}" if cited.complete_to else ""
    plainly, _ = folding.folded(f"plietsch {cited.title} {cited.at:%Y-%m-%d}")
    key = re.sub(r"[^a-z0-9]+", "-", plainly).strip("-")
    return (
        f"@misc{{{key},\n"
        f"  author = {{{authors}}},\n"
        f"  title = {{{cited.title.translate(_TEX)}}},\n"
        f"  year = {{{cited.at:%Y}}},\n"
        f"  howpublished = {{\\url{{{_without_braces(cited.address)}}}}},\n"
        f"  note = {{Accessed {cited.at:%Y-%m-%d}{as_of}}}\n"
        "}"
    )


def _without_braces(address: str) -> str:
    return address.replace("{", "%7B").replace("}", "%7D")


def _authors(cited: Cited) -> list[str]:
    return list(dict.fromkeys(cited.authors)) or ["plietsch"]


def _named(cited: Cited) -> str:
    authors = _authors(cited)
    others = len(authors) - _MOST_NAMED
    return "; ".join(authors[:_MOST_NAMED]) + (f"; and {others} others" if others > 0 else "")
