"""What applications send down: the JSON of `command/down`, and what waits for a device's next uplink.

A device of Class A can be told one thing per uplink. A confirmed one stays until the next uplink says whether it was
heard: ChirpStack does not send it again (chirpstack/src/downlink/data.rs), and neither does this.
"""

import base64
import binascii
import datetime
import json
import re
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_WAITING = 100  # per device: nothing here grows without bound
FIELDS = {"id", "devEui", "confirmed", "fPort", "data", "expiresAt"}
HIGHEST_PORT = 255
_TOPIC = re.compile(r"application/([^/]+)/device/([0-9a-f]{16})/command/down")


class Refused(ValueError):
    """The command cannot be carried out; the message says why."""


@dataclass(slots=True)
class Item:
    """A downlink that waits; `f_cnt_down` and `unacknowledged` are set once it was sent."""

    item_id: str
    f_port: int
    data: bytes
    confirmed: bool = False
    expires_at_s: float | None = None
    f_cnt_down: int | None = None
    unacknowledged: bool = False


class Queue:
    """The downlinks of one device, in the order in which they came."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def unsent(self) -> int:
        """How many have not been on air."""
        return sum(not item.unacknowledged for item in self._items)

    def put(self, item: Item) -> None:
        """Append an item; raise Refused if there is no room, or one of that id waits already."""
        if len(self._items) >= MOST_WAITING:
            raise Refused(f"{MOST_WAITING} downlinks wait already")
        if any(waiting.item_id == item.item_id for waiting in self._items):
            raise Refused(f"the id {item.item_id} waits already")
        self._items.append(item)

    def first(self) -> Item | None:
        """Return what is to be sent next."""
        return self._items[0] if self._items else None

    def take_unacknowledged(self) -> Item | None:
        """Remove and return the item that was sent confirmed, if there is one."""
        item = self.first()
        return self._items.popleft() if item and item.unacknowledged else None

    def remove(self, item: Item) -> None:
        """Remove an item, if it is there."""
        if item in self._items:
            self._items.remove(item)


def parse_topic(topic: str) -> tuple[str, str]:
    """Return the application's id and the DevEUI of a topic of commands; raise Refused."""
    if not (match := _TOPIC.fullmatch(topic)):
        raise Refused("the topic is not application/…/device/{DevEUI}/command/down")
    return match[1], match[2]


def parse(dev_eui: str, payload: bytes, new_id: Callable[[], str]) -> Item:
    """Return the downlink that a command for a device is; raise Refused."""
    try:
        command: dict[str, Any] = json.loads(payload)
    except ValueError as error:
        raise Refused(f"no JSON: {error}") from error
    if not isinstance(command, dict):  # pyright: ignore[reportUnnecessaryIsInstance] JSON may be anything
        raise Refused("no JSON object")
    if unknown := command.keys() - FIELDS:
        raise Refused(f"unknown fields: {', '.join(sorted(unknown))}")
    if command.get("devEui") != dev_eui:
        raise Refused(f"its devEui is {command.get('devEui')!r}, the topic's {dev_eui!r}")
    return Item(
        item_id=_item_id(command.get("id")) or new_id(),
        f_port=_port(command.get("fPort")),
        data=_data(command.get("data", "")),
        confirmed=_flag(command.get("confirmed", False)),
        expires_at_s=_time(command.get("expiresAt")),
    )


def _item_id(value: Any) -> str:
    try:
        return str(uuid.UUID(value)) if value else ""
    except (ValueError, AttributeError, TypeError) as error:
        raise Refused(f"the id {value!r} is no UUID") from error


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST_PORT:
        raise Refused(f"fPort must be between 1 and {HIGHEST_PORT}, not {value!r}")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused(f"confirmed is {value!r}")
    return value


def _data(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError) as error:
        raise Refused("data is no base64") from error


def _time(value: Any) -> float | None:
    if value is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Refused(f"expiresAt is {value!r}") from error
    if moment.tzinfo is None:
        raise Refused(f"expiresAt {value!r} has no offset")
    return moment.timestamp()
