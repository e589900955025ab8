"""Commands to a node and its answers, version 1: bytes to commands, answers to bytes, as `docs/payload.md` has them.

    command = parse(data)           # its result is OK as far as the bytes can tell
    answer(command, result, ...)    # after it was tried: what became of it, and what holds now

Nothing is carried out here.
"""

import struct
from collections import namedtuple

from plietsch_node.app import payload

PORT = payload.COMMANDS_PORT
VERSION = 1

SET, GET, REBOOT, WHO, STATUS = 1, 2, 3, 4, 5
OK, UNKNOWN_COMMAND, MALFORMED, UNKNOWN_FIELD, OUT_OF_RANGE, NOT_HERE, FAILED = 0, 1, 2, 3, 4, 5, 6

# The fields of the configuration that may be changed by radio: (name, lowest, highest). What is sent is the place in
# the list, from 1 on; new ones go to the end. Each value has 16 bits.
FIELDS = (
    ("interval_s", 10, 43200),
    ("threshold_mm", 1, 5000),
    ("rise_mm_per_min", 1, 1000),
    ("silence_s", 60, 43200),
    ("confirm_after_s", 60, 43200),
)
# What is said of a field that this kind of node has not got.
_NO_VALUE = 0xFFFF
_ARGUMENT_BYTES = (0, 3, 1, 0, 0, 0)  # by command

# `field` is a place in FIELDS from 1 on, or 0; `name` that field's, or None; `value` what is to be set, or None.
Command = namedtuple("Command", ("token", "command", "field", "name", "value", "result"))


def parse(data):
    """Return the `Command` that the bytes of a downlink are; never raises.

    Its result is OK, or why it cannot be carried out. Whether this kind of node has the field is not known here.
    """
    if len(data) < 2:
        return Command(data[0] if data else 0, 0, 0, None, None, MALFORMED)
    token, command = data[0], data[1]
    if not SET <= command <= STATUS:
        return Command(token, command, 0, None, None, UNKNOWN_COMMAND)
    if len(data) != 2 + _ARGUMENT_BYTES[command]:
        return Command(token, command, 0, None, None, MALFORMED)
    if command > GET:
        return Command(token, command, 0, None, None, OK)
    field = data[2]
    value = data[3] << 8 | data[4] if command == SET else None
    if not 1 <= field <= len(FIELDS):
        return Command(token, command, field, None, value, UNKNOWN_FIELD)
    name, lowest, highest = FIELDS[field - 1]
    within = value is None or lowest <= value <= highest
    return Command(token, command, field, name, value, OK if within else OUT_OF_RANGE)


def answer(command, result, value=None, identity=b""):
    """Return the bytes of the answer to a `Command`.

    `value` is what holds now for the command's field, None where the node has no such field; `identity` are the first
    bytes of a status frame, for the question who the node is.
    """
    said = bytes((VERSION << 4 | result, command.token, command.command))
    if command.field:
        said += struct.pack(">BH", command.field, _NO_VALUE if value is None else value)
    return said + identity
