"""What a node answers on port 3, version 1: bytes to an answer, as `docs/payload.md` lays them out.

Raises `payload.PayloadError`; any byte string becomes an answer or one of these.
"""

from typing import Final

import msgspec

from plietsch.ingest import node_status
from plietsch.ingest.node_status import Identity
from plietsch.ingest.payload import PayloadCode, PayloadEmpty, PayloadOversized, PayloadTruncated, PayloadVersion

PORT = 3
VERSION = 1

# By the number that is sent: commands and fields from 1 on, results from 0 on.
COMMANDS: Final = ("set", "get", "reboot", "who", "status")
FIELDS: Final = ("interval_s", "threshold_mm", "rise_mm_per_min", "silence_s", "confirm_after_s")
RESULTS: Final = (
    "ok",
    "unknown command",
    "malformed",
    "unknown field",
    "out of range",
    "not for this kind of node",
    "failed",
)

_HEAD_BYTES = 3
_FIELD_BYTES = 3
_IDENTITY_BYTES = 11
_NO_VALUE = 0xFFFF


class Answer(msgspec.Struct, frozen=True):
    """What became of a command, and what holds now.

    `token` is the command's, `command` its name, or its number where there is none. After `set` and `get`, `field` is
    the number of a field, `field_name` its name if it has one, `value` what is in force, null where the node has no
    such field. `identity` answers `who`.
    """

    token: int
    command: str
    result: str
    field: int | None = None
    field_name: str | None = None
    value: int | None = None
    identity: Identity | None = None


def decode(data: bytes) -> Answer:
    """Decode an application payload of port 3. Raises a PayloadError."""
    if not data:
        raise PayloadEmpty("The answer has no bytes.")
    if (version := data[0] >> 4) != VERSION:
        raise PayloadVersion(f"The answer has version {version}; version {VERSION} is known.")
    if len(data) < _HEAD_BYTES:
        raise PayloadTruncated(f"The answer has {len(data)} bytes; {_HEAD_BYTES} are the fewest.")
    if (number := data[0] & 0xF) >= len(RESULTS):
        raise PayloadCode(f"The answer has the result {number}; {len(RESULTS) - 1} is the highest.")
    answer = Answer(data[1], _name(COMMANDS, data[2]) or str(data[2]), RESULTS[number])
    return _with_rest(answer, data[_HEAD_BYTES:])


def _with_rest(answer: Answer, rest: bytes) -> Answer:
    """The answer with what holds now. Raises a PayloadError."""
    if answer.command in ("set", "get") and answer.result != "malformed":
        _check(rest, _FIELD_BYTES)
        value = int.from_bytes(rest[1:], "big")
        name = _name(FIELDS, rest[0])
        return msgspec.structs.replace(
            answer, field=rest[0], field_name=name, value=None if value == _NO_VALUE else value
        )
    if answer.command == "who" and answer.result == "ok":
        _check(rest, _IDENTITY_BYTES)
        return msgspec.structs.replace(answer, identity=node_status.identity(rest))
    _check(rest, 0)
    return answer


def _check(rest: bytes, size: int) -> None:
    if len(rest) < size:
        raise PayloadTruncated(f"The answer ends with {len(rest)} bytes; {size} are expected.")
    if len(rest) > size:
        raise PayloadOversized(f"The answer ends with {len(rest)} bytes; {size} are expected.")


def _name(names: tuple[str, ...], number: int) -> str | None:
    return names[number - 1] if 1 <= number <= len(names) else None
