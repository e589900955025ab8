"""The shapes of device types as answers, for the OpenAPI document; as JSON, and as rows: one for each channel."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from pydantic import Field

from plietsch.api.device_types.registry import Known
from plietsch.api.documents import Document
from plietsch.api.listings.answers import FLAG, NUMBER, TEXT, WHOLE, Column
from plietsch.platform import properties
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import Channel as Specified

_LINK = "https://www.decentlab.com/products/ultrasonic-distance-/-level-sensor-for-lorawan"


class Instrument(Document):
    model: str = Field(examples=["HRXL-MaxSonar-WRL"])
    manufacturer: str = Field(examples=["MaxBotix"])
    description: str = Field(examples=["Waterproof ultrasonic distance sensor, compensated for temperature"])
    datasheet_url: str | None = Field(examples=["https://maxbotix.com/pages/hrxl-maxsonar-wr-datasheet"])
    optional: bool = Field(description="Whether a device may lack it, or have another one instead.", examples=[False])


class Channel(Document):
    channel: str = Field(description="What the device calls it.", examples=["distance"])
    property: str = Field(examples=["distance"])
    instrument: str = Field(description="The model of what measures it.", examples=["HRXL-MaxSonar-WRL"])
    alternatives: list[str] = Field(description="What a device may have instead.", examples=[[]])
    unit: str = Field(description="Of values, range, resolution and limits (UCUM).", examples=["mm"])
    unit_symbol: str = Field(examples=["mm"])
    range: tuple[float, float] | None = Field(
        description="What the instrument can measure; a value beyond it has failed.", examples=[[300, 9998]]
    )
    resolution: float | None = Field(description="Its smallest step.", examples=[1])
    temperature_compensated: bool = Field(
        description="Whether an acoustic distance takes the air's temperature into account.", examples=[True]
    )
    limits: dict[str, Any] = Field(
        description="By test of QARTOD what values are held against; a test without limits is not run. "
        "See docs/quality.md.",
        examples=[{"spike": {"suspect": 500, "fail": 1000, "longest_step_s": 3900, "share": 0}}],
    )


class DeviceType(Document):
    code: str = Field(examples=["decentlab-dl-mbx"])
    maker: str = Field(examples=["Decentlab"])
    model: str = Field(examples=["DL-MBX"])
    summary: str = Field(examples=["Distance to the water by ultrasound"])
    built_in: bool = Field(description="Whether it comes with plietsch; others are an operator's own.", examples=[True])
    decoder: str = Field(
        description="`plietsch`: our own payload; `object`: the maker's codec in the network server.",
        examples=["object"],
    )
    f_ports: list[int] = Field(description="The LoRaWAN ports it sends on; all where none is named.", examples=[[]])
    interval_s: int | None = Field(description="How often it measures where nobody says otherwise.", examples=[600])
    links: dict[str, str] = Field(examples=[{"product": _LINK}])
    instruments: list[Instrument]
    channels: list[Channel]


class DeviceTypes(Document):
    device_types: list[DeviceType]


class Row(NamedTuple):
    """A channel of a device type."""

    known: Known
    name: str
    channel: Specified

    @property
    def code(self) -> str:
        """Of the observed property that it is."""
        return self.known.type.property_of(self.name)


def document(each: Known) -> dict[str, Any]:
    """A device type as JSON has it."""
    type_ = each.type
    return {
        "code": type_.code,
        "maker": type_.maker,
        "model": type_.model,
        "summary": type_.summary,
        "built_in": each.built_in,
        "decoder": type_.decoder,
        "f_ports": type_.f_ports,
        "interval_s": type_.interval_s,
        "links": each.links,
        "instruments": [{"model": model, **msgspec.structs.asdict(said)} for model, said in type_.instruments.items()],
        "channels": [channel_document(row) for row in rows([each])],
    }


def channel_document(row: Row) -> dict[str, Any]:
    """A channel as JSON has it."""
    channel = row.channel
    return {
        "channel": row.name,
        "property": row.code,
        "instrument": channel.instrument,
        "alternatives": channel.alternatives,
        "unit": _unit(row),
        "unit_symbol": properties.ALL[row.code].unit_symbol if row.code in properties.ALL else "",
        "range": channel.range,
        "resolution": channel.resolution,
        "temperature_compensated": channel.temperature_compensated,
        "limits": limits(channel),
    }


def limits(channel: Specified) -> dict[str, Any]:
    """What the tests of a channel hold values against; those that are run."""
    said: dict[str, Any] = msgspec.to_builtins(channel.limits)
    return {test: limit for test, limit in said.items() if limit is not None}


def rows(known: Iterable[Known]) -> list[Row]:
    """The channels of some types."""
    return [Row(each, name, channel) for each in known for name, channel in each.type.channels.items()]


def _unit(row: Row) -> str:
    return properties.ALL[row.code].unit if row.code in properties.ALL else ""


def _limit(test: str, *members: str | int) -> Callable[[Row], Any]:
    """A number in the limits of a channel; None where the test is not run, or has none."""

    def of(row: Row) -> Any:
        said: Any = limits(row.channel).get(test)
        for member in members:
            said = None if said is None else said[member]
        return said

    return of


def _range(end: int) -> Callable[[Row], float | None]:
    return lambda row: row.channel.range[end] if row.channel.range else None


def _instrument(member: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.known.type.instruments.get(row.channel.instrument), member, None)


DESCRIPTION = (
    "What devices measure: a row for each channel, by which instruments, and what its values are held against."
)
COLUMNS: Sequence[Column[Row]] = (
    Column("device_type", TEXT, "The type's code.", lambda row: row.known.type.code),
    Column("maker", TEXT, "Who makes the device.", lambda row: row.known.type.maker),
    Column("model", TEXT, "What its maker calls it.", lambda row: row.known.type.model),
    Column("summary", TEXT, "What it is.", lambda row: row.known.type.summary),
    Column("built_in", FLAG, "Whether it comes with plietsch.", lambda row: row.known.built_in),
    Column("interval_s", WHOLE, "How often it measures.", lambda row: row.known.type.interval_s, "s"),
    Column("channel", TEXT, "What the device calls what it measures.", lambda row: row.name),
    Column("property", TEXT, "The code of the observed property.", lambda row: row.code),
    Column("unit", TEXT, "Of range, resolution and limits (UCUM).", _unit),
    Column("instrument", TEXT, "The model of what measures it.", lambda row: row.channel.instrument),
    Column("manufacturer", TEXT, "Who makes the instrument.", _instrument("manufacturer")),
    Column("datasheet_url", TEXT, "The instrument's data sheet.", _instrument("datasheet_url")),
    Column("range_min", NUMBER, "The least that the instrument can measure.", _range(0)),
    Column("range_max", NUMBER, "The most that the instrument can measure.", _range(1)),
    Column("resolution", NUMBER, "Its smallest step.", lambda row: row.channel.resolution),
    Column("suspect_below", NUMBER, "What is lower is suspect.", _limit("suspect_range", 0)),
    Column("suspect_above", NUMBER, "What is higher is suspect.", _limit("suspect_range", 1)),
    Column("spike_suspect", NUMBER, "A spike from which on a value is suspect.", _limit("spike", "suspect")),
    Column("spike_fail", NUMBER, "A spike from which on a value has failed.", _limit("spike", "fail")),
    Column("rate_suspect", NUMBER, "A change an hour that is suspect.", _limit("rate_of_change", "suspect")),
    Column("rate_fail", NUMBER, "A change an hour that has failed.", _limit("rate_of_change", "fail")),
    Column("flat_suspect_after_s", NUMBER, "So long the same: suspect.", _limit("flat_line", "suspect_after_s"), "s"),
    Column("flat_fail_after_s", NUMBER, "So long the same: failed.", _limit("flat_line", "fail_after_s"), "s"),
    Column("neighbour_suspect", NUMBER, "So far from neighbours: suspect.", _limit("neighbour", "suspect")),
)  # fmt: skip

SHOWN = Known(catalogue.built_in()["decentlab-dl-mbx"], True, catalogue.built_in()["decentlab-dl-mbx"].links)
