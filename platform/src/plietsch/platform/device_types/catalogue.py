"""The device types that come with plietsch: one file for each in `files/`."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from plietsch.platform.device_types import reading
from plietsch.platform.device_types.specification import DeviceType

_SUFFIX = ".toml"


@cache
def built_in() -> Mapping[str, DeviceType]:
    """The types by their codes. Raises errors.DeviceTypeInvalid."""
    folder = resources.files("plietsch.platform.device_types").joinpath("files")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(_SUFFIX)), key=lambda each: each.name)
    types = [reading.parse(entry.read_text(encoding="utf-8"), entry.name) for entry in entries]
    return MappingProxyType({each.code: each for each in types})
