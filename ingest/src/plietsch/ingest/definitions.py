"""Device types as the database keeps them: `device_type.definition`, JSON that this version may not understand."""

import msgspec

from plietsch.platform import properties
from plietsch.platform.device_types.specification import DeviceType


def read(definition: str | None) -> DeviceType | None:
    """The device type of a definition; None if there is none, or if it says more than this version knows."""
    if definition is None:
        return None
    try:
        found = msgspec.json.decode(definition, type=DeviceType)
    except msgspec.ValidationError:
        return None
    return found if all(found.property_of(channel) in properties.ALL for channel in found.channels) else None
