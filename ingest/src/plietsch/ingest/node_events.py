"""What a node says in words of its own becomes an event of the device, beside the frame it came in.

| port | event | besides |
|---|---|---|
| 2 | `node-status` | health: how the node is |
| 3 | `node-answer` | – |

The functions are pure.
"""

from datetime import datetime
from typing import Final

import msgspec

from plietsch.ingest import messages, node_answers, node_status
from plietsch.ingest.device_events import DeviceEventRow, HealthChange, Recorded
from plietsch.ingest.rows import UplinkRow

_DECODERS: Final = {
    node_status.PORT: ("node-status", node_status.decode),
    node_answers.PORT: ("node-answer", node_answers.decode),
}
PORTS: Final = frozenset(_DECODERS)


def record(frame: UplinkRow, heard_at: datetime) -> Recorded:
    """Say what a frame of one of `PORTS` becomes. Raises payload.PayloadError.

    The event has the frame's time and an id made of the frame's; `heard_at` is when the node is believed to have said
    it, which differs where the network's clock is wrong.
    """
    kind, decode = _DECODERS[frame.f_port]
    detail = msgspec.json.encode(decode(frame.payload))
    event_id = messages.derived_id(frame.event_id, kind)
    event = DeviceEventRow(frame.event_time, event_id, frame.device_id, kind, detail, frame.received_at)
    of_status = frame.f_port == node_status.PORT
    return Recorded(event, HealthChange(frame.device_id, heard_at, node_status=detail) if of_status else None)
