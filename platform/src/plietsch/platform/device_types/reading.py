"""Reading a device type's file, with each mistake at its line."""

import tomllib
from pathlib import Path

import msgspec

from plietsch.platform import errors
from plietsch.platform.device_types.specification import DeviceType

_HINT = "docs/device-types.md describes the format."


def read(path: Path) -> DeviceType:
    """Read and check a file. Raises errors.DeviceTypeInvalid."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise errors.DeviceTypeInvalid(f"{path} cannot be read: {error.strerror}.") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> DeviceType:
    """The type that a file of that name says. Raises errors.DeviceTypeInvalid."""
    try:
        return msgspec.convert(tomllib.loads(text), DeviceType)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise errors.DeviceTypeInvalid(f"{name}: {error}", _HINT) from error
