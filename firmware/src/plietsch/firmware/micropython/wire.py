"""What goes over the line to MicroPython and back, also what JSON alone cannot carry; as `wasm/runner.py` does."""

import json
from typing import Any, cast


def text(value: Any) -> str:
    """Return `value` as a line of JSON."""
    # As it is: MicroPython reads no escapes of characters beyond 16 bits.
    return json.dumps(packed(value), ensure_ascii=False)


def read(line: str) -> Any:
    """Return what a line of JSON says."""
    return unpacked(json.loads(line))


def packed(value: Any) -> Any:
    """Return `value` as JSON can carry it: bytes, infinities, and dicts with any key marked as what they are."""
    if isinstance(value, bytes | bytearray):
        return {"hex": value.hex(), "buffer": isinstance(value, bytearray)}
    if isinstance(value, float) and value - value != 0:
        return {"float": str(value)}
    if isinstance(value, list | tuple):
        return [packed(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {"dict": [[packed(key), packed(each)] for key, each in cast("dict[Any, Any]", value).items()]}
    return value


def unpacked(value: Any) -> Any:
    """Return what `packed` was given; what was a tuple has become a list."""
    if isinstance(value, list):
        return [unpacked(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    marked = cast("dict[str, Any]", value)
    if "hex" in marked:
        data = bytes.fromhex(marked["hex"])
        return bytearray(data) if marked["buffer"] else data
    if "float" in marked:
        return float(marked["float"])
    return {unpacked(key): unpacked(each) for key, each in marked["dict"]}
