"""What a node answers on port 3, version 1: bytes to an answer, as `docs/payload.md` lays them out.

Raises `payload.PayloadError`; any byte string becomes an answer or one of these.
"""

from typing import Final

import msgspec

from plietsch.ingest import node_status
from plietsch.ingest.codec import specification
from plietsch.ingest.codec.specification import ANSWER, IN_FORCE, RESULTS
from plietsch.ingest.node_status import Identity
from plietsch.ingest.payload import PayloadCode, PayloadEmpty, PayloadOversized, PayloadTruncated, PayloadVersion

PORT: Final = specification.COMMANDS_PORT
VERSION: Final = specification.ANSWER_VERSION

# By the number that is sent, from 1 on.
COMMANDS: Final = tuple(command.name for command in specification.COMMANDS)
FIELDS: Final = tuple(setting.name for setting in specification.SETTINGS)

_HEAD_BYTES = specification.size_bytes(ANSWER)
_IN_FORCE_BYTES = specification.size_bytes(IN_FORCE)
_IDENTITY_BYTES = specification.size_bytes(specification.IDENTITY)


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
    said = specification.read(ANSWER, data)
    if (number := said["result"]) >= len(RESULTS):
        raise PayloadCode(f"The answer has the result {number}; {len(RESULTS) - 1} is the highest.")
    answer = Answer(said["token"], _name(COMMANDS, said["command"]) or str(said["command"]), RESULTS[number])
    return _with_rest(answer, data[_HEAD_BYTES:])


def _with_rest(answer: Answer, rest: bytes) -> Answer:
    """The answer with what holds now. Raises a PayloadError."""
    if answer.command in ("set", "get") and answer.result != "malformed":
        _check(rest, _IN_FORCE_BYTES)
        said = specification.read(IN_FORCE, rest)
        value = None if said["value"] == specification.NO_VALUE else said["value"]
        name = _name(FIELDS, said["field"])
        return msgspec.structs.replace(answer, field=said["field"], field_name=name, value=value)
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
