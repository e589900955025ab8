"""Whether a document has the form of a device type: its members, and the type of each.

msgspec stops at the first mistake, and does not say under which name of a table it was. So where a document is refused,
its members are looked at one by one.
"""

import difflib
import re
import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, cast

import msgspec

from plietsch.platform.device_types.mistakes import Mistake, Place
from plietsch.platform.device_types.specification import FORMAT, DeviceType

# msgspec's words for what a file holds, in those of TOML; that a member may be left out is nothing that one can write.
_KINDS = {
    "str": "text", "int": "whole number", "float": "number", "bool": "true or false", "array": "list",
    "object": "table", "null": "", "datetime": "time", "date": "date", "time": "time",
}  # fmt: skip
_QUOTED = re.compile(r"`([a-z |]+)`")
_SAID = (
    (re.compile(r" - at `.*$"), ""),
    (re.compile(r" matching regex '.*'$"), " of another form"),
    (re.compile(r"^Invalid enum value (.*)$"), r"\1 is none of the values that it can have"),
)
# What to do, by a member's name; those of a table under a name of one's own have the table's.
_ADVICE = {
    "format": f'This version reads {FORMAT}: write format = "{FORMAT}".',
    "code": "Lower-case letters, digits and hyphens, 63 at most, as in acme-level-2.",
    "links": "An address as on a web page: https://…",
    "datasheet_url": "An address as on a web page: https://…",
    "decoder": 'Write decoder = "object" for a maker\'s codec, or "plietsch" for our own payload.',
    "f_ports": "LoRaWAN's ports of applications: whole numbers from 1 to 223, as in [2].",
    "f_port": "One of LoRaWAN's ports of applications, a whole number from 1 to 223.",
    "interval_s": "Whole seconds, as in interval_s = 600.",
    "path": 'The way into the object: path = "level.value"; of several in brackets the first counts that is there.',
    "range": "Two numbers in the property's unit, the lower one first, as in [0, 100].",
    "suspect_range": "Two numbers in the property's unit, the lower one first, as in [0, 100].",
    "payload": "The bytes that were sent, two hexadecimal digits each, without spaces.",
    "form": 'One of "unix" (seconds), "unix_ms" and "iso8601".',
    "expected": 'Numbers in the property\'s unit; where there is none, "missing", "above" or "below" (the range).',
    "instruments": 'Give each its table, as in [instruments.DL-MBX], and what it is: manufacturer = "…".',
    "channels": "Give each its table, as in [channels.water_depth]: lower-case letters, digits and underscores.",
    "object": 'What the codec makes of the frame, as a table: object = { level = "2799 mm" }.',
}
_NAMED_AT_WILL = {"links", "instruments", "channels", "expected"}
# What to do where the member itself has no advice, by how the mistake begins.
_ADVICE_OF_KIND = {
    "Expected text of length": "Say what it is.",
    "Expected text": 'Text stands in quotes, as in maker = "Acme".',
    "Expected whole number": "Whole numbers stand without quotes and decimals, as in 600.",
    "Expected number": "Numbers stand without quotes, as in 12.5.",
    "Expected true or false": "Write true or false, without quotes.",
    "Expected list": "A list stands in brackets, as in [1, 2].",
    "Expected table": "A table has members: in braces, or under a heading in brackets.",
}
_ADVICE_OTHERWISE = "docs/device-types.md describes each member."


def mistakes(document: dict[str, Any], form: type[msgspec.Struct] = DeviceType) -> list[Mistake]:
    """What keeps a document from being a device type, or a part of one; nothing where it has the form of it."""
    return list(_of_struct(document, form, ()))


def _of_struct(value: Any, type_: type[msgspec.Struct], place: Place) -> Iterator[Mistake]:
    if not isinstance(value, dict):
        yield _refused(value, type_, place) or Mistake(place, "Expected a table.", _ADVICE_OTHERWISE)
        return
    members = cast(dict[str, Any], value)
    fields = {field.name: field for field in msgspec.structs.fields(type_)}
    for name in members:
        if name not in fields:
            yield _unknown((*place, name), name, list(fields))
    for name, field in fields.items():
        if name in members:
            yield from _of(members[name], field.type, (*place, name))
        elif field.required:
            yield Mistake((*place, name), f"{name} is missing.", _ADVICE.get(name, f"Add {name} = …"))


def _of(value: Any, type_: Any, place: Place) -> Iterator[Mistake]:
    """The mistakes of a member: those of its parts first, and if there are none, its own."""
    found: list[Mistake] = []
    inner = _inner(type_)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        yield from _of_struct(value, inner, place)
        return
    if typing.get_origin(inner) is dict and isinstance(value, dict):
        of_name, of_member = typing.get_args(inner)
        for name, member in cast(dict[str, Any], value).items():
            refused = _refused(name, of_name, (*place, name))
            found += [refused] if refused else _of(member, of_member, (*place, name))
    elif typing.get_origin(inner) is tuple and isinstance(value, list) and Ellipsis in typing.get_args(inner):
        for number, member in enumerate(cast(list[Any], value)):
            found += _of(member, typing.get_args(inner)[0], (*place, number))
    if not found and (refused := _refused(value, type_, place)):
        found.append(refused)
    yield from found


def _inner(type_: Any) -> Any:
    """A member's type without its constraints, and without that it may be missing."""
    if typing.get_origin(type_) is Annotated:
        return _inner(typing.get_args(type_)[0])
    if typing.get_origin(type_) in (typing.Union, types.UnionType):
        others = [each for each in typing.get_args(type_) if each is not type(None)]
        return _inner(others[0]) if len(others) == 1 else type_
    return type_


def _refused(value: Any, type_: Any, place: Place) -> Mistake | None:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        said = str(error)
        for pattern, instead in _SAID:
            said = pattern.sub(instead, said)
        said = _QUOTED.sub(_kinds, said)
        return Mistake(place, f"{said}.", _advice(place, said))
    return None


def _kinds(quoted: re.Match[str]) -> str:
    return " or ".join(kind for name in quoted[1].split(" | ") if (kind := _KINDS.get(name, name)))


def _advice(place: Place, said: str) -> str:
    """What is said of the member, or of the table whose members are called as one likes, or else of its kind."""
    names = [str(name) for name in place if not isinstance(name, int)]
    named = [*names[-1:], *(name for name in names[-2:-1] if name in _NAMED_AT_WILL)]
    if own := next((_ADVICE[name] for name in named if name in _ADVICE), None):
        return own
    return next((advice for kind, advice in _ADVICE_OF_KIND.items() if said.startswith(kind)), _ADVICE_OTHERWISE)


def _unknown(place: Place, name: str, known: list[str]) -> Mistake:
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
    return Mistake(place, f"There is no member {name} here.", advice)
