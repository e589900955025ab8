"""A reading as the ring keeps it: its time, and of each value the code that the payload says.

What is kept is what will be sent, whenever and however often: a value reads back as the payload's step next to it,
None, or an infinity for what lies above or below the range.
"""

import struct

from plietsch_node.app import payload

# Time, life and channels. Life 0 means Unix time; any other counts the node's starts, and the time runs from that one.
_HEAD = "<IHH"
_HEAD_BYTES = 8


def pack(time_s, life, values):
    """Return the bytes of a reading. Raises ValueError for no value, and an unknown channel."""
    payload.version_of(values)
    channels, codes = 0, b""
    for place, (channel, bits, lowest, steps, highest_code) in enumerate(_fields()):
        if channel in values:
            channels |= 1 << place
            code = payload.code(values[channel], bits, lowest, steps, highest_code)
            codes += code.to_bytes((bits + 7) // 8, "little")
    return struct.pack(_HEAD, time_s, life, channels) + codes


def stamp(data, start):
    """Return time and life of the record that starts there in `data`."""
    return struct.unpack_from("<IH", data, start)


def values(data, start):
    """Return the values of the record that starts there in `data`."""
    channels = struct.unpack_from(_HEAD, data, start)[2]
    start += _HEAD_BYTES
    found = {}
    for place, (channel, bits, lowest, steps, _) in enumerate(_fields()):
        if channels >> place & 1:
            size = (bits + 7) // 8
            found[channel] = _value(int.from_bytes(data[start : start + size], "little"), bits, lowest, steps)
            start += size
    return found


def _fields():
    for group in payload.GROUPS:
        yield from group


def _value(code, bits, lowest, steps):
    from_end = (1 << bits) - 1 - code
    if from_end == 0:
        return None
    if from_end <= 2:
        return float("inf") if from_end == 1 else -float("inf")
    return code / steps + lowest if steps > 1 else code + lowest
