"""Stations as they are asked for, put together from what is known: as Features, and as rows."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from fastapi import Request

from plietsch.api import database, geojson
from plietsch.api.formats.table import Table
from plietsch.api.hot.hot import Hot
from plietsch.api.hot.state import Entry, View
from plietsch.api.metadata import series as metadata
from plietsch.api.stations import filtering, model
from plietsch.api.stations.filtering import Filter, Found
from plietsch.api.stations.model import Station
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.api")
# From so many that are encoded anew on, others go on meanwhile.
_MANY = 200


async def known(request: Request) -> View:
    """What is known now. Raises what the database says where it is away, or errors.NotReady."""
    hot: Hot = request.app.state.hot
    if hot.view is None:
        pool: database.Pool = request.app.state.pool
        async with pool.connection() as connection:
            await connection.execute(_QUERIES["regions"])
    return await hot.known()


def find(view: View, filter_: Filter) -> list[Found]:
    """The stations that pass, in their order."""
    return filtering.find((each.shown for each in view.entries.values()), filter_)


def key(found: Found) -> tuple[float | str, ...]:
    """Where a station stands in that order."""
    return (found.code,) if found.distance_m is None else (found.distance_m, found.code)


async def features(view: View, found: Sequence[Found], filter_: Filter) -> list[bytes]:
    """The encoded Features of some stations: those that are there already, if nothing is different in them."""
    if not filter_.properties and filter_.near is None:
        return [view.entries[each.code].feature for each in found]
    if len(found) < _MANY:
        return _encoded(view, found, filter_)
    return await asyncio.to_thread(_encoded, view, found, filter_)


def stations(view: View, found: Sequence[Found], filter_: Filter) -> list[Station]:
    """Some stations, with what was asked for of them."""
    return [_asked(view.entries[each.code], each.distance_m, filter_) for each in found]


def _encoded(view: View, found: Sequence[Found], filter_: Filter) -> list[bytes]:
    return [geojson.encode_one(each) for each in stations(view, found, filter_)]


def _asked(entry: Entry, distance_m: float | None, filter_: Filter) -> Station:
    station = entry.shown.station
    changes = {}
    if filter_.properties:
        held = model.meant(entry.held, filter_.properties)
        changes["latest"] = {code: each.latest(entry.made_at) for code, each in held.items()}
    if distance_m is not None:
        changes["distance_m"] = round(distance_m)
    return msgspec.structs.replace(station, **changes)


def with_meaning(request: Request, table: Table, properties: Sequence[str]) -> Table:
    """The table, which tells who asks for metadata what its stations measure with, of some properties or of all."""

    async def about() -> Mapping[str, Any]:
        pool: database.Pool = request.app.state.pool
        async with pool.connection() as connection:
            return await metadata.of_stations(connection, [each.station for each in table.sources], properties)

    return replace(table, about=about)
