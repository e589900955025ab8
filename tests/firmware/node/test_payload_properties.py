"""What holds for every reading: encoding never fails, its size follows from its groups, single precision suffices."""

import base64
import json
import re
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch_node.app import commands, payload, status
from support.node_js import ROOT

NUMBER = st.one_of(st.none(), st.floats(), st.floats(-100, 1200), st.integers(-(10**6), 10**6))
VALUES = st.dictionaries(st.sampled_from(payload.CHANNELS), NUMBER, min_size=1)
READINGS = st.lists(st.tuples(st.integers(0, 2**33), VALUES), min_size=1, max_size=12)
NEW_IN_2 = {"pm2_5_spread", "pm10_spread", "distance", "distance_spread", "rain_tips"}
DOCUMENT = (ROOT / "docs/payload.md").read_text(encoding="utf-8")


@given(readings=READINGS, clock_set=st.booleans(), wide=st.booleans())
def test_any_reading_has_the_size_of_its_groups(
    readings: list[tuple[int, dict[str, Any]]], clock_set: bool, wide: bool
) -> None:
    frame = payload.encode(readings, clock_set, wide)
    version = 2 if any(NEW_IN_2 & values.keys() for _, values in readings) else 1
    bits = 6
    for _, values in readings:
        bits += (32 if wide else 16) + 4 * version
        bits += 28 * bool({"pm2_5", "pm10"} & values.keys()) + 21 * bool({"temperature", "humidity"} & values.keys())
        bits += 13 * ("pressure" in values) + 7 * ("battery" in values)
        bits += 20 * bool({"pm2_5_spread", "pm10_spread"} & values.keys()) + 20 * ("rain_tips" in values)
        bits += 22 * bool({"distance", "distance_spread"} & values.keys())
    assert len(frame) == -(-bits // 8)
    assert frame[0] >> 2 == version << 2 | clock_set << 1 | wide
    padding = len(frame) * 8 - bits
    assert frame[-1] & ((1 << padding) - 1) == 0


class Single:
    """A float of single precision, as the ESP32 computes with: every result is rounded to 32 bits."""

    def __init__(self, value: float) -> None:
        self.value: float = struct.unpack("f", struct.pack("f", value))[0]

    def __sub__(self, other: float) -> "Single":
        return Single(self.value - Single(other).value)

    def __add__(self, other: float) -> "Single":
        return Single(self.value + Single(other).value)

    def __mul__(self, other: float) -> "Single":
        return Single(self.value * Single(other).value)

    def __lt__(self, other: float) -> bool:
        return self.value < Single(other).value

    def __ge__(self, other: float) -> bool:
        return self.value >= Single(other).value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Single) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __int__(self) -> int:
        return int(self.value)


@pytest.mark.parametrize("field", [field for group in payload.GROUPS for field in group], ids=lambda field: field[0])
def test_single_precision_keeps_every_step(field: tuple[str, int, int, int, int]) -> None:
    _, bits, lowest, steps, highest_code = field
    # A million tips one by one would take long; the last ones are those that could differ.
    for code in (*range(min(highest_code, 20_000) + 1), *range(max(highest_code - 1_000, 0), highest_code + 1)):
        assert payload.code(Single(code / steps + lowest), bits, lowest, steps, highest_code) == code


def _vectors(table: str, part: str) -> dict[str, str]:
    content = json.loads((ROOT / "tests/vectors" / table).read_text(encoding="utf-8"))
    return {vector["name"]: vector["hex"] for vector in content[part]}


def _section(name: str) -> str:
    return DOCUMENT.split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("section", "table", "part", "fewest"),
    [
        ("Examples", "payload.json", "valid", 13),
        ("Status", "status.json", "valid", 2),
        ("Commands", "commands.json", "down", 5),
        ("Answers", "commands.json", "up", 6),
    ],
)
def test_the_examples_of_the_document_are_vectors(section: str, table: str, part: str, fewest: int) -> None:
    examples = re.findall(r"^\| ([^|]+) \| (\d+) \| `([0-9a-f ]+)` \|", _section(section), re.MULTILINE)
    frames = _vectors(table, part)
    assert len(examples) >= fewest
    for name, size, shown in examples:
        frame = shown.replace(" ", "")
        assert frames[name] == frame
        assert len(frame) == 2 * int(size)


def test_the_command_of_the_document_is_the_one_that_is_sent() -> None:
    (sent,) = re.findall(r'"fPort": 3, "data": "([^"]+)"', DOCUMENT)
    assert base64.b64decode(sent).hex() == _vectors("commands.json", "down")["interval of five minutes"]
    (written,) = re.findall(r"printf '([^']+)'", DOCUMENT)
    assert written.replace("\\x", "") == base64.b64decode(sent).hex()


def test_the_names_of_the_document_are_those_of_the_node() -> None:
    for section, field, names, first in (
        ("Status", "kind", status.KINDS, 1),
        ("Status", "reset cause", status.RESET_CAUSES, 1),
        ("Status", "instrument", status.INSTRUMENTS, 1),
    ):
        (said,) = re.findall(rf"^\| {field} \| \d+ \| (.+) \|$", _section(section), re.MULTILINE)
        assert re.sub(r" \(.*\)", "", said) == ", ".join(f"{n} {name}" for n, name in enumerate(names, first))
    fields = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+)–(\d+) \|", _section("Commands"), re.MULTILINE)
    assert [(name, int(low), int(high)) for name, _, low, high in fields] == list(commands.FIELDS)
    assert [int(number) for _, number, _, _ in fields] == [*range(1, len(fields) + 1)]
    numbers = dict(re.findall(r"^\| `(\w+)` \| (\d) \| [^\d]", _section("Commands"), re.MULTILINE))
    assert {name: int(number) for name, number in numbers.items()} == {
        name: getattr(commands, name.upper()) for name in ("set", "get", "reboot", "who", "status")
    }
    (results,) = re.findall(r"^\| result \| 4 \| (.+) \|$", _section("Answers"), re.MULTILINE)
    assert [int(number) for number in re.findall(r"\d", results)] == [*range(commands.FAILED + 1)]


@given(st.binary(max_size=12))
def test_any_bytes_are_a_command_and_have_an_answer(data: bytes) -> None:
    command = commands.parse(data)
    answer = commands.answer(command, command.result, command.value)
    assert answer[0] == 0x10 | command.result
    assert answer[1:3] == bytes((command.token, command.command))


def test_the_ranges_of_the_document_are_those_of_the_encoder() -> None:
    names = {"PM2.5": "pm2_5", "PM10": "pm10"}
    rows = re.findall(
        r"^\| (\S+) \| (\d+) \| with \w+ \| ([−\d.]+)–([\d.]+) \S+ \| ([\d.]+) \|", DOCUMENT, re.MULTILINE
    )
    documented = {
        names.get(name, name): (int(bits), float(low.replace("−", "-")), float(high), float(step))
        for name, bits, low, high, step in rows
    }
    assert documented == {
        channel: (bits, lowest, pytest.approx(lowest + highest_code / steps), 1 / steps)
        for group in payload.GROUPS
        for channel, bits, lowest, steps, highest_code in group
    }
