"""Instruments: which quantities a station measures, and what its sensors are called."""

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection

from plietsch.api.stations import Datastream
from plietsch.dashboards.texts import N_, Texts
from plietsch.platform import sql

_QUERIES = sql.load("plietsch.dashboards")
# What is a kind of instrument to the registry, whoever made it: it has a name of its own here and no manufacturer.
_KINDS = {"rain": N_("tipping-bucket rain gauge")}
# The node measures its battery by itself: nobody looks for that among the sensors.
_NODE = "node"


async def measured(connection: AsyncConnection[Any], region: str) -> dict[str, set[str]]:
    """The codes of the properties that each station of a region measures now, by the station's code."""
    cursor = await connection.execute(_QUERIES["measured"], {"region": region})
    return {station: set(codes) for station, codes in await cursor.fetchall()}


def names(datastreams: Iterable[Datastream], texts: Texts) -> list[str]:
    """What a station's sensors are called, each once."""
    sensors = {each.sensor.model: each.sensor.manufacturer for each in datastreams if each.sensor.model != _NODE}
    return [
        texts.translate(_KINDS[model]) if model in _KINDS else f"{manufacturer} {model}"
        for model, manufacturer in sorted(sensors.items())
    ]
