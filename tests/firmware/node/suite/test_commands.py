"""Commands and answers against the tables that the other side is held against too."""

from binascii import hexlify, unhexlify

from plietsch_node.app import commands
from support import vectors

TABLE = vectors.load("commands.json")
RESULTS = {
    "ok": commands.OK,
    "unknown command": commands.UNKNOWN_COMMAND,
    "malformed": commands.MALFORMED,
    "unknown field": commands.UNKNOWN_FIELD,
    "out of range": commands.OUT_OF_RANGE,
    "not for this kind of node": commands.NOT_HERE,
    "failed": commands.FAILED,
}


def _test_command_of(vector):
    command = commands.parse(unhexlify(vector["hex"]))
    assert command.token == vector["token"]
    assert command.command == vector["command"]
    assert command.field == vector["field"]
    assert command.name == vector["field_name"]
    assert command.value == vector["value"]
    assert command.result == RESULTS[vector["result"]]


def _test_answer_of(vector):
    command = commands.parse(unhexlify(vector["command"]))
    answer = commands.answer(command, RESULTS[vector["result"]], vector["value"], unhexlify(vector["identity"]))
    assert hexlify(answer).decode() == vector["hex"]


globals().update(vectors.cases(_test_command_of, TABLE["down"], "name"))
globals().update(vectors.cases(_test_answer_of, TABLE["up"], "name"))


def test_any_bytes_are_a_command():
    for command in range(256):
        for size in range(8):
            parsed = commands.parse(bytes((9, command, 1, 2, 3, 4, 5, 6))[:size])
            assert parsed.token == (9 if size else 0)
            assert len(commands.answer(parsed, parsed.result)) in (3, 6)


def test_every_field_has_a_range_that_can_be_said():
    for name, lowest, highest in commands.FIELDS:
        assert 0 <= lowest < highest < 0xFFFF, name
