"""Rows of the tables that hold what the network heard and what was measured."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from plietsch.ingest.clock import Clock


class UplinkRow(NamedTuple):
    """A row of `uplink`; `rx_info` is JSON, `repeats` the event_id of the frame of which this one is a copy, `object`
    what the network server's codec made of it, in JSON."""

    event_time: datetime
    event_id: UUID
    device_id: int
    dev_addr: str
    f_cnt: int
    f_port: int
    payload: bytes
    data_rate: int | None
    frequency_hz: int | None
    spreading_factor: int | None
    rx_info: bytes
    received_at: datetime
    clock: Clock | None = None
    repeats: UUID | None = None
    object: bytes | None = None


class ObservationRow(NamedTuple):
    """A row of `observation`."""

    datastream_id: int
    phenomenon_time: datetime
    result: float | None
    result_time: datetime
    quality: int
