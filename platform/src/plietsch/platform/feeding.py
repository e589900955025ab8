"""What a deployment feeds: a datastream for each channel of its device, and for each series computed of them."""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg

from plietsch.platform import errors, methods
from plietsch.platform.deployments import QUERIES
from plietsch.platform.device_types.specification import DeviceType

# Instrument and property of a channel.
Channels = Mapping[str, tuple[str, str]]


def feed(
    connection: psycopg.Connection,
    deployment_id: int,
    station_id: int,
    type_: DeviceType | None,
    channels: Channels,
    *,
    gauge_zero_distance_m: float | None,
    rain_tip_mm: float | None,
) -> None:
    """Let a deployment feed these raw channels' datastreams and those computed of them, and no others.

    Raises errors.DeploymentInvalid for an instrument or a property that the installation does not know.
    """
    fed = [(channel, code, methods.RAW, model) for channel, (model, code) in channels.items()]
    # Of two channels of one property, the one that the type names first is what others are computed from.
    measured = {code: model for _, code, _, model in reversed(fed)}
    computed = methods.of_device(type_, measured, gauge_zero_distance_m=gauge_zero_distance_m, rain_tip_mm=rain_tip_mm)
    fed += [(each.channel, each.code, each.method, measured[each.of]) for each in computed]
    for channel, code, method, model in fed:
        sensor_id = _id(connection, "sensor_id", model=model)
        datastream_id = _id(
            connection, "upsert_datastream", station_id=station_id, sensor_id=sensor_id, property=code, method=method
        )
        values = {"deployment_id": deployment_id, "channel": channel, "datastream_id": datastream_id}
        connection.execute(QUERIES["upsert_channel"], values)
    others = {"deployment_id": deployment_id, "channels": [channel for channel, *_ in fed]}
    connection.execute(QUERIES["remove_other_channels"], others)


def _id(connection: psycopg.Connection, query: LiteralString, **values: Any) -> int:
    row = connection.execute(QUERIES[query], values).fetchone()
    if row is None:
        known = ", ".join(str(value) for value in values.values())
        raise errors.DeploymentInvalid(
            f"This installation does not know {known} ({query.removesuffix('_id')}).", "Run `plietsch db migrate`."
        )
    return int(row[0])
