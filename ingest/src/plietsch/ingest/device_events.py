"""What an event other than `up` becomes: a row as it came, and what it says of the device or of a downlink.

| event | row | besides |
|---|---|---|
| `join` | yes | health: joined |
| `status` | yes | health: margin, battery, external power |
| `txack` | yes | the downlink was sent |
| `ack` | yes | the downlink was acknowledged, or was not |
| `log` of level ERROR that names a queue item | yes | the downlink failed |
| `log`, `location`, kinds nobody knows | yes | – |

**The id of the row.** `ack`, `status` and `location` share their `deduplicationId` with the frame they came in and
with one another: theirs is a UUIDv5 of it and the kind. A join request is no `up` event, so that a `join` keeps its
own. What has no such id (`txack`, `log`, and an `ack` outside of Class A) is named by topic and payload.

**Which downlinks fail.** ChirpStack (4.20, `chirpstack/src/downlink/data.rs`) says EXPIRED, DOWNLINK_PAYLOAD_SIZE or
F_CNT_DOWN after it threw an item away, each with `queue_item_id` in its context. DOWNLINK_GATEWAY (`tx_ack.rs`) names
none, rightly: the item stays in the queue and is sent again.

**Order.** ChirpStack publishes each event from a task of its own (`integration/mod.rs`), and a broker delivers again
what was not acknowledged: an `ack` may come before the `txack`. So a state gives way only to one of a higher `RANK`,
and to a later one of the same: what has been seen, in whatever order, leads to the same end.

The functions are pure; nothing here is read from a clock.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from plietsch.ingest import events, messages

State = Literal["queued", "sent", "acknowledged", "unacknowledged", "failed"]

# What is final outranks what goes on, and among what is final, what presupposes more: a failed item left the queue, an
# unacknowledged one was sent before, an acknowledged one was heard. In ascending order.
RANK: Final[dict[State, int]] = {"queued": 0, "sent": 1, "failed": 2, "unacknowledged": 3, "acknowledged": 4}

# Events whose `deduplicationId` no other event of the device has.
_OWN_ID = frozenset({"join"})


class DeviceEventRow(NamedTuple):
    """A row of `device_event`; `detail` is JSON."""

    event_time: datetime
    event_id: UUID
    device_id: int
    kind: str
    detail: bytes
    received_at: datetime


class HealthChange(NamedTuple):
    """What a device said of itself; None is what it did not say, or cannot.

    `node_status` is JSON (`plietsch.ingest.node_status`), and comes alone.
    """

    device_id: int
    at: datetime
    joined: bool = False
    margin_db: int | None = None
    battery_percent: float | None = None
    external_power: bool | None = None
    node_status: bytes | None = None


class DownlinkChange(NamedTuple):
    """What became of a downlink; the detail says why it failed."""

    queue_item_id: UUID
    device_id: int
    state: State
    at: datetime
    f_cnt_down: int | None = None
    detail: str | None = None


class Recorded(NamedTuple):
    """All that one event becomes."""

    event: DeviceEventRow
    health: HealthChange | None = None
    downlink: DownlinkChange | None = None


def record(
    kind: str,
    payload: bytes,
    event: events.Event,
    device_id: int,
    event_id: UUID,
    heard_at: datetime,
    received_at: datetime,
) -> Recorded:
    """Say what an event becomes.

    `event_id` is its `deduplicationId`, or the message's id if it has none. The detail is the event as it came:
    whether the database can hold it (jsonb has no NUL character) is for the database to say, which then refuses the
    whole event, and the message is kept as an error.
    """
    shared = event.deduplication_id is not None and kind not in _OWN_ID
    row_id = messages.derived_id(event_id, kind) if shared else event_id
    row = DeviceEventRow(heard_at, row_id, device_id, kind, events.as_json(kind, payload), received_at)
    return Recorded(row, _health(event, device_id, heard_at), _downlink(event, device_id, heard_at))


def _health(event: events.Event, device_id: int, at: datetime) -> HealthChange | None:
    match event:
        case events.JoinEvent():
            return HealthChange(device_id, at, joined=True)
        case events.StatusEvent():
            return HealthChange(
                device_id,
                at,
                margin_db=event.margin or 0,
                battery_percent=_battery(event),
                external_power=event.external_power_source or False,
            )
        case _:
            return None


def _battery(event: events.StatusEvent) -> float | None:
    """A level of zero is what ChirpStack writes where there is none: unmeasured, or no battery in use."""
    if event.battery_level_unavailable or event.external_power_source:
        return None
    return event.battery_level or 0.0


def _downlink(event: events.Event, device_id: int, at: datetime) -> DownlinkChange | None:
    match event:
        case events.TxAckEvent() if item := _item(event.queue_item_id):
            return DownlinkChange(item, device_id, "sent", at, event.f_cnt_down or 0)
        case events.AckEvent() if item := _item(event.queue_item_id):
            state: State = "acknowledged" if event.acknowledged else "unacknowledged"
            return DownlinkChange(item, device_id, state, at, event.f_cnt_down or 0)
        case events.LogEvent() if event.level == "ERROR" and (
            item := _item((event.context or {}).get("queue_item_id"))
        ):
            return DownlinkChange(item, device_id, "failed", at, detail=f"{event.code}: {event.description}")
        case _:
            return None


def _item(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
