"""Instruments: which quantities a station measures, and what its sensors are called."""

from collections.abc import Collection, Iterable
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


async def measured(
    connection: AsyncConnection[Any], region: str, stations: Collection[str] | None = None
) -> dict[str, set[str]]:
    """The codes of the quantities that each station of a region, or each of some, measures now, by its code."""
    parameters = {"region": region, "stations": None if stations is None else list(stations)}
    cursor = await connection.execute(_QUERIES["measured"], parameters)
    return {station: set(codes) for station, codes in await cursor.fetchall()}


async def measured_anywhere(connection: AsyncConnection[Any], region: str) -> set[str]:
    """The codes of the quantities that any station of a region measures now."""
    cursor = await connection.execute(_QUERIES["measured_anywhere"], {"region": region})
    return {code for (code,) in await cursor.fetchall()}


def names(datastreams: Iterable[Datastream], texts: Texts) -> list[str]:
    """What a station's sensors are called, each once."""
    sensors = {each.sensor.model: each.sensor.manufacturer for each in datastreams if each.sensor.model != _NODE}
    return distinct(name(model, manufacturer, texts) for model, manufacturer in sorted(sensors.items()))


def name(model: str, manufacturer: str, texts: Texts) -> str:
    """What a kind of instrument is called."""
    if model in _KINDS:
        return texts.translate(_KINDS[model])
    # Some makers name themselves in the model.
    return model if model.casefold().startswith(manufacturer.casefold()) else f"{manufacturer} {model}"


def distinct(found: Iterable[str]) -> list[str]:
    """Names of instruments, each once; what is a part of another one ("LDDS75-ultrasound") goes by that one's name."""
    known = list(dict.fromkeys(found))
    return [each for each in known if not any(each.startswith((f"{other}-", f"{other} ")) for other in known)]
