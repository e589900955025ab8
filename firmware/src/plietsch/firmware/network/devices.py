"""Devices as the network server has them registered."""

from collections import deque
from dataclasses import dataclass, field

from plietsch.firmware.network import downlinks, events
from plietsch.firmware.network.session import Block, Session


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A data frame that a gateway was given to send, `delay_s` after the uplink `uplink_id`."""

    downlink_id: int
    item: downlinks.Item | None
    delay_s: float
    uplink_id: int


@dataclass(slots=True)
class Device:
    """A registered device: keys, the nonces it has used, its session if it has one, and what waits for it.

    `requests` are MAC commands to be sent besides those that the network's settings call for.
    """

    info: events.DeviceInfo
    join_eui: str
    app_key: bytes
    dev_nonces: set[int] = field(default_factory=lambda: set[int]())
    session: Session | None = None
    queue: downlinks.Queue = field(default_factory=downlinks.Queue)
    requests: deque[Block] = field(default_factory=lambda: deque[Block]())
    outgoing: Outgoing | None = None
