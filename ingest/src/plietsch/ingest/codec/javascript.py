"""The codec for network servers, in JavaScript: our tables, and beside them what is done with them (`template.js`).

ChirpStack 4 runs it in QuickJS, once for each frame (`chirpstack/src/codec/js/`); its interface is LoRa Alliance TS013
(Payload Codec API). `docs/chirpstack-codec.js` is what this makes; a test keeps the two in step.
"""

import json
from collections.abc import Iterable, Sequence
from importlib import resources

from plietsch.ingest.codec import specification as spec
from plietsch.ingest.codec.specification import Field, Part, Setting

_TABLES = "@TABLES@"


def source() -> str:
    """The codec, to be put into a device profile as it is."""
    template = (resources.files("plietsch.ingest.codec") / "template.js").read_text(encoding="utf-8")
    return template.replace(_TABLES, "\n\n".join("\n".join(chapter) for chapter in _chapters()))


def _chapters() -> Iterable[list[str]]:
    yield [
        "// Ports, and the most bytes that LoRaWAN carries.",
        *(_constant(name) for name in ("READINGS_PORT", "STATUS_PORT", "COMMANDS_PORT", "LONGEST_BYTES")),
    ]
    yield [
        "// Readings: how many bits say which groups a reading has, by version.",
        f"var FLAGS_BITS = {{ {', '.join(f'{version}: {bits}' for version, bits in spec.FLAGS_BITS.items())} }};",
        "// The bits of a time; 16 of them are unambiguous from BEFORE_S before the frame was heard on, in seconds.",
        *(_constant(name) for name in ("NARROW_TIME_BITS", "WIDE_TIME_BITS", "BEFORE_S")),
        "var NARROW_SPAN_S = Math.pow(2, NARROW_TIME_BITS);",
        "// Why there is no number: all bits of a code are ones, one less, two less.",
        f"var FAULTS = {_text(spec.FAULTS)};",
        "// The groups, by their bits from the highest on. A value is (code + offset) / steps; its unit ends its name.",
        "var GROUPS = [",
        *(line for name, group in zip(spec.GROUP_NAMES, spec.GROUPS, strict=True) for line in _group(name, group)),
        "];",
    ]
    yield [
        "// Status: who a node is, how it is, and once for each instrument that had errors.",
        *(_parts(name, getattr(spec, name)) for name in ("IDENTITY", "CONDITION", "TROUBLE")),
        f"var BATTERY = {_field(_battery())};",
        *(_constant(name) for name in ("STATUS_VERSION", "NO_DATA_RATE", "NO_FAN")),
        "// Names by the number that is sent, from 1 on.",
        *(f"var {name} = {_text(getattr(spec, name))};" for name in ("KINDS", "RESET_CAUSES", "INSTRUMENTS")),
    ]
    yield [
        "// Commands and answers: by the number that is sent, commands and settings from 1 on, results from 0 on.",
        *(_parts(name, getattr(spec, name)) for name in ("ANSWER", "IN_FORCE")),
        *(_constant(name) for name in ("ANSWER_VERSION", "NO_VALUE")),
        f"var RESULTS = {_text(spec.RESULTS)};",
        "var COMMANDS = [",
        *(f"  {{ name: {_text(name)}, arguments: {_list(arguments)} }}," for name, arguments in spec.COMMANDS),
        "];",
        "// What may be changed by radio, and from where to where.",
        "var SETTINGS = [",
        *map(_setting, spec.SETTINGS),
        "];",
    ]


def _constant(name: str) -> str:
    return f"var {name} = {getattr(spec, name)};"


def _parts(name: str, parts: Sequence[Part]) -> str:
    return f"var {name} = {_list(parts)};"


def _list(parts: Sequence[Part]) -> str:
    if not parts:
        return "[]"
    written = [f"{{ name: {_text(name)}, bits: {bits} }}" for name, bits in parts]
    line = f"[{', '.join(written)}]"
    return line if len(line) < 90 else "[\n" + "".join(f"  {each},\n" for each in written) + "]"


def _group(name: str, group: Sequence[Field]) -> list[str]:
    return [f"  [ // {name}", *(f"    {_field(field)}," for field in group), "  ],"]


def _field(field: Field) -> str:
    channel, bits, offset, steps, highest_code = field
    name = _text(channel + spec.UNITS[channel].ending)
    return f"{{ name: {name}, bits: {bits}, offset: {offset}, steps: {steps}, highestCode: {highest_code} }}"


def _battery() -> Field:
    return next(field for group in spec.GROUPS for field in group if field.channel == "battery")


def _setting(setting: Setting) -> str:
    return f"  {{ name: {_text(setting.name)}, lowest: {setting.lowest}, highest: {setting.highest} }},"


def _text(value: str | Sequence[str]) -> str:
    return json.dumps(value, ensure_ascii=False)
