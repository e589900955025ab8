"""Annotations: what a reader of a time must know, entered by an operator, in the region's languages.

What deployments say themselves (an instrument replaced, a station moved) is derived from them, and entered by nobody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.types.json import Jsonb

from plietsch.platform import errors, properties, sql

_QUERIES = sql.load("plietsch.platform", "annotations.sql")
_KIND = re.compile(r"[a-z][a-z-]{0,30}")
LANGUAGES = ("de", "da", "en")


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is to be known of a time, of a station, of a region or, where neither is named, of everywhere.

    `start` is None where it began before anybody knows, `end` where it lasts. `property` None means all. `source` is
    who says so; None is the operator. Texts are by language, at least in one.
    """

    id: int
    station: str | None
    region: str | None
    property: str | None
    start: datetime | None
    end: datetime | None
    kind: str
    text: Mapping[str, str]
    source: str | None
    entered_at: datetime
    entered_by: str


def add(
    connection: psycopg.Connection,
    *,
    station: str | None,
    region: str | None,
    property_: str | None,
    start: datetime | None,
    end: datetime | None,
    kind: str,
    text: Mapping[str, str],
    source: str | None,
) -> Annotation:
    """Enter one. Raises errors.AnnotationInvalid, errors.StationUnknown."""
    _require_sense(station, region, property_, start, end, kind, text)
    values = {
        "station": station,
        "region": region,
        "property": property_,
        "start": start,
        "end": end,
        "kind": kind,
        "text": Jsonb(dict(text)),
        "source": source,
    }
    row = connection.execute(_QUERIES["add"], values).fetchone()
    if row is None and station is not None:
        raise errors.StationUnknown(f"There is no station {station}.", "`plietsch device list` names them.")
    if row is None:
        raise errors.AnnotationInvalid(f"There is no region {region}.", "A region file brings one.")
    return next(each for each in known(connection) if each.id == row[0])


def known(
    connection: psycopg.Connection, *, station: str | None = None, region: str | None = None
) -> Sequence[Annotation]:
    """Those that were entered, of a station, of a region with its stations, or all; in the order of time."""
    rows = connection.execute(_QUERIES["known"], {"station": station, "region": region})
    return [Annotation(*row) for row in rows]


def remove(connection: psycopg.Connection, id_: int) -> Annotation:
    """Take one back; returns what it said. Raises errors.AnnotationUnknown."""
    for each in known(connection):
        if each.id == id_:
            connection.execute(_QUERIES["remove"], {"id": id_})
            return each
    raise errors.AnnotationUnknown(f"There is no annotation {id_}.", "`plietsch annotation list` has them all.")


def _require_sense(
    station: str | None,
    region: str | None,
    property_: str | None,
    start: datetime | None,
    end: datetime | None,
    kind: str,
    text: Mapping[str, str],
) -> None:
    """Raises errors.AnnotationInvalid."""
    if station is not None and region is not None:
        raise errors.AnnotationInvalid(
            "It is of a station or of a region.", "Name one of them; neither where it holds everywhere."
        )
    if property_ is not None and property_ not in properties.ALL:
        known_codes = ", ".join(sorted(properties.ALL))
        raise errors.AnnotationInvalid(f"There is no property {property_}.", f"Known are: {known_codes}.")
    if start is not None and end is not None and start >= end:
        raise errors.AnnotationInvalid("It ends before it begins.", "--from belongs to the span, --to does not.")
    if not _KIND.fullmatch(kind):
        raise errors.AnnotationInvalid(
            f"{kind} is no kind.", "Lower-case letters and hyphens, as in bonfire, road-works or maintenance."
        )
    if not any(said.strip() for said in text.values()):
        raise errors.AnnotationInvalid("It says nothing.", 'Say it in one language at least: --de "…", --da, --en.')
