"""The codec for ChirpStack, in a sandbox: against the vectors of the decoders here and of the node, and them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from plietsch.ingest import commands, node_answers, node_status, payload, times
from plietsch.ingest.codec import javascript, specification
from plietsch.ingest.payload import Fault
from plietsch_node.app import commands as node_commands
from plietsch_node.app import payload as node
from support.sandbox import LimitReached, Sandbox, ScriptFailed

VECTORS = Path(__file__).parents[1] / "vectors"
PAYLOAD, STATUS, COMMANDS = (
    json.loads((VECTORS / name).read_text(encoding="utf-8"))
    for name in ("payload.json", "status.json", "commands.json")
)
CODEC = Sandbox(javascript.source())
HEARD_S = 1_767_225_612
NAMES = {channel: channel + unit.ending for channel, unit in specification.UNITS.items()}


def _time(moment_s: float) -> str:
    return f"{datetime.fromtimestamp(moment_s, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _decoded(data: bytes, port: int, heard_s: float | None = HEARD_S + 0.9) -> dict[str, Any]:
    heard = {} if heard_s is None else {"recvTime": _time(heard_s)}
    return CODEC.call("decodeUplink", {"bytes": list(data), "fPort": port, "variables": {}, **heard})


def _expected_reading(values: Mapping[str, float | Fault], time_s: int) -> dict[str, Any]:
    numbers = {NAMES[channel]: value for channel, value in values.items() if not isinstance(value, Fault)}
    faults = {NAMES[channel]: value.value for channel, value in values.items() if isinstance(value, Fault)}
    return {"time_s": time_s, **numbers, **({"faults": faults} if faults else {})}


def _expected(data: bytes, port: int, heard_s: int = HEARD_S) -> dict[str, Any] | str:
    """What the codec shall say of a frame according to the decoders here: data, or the code of an error."""
    try:
        if port == payload.PORT:
            frame = payload.decode(data)
            pairs = zip(frame.readings, times.expand(frame, heard_s), strict=True)
            readings = [_expected_reading(reading.values, time_s) for reading, time_s in pairs]
            return {"version": data[0] >> 4, "clock_set": frame.clock_set, "readings": readings}
        decode = node_status.decode if port == node_status.PORT else node_answers.decode
        return _without_none(msgspec.to_builtins(decode(data)))
    except payload.PayloadError as error:
        return error.code


def _without_none(said: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in said.items()
        if value is not None
    }


def _said(result: dict[str, Any]) -> dict[str, Any] | str:
    """The codec's answer in the same form; a time in words has to be the same as in seconds."""
    if "errors" in result:
        (error,) = result["errors"]
        return error.split(":")[0]
    for reading in result["data"].get("readings", ()):
        assert datetime.fromisoformat(reading.pop("time")).timestamp() == reading["time_s"]
    return result["data"]


_CASES = [
    *[(payload.PORT, vector) for vector in (*PAYLOAD["valid"], *PAYLOAD["invalid"])],
    *[(node_status.PORT, vector) for kind in ("valid", "newer", "invalid") for vector in STATUS[kind]],
    *[(node_answers.PORT, vector) for vector in (*COMMANDS["up"], *COMMANDS["invalid_up"])],
]


@pytest.mark.parametrize(("port", "vector"), _CASES, ids=[f"{port} {vector['name']}" for port, vector in _CASES])
def test_vectors_upwards(port: int, vector: dict[str, Any]) -> None:
    said = _said(_decoded(bytes.fromhex(vector["hex"]), port))
    assert said == _expected(bytes.fromhex(vector["hex"]), port)
    if "reason" in vector:
        assert said == f"payload-{vector['reason']}"


def test_what_an_operator_reads_of_a_frame() -> None:
    assert _decoded(bytes.fromhex("1ae4020c35fff8"), 1) == {
        "data": {
            "version": 1,
            "clock_set": True,
            "readings": [
                {
                    "time": "2026-01-01T00:00:00.000Z",
                    "time_s": 1_767_225_600,
                    "pm2_5_ug_m3": 312.5,
                    "faults": {"pm10_ug_m3": "above"},
                }
            ],
        }
    }


def test_nothing_is_null_as_a_network_server_may_not_hold_it() -> None:
    said = [_decoded(bytes.fromhex(vector["hex"]), port) for port, vector in _CASES]
    assert "null" not in json.dumps(said)


def _frames() -> st.SearchStrategy[bytes]:
    """Any bytes, and such as come far: with the header of a frame of readings, or cut from a real one."""
    real = st.sampled_from([bytes.fromhex(vector["hex"]) for _, vector in _CASES])
    mutated = st.tuples(real, st.integers(0, 40), st.binary(max_size=4)).map(lambda p: p[0][: p[1]] + p[2])
    headed = st.tuples(st.sampled_from([0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2C]), st.binary(max_size=60)).map(
        lambda p: bytes([p[0]]) + p[1]
    )
    return st.binary(max_size=230) | mutated | headed


@given(_frames(), st.sampled_from([1, 2, 3]), st.integers(2_000_000, 4_000_000_000))
def test_any_bytes_mean_the_same_in_both_languages(data: bytes, port: int, heard_s: int) -> None:
    assert _said(_decoded(data, port, heard_s)) == _expected(data, port, heard_s)


_WHOLE_BYTES = node.encode([(0, {"pm2_5": 1, "pm10": 2, "temperature": 3, "humidity": 4, "pressure": 999})])
_ON_THE_BORDER = {
    "a byte that is left over": (1, _WHOLE_BYTES + b"\0"),
    "as long as LoRaWAN carries": (1, _WHOLE_BYTES + bytes(222 - len(_WHOLE_BYTES))),
    "longer than LoRaWAN carries": (1, _WHOLE_BYTES + bytes(223 - len(_WHOLE_BYTES))),
    "a status as long as LoRaWAN carries": (2, bytes.fromhex(STATUS["valid"][0]["hex"]) + bytes(202)),
    "a status longer than LoRaWAN carries": (2, bytes.fromhex(STATUS["valid"][0]["hex"]) + bytes(203)),
    "the highest battery": (2, bytes.fromhex("11010203150000000100007cffff000000000000")),
    "no battery": (2, bytes.fromhex("11010203150000000100007dffff000000000000")),
    "who was asked in vain": (3, bytes.fromhex("110e04")),
    "who was asked in vain, and says it": (3, bytes.fromhex("110e041201020345000700290015")),
}


@pytest.mark.parametrize("name", _ON_THE_BORDER)
def test_what_lies_on_a_border_lies_on_the_same_side(name: str) -> None:
    port, data = _ON_THE_BORDER[name]
    assert _said(_decoded(data, port)) == _expected(data, port)


@pytest.mark.parametrize("ahead_s", [-times.BEFORE_S - 1, -times.BEFORE_S, times.AHEAD_S, times.AHEAD_S + 1])
def test_the_window_of_a_time_has_the_same_ends(ahead_s: int) -> None:
    data = node.encode([(HEARD_S + ahead_s, {"battery": 3.7})])
    (reading,) = _decoded(data, 1)["data"]["readings"]
    assert [reading["time_s"]] == times.expand(payload.decode(data), HEARD_S)


_TIMES = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=12)


@given(_TIMES, st.booleans(), st.booleans(), st.integers(0, 2**32))
def test_readings_have_the_same_instants(codes: list[int], clock_set: bool, wide: bool, heard_s: int) -> None:
    data = node.encode([(code, {"battery": 3.7}) for code in codes], clock_set, wide)
    said = [reading["time_s"] for reading in _decoded(data, 1, heard_s)["data"]["readings"]]
    assert said == times.expand(payload.decode(data), heard_s)


def test_without_a_moment_a_reading_has_no_time_unless_the_node_says_all_of_it() -> None:
    short = _decoded(node.encode([(60, {"battery": 3.7})]), 1, None)
    assert short["data"]["readings"] == [{"time_code": 60, "battery_v": 3.7}]
    assert short["warnings"] == ["Without recvTime the readings have no time."]
    assert _decoded(node.encode([(HEARD_S, {"battery": 3.7})], True, True), 1, None) == {
        "data": {
            "version": 1,
            "clock_set": True,
            "readings": [{"time": "2026-01-01T00:00:12.000Z", "time_s": HEARD_S, "battery_v": 3.7}],
        }
    }


def test_another_port_is_an_error() -> None:
    assert _said(_decoded(b"\0", 9)) == "unexpected-port"


def _encoded(**said: Any) -> dict[str, Any]:
    return CODEC.call("encodeDownlink", {"data": said, "variables": {}})


_SAID = dict(enumerate(node_answers.COMMANDS, 1))


@pytest.mark.parametrize(
    "vector", [vector for vector in COMMANDS["down"] if vector["result"] == "ok"], ids=lambda vector: vector["name"]
)
def test_vectors_downwards(vector: dict[str, Any]) -> None:
    wanted = {"field": vector["field_name"], "value": vector["value"]}
    said = {name: value for name, value in wanted.items() if value is not None}
    assert _encoded(command=_SAID[vector["command"]], token=vector["token"], **said) == {
        "bytes": list(bytes.fromhex(vector["hex"])),
        "fPort": 3,
    }


_COMMANDS = st.fixed_dictionaries(
    {"command": st.sampled_from([*node_answers.COMMANDS, "rebot", "", None])},
    optional={
        "token": st.integers(-1, 256) | st.just(1.5) | st.just("7"),
        "field": st.sampled_from([*node_answers.FIELDS, "interval", 1]),
        "value": st.integers(-1, 70_000)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.none()
        | st.just("300"),
        "valeu": st.just(1),
    },
)


@given(_COMMANDS)
def test_whatever_is_encoded_is_what_a_node_understands(said: dict[str, Any]) -> None:
    result = _encoded(**said)
    if "errors" in result:
        assert len(result["errors"]) == 1
        assert not _is_right(said)
        return
    assert _is_right(said)
    understood = node_commands.parse(bytes(result["bytes"]))
    assert understood.result == node_commands.OK
    assert (understood.token, _SAID[understood.command]) == (said.get("token", 0), said["command"])
    assert (understood.name, understood.value) == (said.get("field"), said.get("value"))


def _is_right(said: dict[str, Any]) -> bool:
    """Whether docs/payload.md knows such a command, said a second time."""
    needed = {"set": {"field", "value"}, "get": {"field"}, "reboot": set(), "who": set(), "status": set()}
    if said["command"] not in needed or said.keys() - {"command", "token"} != needed[said["command"]]:
        return False
    token, value = said.get("token", 0), said.get("value", 10)
    limits = {name: (lowest, highest) for name, lowest, highest in node_commands.FIELDS}
    if "field" in said and said["field"] not in limits:
        return False
    lowest, highest = limits[said["field"]] if "value" in said else (10, 10)
    return all(
        isinstance(number, int | float) and number == number // 1 and least <= number <= most
        for number, least, most in ((token, 0, 255), (value, lowest, highest))
    )


@pytest.mark.parametrize("number", range(1, len(node_commands.FIELDS) + 1), ids=node_answers.FIELDS)
def test_a_value_is_refused_where_a_node_would(number: int) -> None:
    name, lowest, highest = node_commands.FIELDS[number - 1]
    for value in (lowest - 1, lowest, highest, highest + 1):
        said = _encoded(command="set", field=name, value=value)
        sent = bytes((0, 1, number)) + value.to_bytes(2, "big")
        if node_commands.parse(sent).result == node_commands.OK:
            assert said == {"bytes": list(sent), "fPort": 3}
        else:
            assert said == {
                "errors": [f"command: value is {value}; it has to be a whole number from {lowest} to {highest}."]
            }


@pytest.mark.parametrize("token", [-1, 256, 1.5, None])
def test_a_token_is_a_byte(token: Any) -> None:
    (error,) = _encoded(command="reboot", token=token)["errors"]
    assert error.startswith("command: token is ")


def test_the_specification_has_the_nodes_own_limits() -> None:
    assert tuple(tuple(setting) for setting in specification.SETTINGS) == node_commands.FIELDS
    assert len(specification.GROUPS) == len(specification.GROUP_NAMES)
    assert specification.UNITS.keys() == set(payload.CHANNELS)


def test_the_command_prints_the_codec_or_writes_it(tmp_path: Path) -> None:
    printed = CliRunner().invoke(commands.app, ["codec"], catch_exceptions=False)
    assert printed.output == javascript.source()
    written = CliRunner().invoke(
        commands.app, ["codec", "--output", str(tmp_path / "codec.js")], catch_exceptions=False
    )
    assert written.exit_code == 0
    assert (tmp_path / "codec.js").read_text(encoding="utf-8") == javascript.source()
    refused = CliRunner().invoke(commands.app, ["codec", "--output", str(tmp_path / "nowhere" / "codec.js")])
    assert refused.exit_code != 0


@pytest.mark.parametrize(
    "body",
    [
        "while (true) {}",
        "return /^(a+)+$/.test(new Array(40).join('a') + 'b')",
        "var all = []; while (true) all.push(new Array(100000).join('x') + all.length)",
        "return decodeUplink(input)",
    ],
    ids=["endless loop", "endless regular expression", "allocation bomb", "endless recursion"],
)
def test_a_codec_that_wants_too_much_is_stopped(body: str) -> None:
    sandbox = Sandbox(f"function decodeUplink(input) {{ {body} }}", time_limit_s=0.1, memory_limit_bytes=4 << 20)
    with pytest.raises(LimitReached):
        sandbox.call("decodeUplink", {"bytes": [], "fPort": 1})


def test_a_codec_with_a_mistake_says_which() -> None:
    with pytest.raises(ScriptFailed, match="nothing is not defined"):
        Sandbox("function decodeUplink(input) { return nothing; }").call("decodeUplink", {"bytes": [], "fPort": 1})
    with pytest.raises(ScriptFailed, match="SyntaxError"):
        Sandbox("function (")


def test_a_script_reaches_nothing_but_the_language() -> None:
    sandbox = Sandbox("function names(input) { return Object.getOwnPropertyNames(globalThis); }")
    assert {"require", "process", "fetch", "std", "os", "setTimeout", "console"}.isdisjoint(sandbox.call("names", {}))
