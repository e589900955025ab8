"""The device types of this installation: those that come with plietsch, and an operator's own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection

from plietsch.platform import sql
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import DeviceType

_QUERIES = sql.load("plietsch.api.device_types", "device_types.sql")


class Known(NamedTuple):
    """A device type, whether it comes with plietsch, and where to read about it: an operator's own has no links."""

    type: DeviceType
    built_in: bool
    links: Mapping[str, str]


async def known(connection: AsyncConnection[Any]) -> list[Known]:
    """The types by their codes. One that a newer version has stored, and this one does not understand, is left out."""
    rows = await (await connection.execute(_QUERIES["device_types"])).fetchall()
    found = [_known(code, _read(definition), built_in) for code, definition, built_in in rows]
    return [each for each in found if each is not None]


def _read(definition: Any) -> DeviceType | None:
    try:
        return msgspec.convert(definition, DeviceType)
    except msgspec.ValidationError:
        return None


def _known(code: str, stored: DeviceType | None, built_in: bool) -> Known | None:
    """The database keeps what a worker decodes by, in an order of its own; the file has more, in that of its author."""
    if stored is None:
        return None
    file = catalogue.built_in().get(code) if built_in else None
    if file is None:
        return Known(stored, built_in, {})
    is_same = stored == msgspec.structs.replace(file, examples=(), links={})
    return Known(file if is_same else stored, built_in, file.links)
