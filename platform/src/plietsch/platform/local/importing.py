"""The simulated region's stations in the registry: what a command said of one stays, start after start."""

from collections.abc import Set
from pathlib import Path

import msgspec
import psycopg

from plietsch.platform import errors, regions, registry
from plietsch.platform.regions import RegionFile, Station


def register(connection: psycopg.Connection, document: RegionFile, last_file: Path) -> int:
    """Import the stations that are new, or said otherwise than at the last start; returns how many there are in all.

    `last_file` keeps what was imported last. Raises errors.RegionInvalid.
    """
    imported = registry.import_region(connection, document, kept=_as_before(document, _read(last_file)))
    connection.commit()
    last_file.write_bytes(msgspec.json.encode(document))
    return imported.stations


def _read(file: Path) -> RegionFile | None:
    try:
        return regions.decode(file)
    except errors.RegionInvalid:
        # None yet, or of an earlier version: all is imported.
        return None


def _as_before(document: RegionFile, last: RegionFile | None) -> Set[str]:
    """The codes of the stations of which nothing else is said."""
    known = {station.code: station for station in last.stations} if last else {}
    return {each.code for each in document.stations if each.code in known and _goes_on(each, known[each.code])}


def _goes_on(station: Station, before: Station) -> bool:
    """Whether a station is what it was; the past that is simulated may begin later than at its first start."""
    since = before.deployment.since
    deployment = msgspec.structs.replace(station.deployment, since=since)
    return station.deployment.since >= since and msgspec.structs.replace(station, deployment=deployment) == before
