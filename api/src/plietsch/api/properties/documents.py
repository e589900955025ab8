"""The shapes of a property in full, for the OpenAPI document; as JSON, and as rows."""

from collections.abc import Sequence
from typing import Any

import msgspec
from pydantic import Field

from plietsch.api.device_types import Known
from plietsch.api.device_types import documents as of_types
from plietsch.api.documents import Document
from plietsch.api.documents import Property as Listed
from plietsch.api.listings.answers import TEXT, WHOLE, Column
from plietsch.platform import methods, properties, units
from plietsch.platform.properties import Property


class Method(Document):
    method: str = Field(description="As the parameter `method` takes it.", examples=["kappa-koehler/1"])
    name: str = Field(examples=["kappa-koehler"])
    version: str | None = Field(description="null of what was measured.", examples=["1"])
    description: str = Field(
        examples=["without the water that particles take up in humid air (κ-Köhler, Crilley et al. 2018)"]
    )


class Measured(of_types.Channel):
    device_type: str = Field(description="The code of the device type.", examples=["plietsch-fine-dust"])


class PropertyDetails(Listed):
    unit_name: str = Field(examples=["microgram per cubic metre"])
    methods: list[Method] = Field(description="How its values come about, where any are known.")
    measured_by: list[Measured] = Field(description="The channels of device types that measure it.")


def details(each: Property, known: Sequence[Known]) -> dict[str, Any]:
    """A property in full as JSON has it."""
    channels = [row for row in of_types.rows(known) if row.code == each.code]
    computed = [method for code, method in methods.COMPUTED if code == each.code]
    named = [*([methods.RAW] if channels else []), *computed]
    return {
        **msgspec.structs.asdict(each),
        "unit_name": units.ALL[each.unit].name if each.unit in units.ALL else "",
        "methods": [_method(method) for method in named],
        "measured_by": [{"device_type": row.known.type.code, **of_types.channel_document(row)} for row in channels],
    }


def _method(method: str) -> dict[str, Any]:
    name, version = methods.parts(method)
    return {"method": method, "name": name, "version": version, "description": methods.DESCRIPTIONS[method]}


DESCRIPTION = "What is measured: observed properties with their definitions, units and the decimals of their values."
COLUMNS: Sequence[Column[Property]] = (
    Column("code", TEXT, "As the parameter property takes it.", lambda each: each.code),
    Column("name", TEXT, "What it is called.", lambda each: each.name),
    Column("description", TEXT, "What it is.", lambda each: each.description),
    Column("definition", TEXT, "The IRI of its definition.", lambda each: each.definition),
    Column("unit", TEXT, "The values' unit (UCUM).", lambda each: each.unit),
    Column("unit_symbol", TEXT, "The values' unit as people write it.", lambda each: each.unit_symbol),
    Column("decimals", WHOLE, "How many decimals the values have.", lambda each: each.decimals),
    Column("spread_of", TEXT, "Of what samples it is the spread.", lambda each: each.spread_of),
    Column("default_method", TEXT, "The method meant where nobody names one.", lambda each: each.default_method),
)

SHOWN = properties.of("temperature")
