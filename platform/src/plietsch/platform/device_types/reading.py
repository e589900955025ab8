"""Reading a device type's file: every mistake is named, with its line, its member and what to do about it."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from plietsch.platform import errors
from plietsch.platform.device_types import mistakes, rules, shape
from plietsch.platform.device_types.mistakes import Mistake
from plietsch.platform.device_types.specification import DeviceType

_HINT = "docs/device-types.md describes the format, with a whole example."
# What is no device type has no meaning yet that could be looked at, and one that means nothing decodes no example.
_MORE = "More may be found once this is right: {next}. " + _HINT
_FORM_HINT = _MORE.format(next="names, units and limits are looked at next, then the examples are tried")
_MEANING_HINT = _MORE.format(next="the examples are tried next")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(path: Path) -> DeviceType:
    """Read and check a file. Raises errors.DeviceTypeInvalid."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise errors.DeviceTypeInvalid(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise errors.DeviceTypeInvalid(f"{path} is no text in UTF-8: byte {error.start}.", _HINT) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> DeviceType:
    """The type that a file of that name says. Raises errors.DeviceTypeInvalid."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise errors.DeviceTypeInvalid(f"{name}:{_syntax(error, text)}", _HINT) from error
    try:
        type_ = msgspec.convert(document, DeviceType)
    except msgspec.ValidationError as error:
        raise _invalid(shape.mistakes(document) or [Mistake((), str(error), "")], text, name, _FORM_HINT) from error
    if wrong := rules.mistakes(type_):
        raise _invalid(wrong, text, name, _MEANING_HINT)
    return type_


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> str:
    """What the parser said, behind the line; where the file ends too early, that is the last one."""
    found = _PLACE.search(str(error))
    said = _PLACE.sub("", str(error))
    if found and found[1]:
        return f"{found[1]}: This is no TOML, in column {found[2]}: {said}."
    return f"{len(text.splitlines())}: This is no TOML: {said}; the file ends before something does."


def _invalid(found: Sequence[Mistake], text: str, name: str, hint: str) -> errors.DeviceTypeInvalid:
    known = mistakes.lines(text)
    numbered = sorted((mistakes.line_of(each.place, known), each) for each in found)
    said = [f"{name}:{line}: {each.member or 'file'}: {each.what} {each.advice}".rstrip() for line, each in numbered]
    return errors.DeviceTypeInvalid("\n".join(said), hint)
