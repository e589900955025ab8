"""Device types in the database, where every process finds them: those that are built in, and an operator's own.

`device_type.definition` holds what a worker decodes by: the file without its examples and links.
"""

from collections.abc import Iterable, Mapping, Set
from enum import StrEnum

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from plietsch.platform import errors, properties, sql
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import DeviceType, Instrument

_QUERIES = sql.load("plietsch.platform.device_types")


class Added(StrEnum):
    """What adding a type came to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def store_built_in(connection: psycopg.Connection) -> None:
    """Store properties, instruments and types as this version knows them; what is the same already is left alone.

    An operator's own type keeps its place beside a later one of the same code.
    """
    rows = [msgspec.structs.asdict(each) for each in properties.ALL.values()]
    # What it is a spread of comes first.
    rows.sort(key=lambda row: row["spread_of"] is not None)
    types = catalogue.built_in().values()
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(_QUERIES["upsert_property"], rows)
        _store(cursor, types, built_in=True)


def add(connection: psycopg.Connection, added: DeviceType) -> Added:
    """Store an operator's own type, or a newer form of it. Raises errors.DeviceTypeInvalid where it takes the name of
    a type that is built in, or describes an instrument otherwise than another type does."""
    if added.code in catalogue.built_in():
        raise errors.DeviceTypeInvalid(
            f"{added.code} is a device type that comes with plietsch.", "Give yours another `code`."
        )
    with connection.transaction(), connection.cursor() as cursor:
        before = known(connection)
        for type_ in {**before, **catalogue.built_in()}.values():
            if type_.code != added.code:
                _require_same(added, type_)
        _store(cursor, [added], built_in=False)
    if added.code not in before:
        return Added.NEW
    return Added.SAME if definition(before[added.code]) == definition(added) else Added.CHANGED


def _require_same(added: DeviceType, other: DeviceType) -> None:
    """Raises errors.DeviceTypeInvalid where both have an instrument and say different things of it."""
    for model in added.instruments.keys() & other.instruments.keys():
        described = other.instruments[model]
        if _described(described) != _described(added.instruments[model]):
            raise errors.DeviceTypeInvalid(
                f"instruments.{model}: {other.code} has an instrument of that name, by {described.manufacturer}: "
                f"{' '.join(filter(None, _described(described)[1:])) or 'without a description'}.",
                "Describe it the same if it is the same, or give yours another name.",
            )


def _described(instrument: Instrument) -> tuple[str | None, ...]:
    return instrument.manufacturer, instrument.description, instrument.datasheet_url


def known(connection: psycopg.Connection) -> Mapping[str, DeviceType]:
    """The types that the database holds, by their codes. Raises errors.DeviceTypeInvalid for one that is newer."""
    rows = connection.execute(_QUERIES["device_types"])
    return {code: _read(code, stored) for code, stored in rows}


def added(connection: psycopg.Connection) -> Set[str]:
    """The codes of those that an operator added."""
    return {code for (code,) in connection.execute(_QUERIES["added_device_types"])}


def definition(type_: DeviceType) -> dict[str, object]:
    """What is stored of a type."""
    return msgspec.to_builtins(msgspec.structs.replace(type_, examples=(), links={}))


def _read(code: str, stored: object) -> DeviceType:
    try:
        return msgspec.convert(stored, DeviceType)
    except msgspec.ValidationError as error:
        raise errors.DeviceTypeInvalid(
            f"The database's device type {code} is none that this version understands: {error}.",
            "A newer version has stored it: run that one here, too.",
        ) from error


def _store(cursor: psycopg.Cursor, types: Iterable[DeviceType], *, built_in: bool) -> None:
    for type_ in types:
        instruments = [
            {"model": model, **msgspec.structs.asdict(instrument)} for model, instrument in type_.instruments.items()
        ]
        cursor.executemany(_QUERIES["upsert_sensor"], instruments)
        cursor.execute(
            _QUERIES["upsert_device_type"],
            {
                "code": type_.code,
                "name": f"{type_.maker} {type_.model}",
                "definition": Jsonb(definition(type_)),
                "built_in": built_in,
            },
        )
