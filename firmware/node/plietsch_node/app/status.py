"""The status frame, version 1: how a node is, once a day, as `docs/payload.md` lays it out.

Its first bytes say who the node is: the answer to that question is made of them.
"""

import struct

from plietsch_node.app import payload

PORT = payload.STATUS_PORT
VERSION = 1
IDENTITY_BYTES = 11

# What is sent is the place in the list, from 1 on; 0 is anything else. New names go to the end.
KINDS = ("fine-dust", "water-level", "rain")
RESET_CAUSES = ("power-on", "hard", "watchdog", "deep-sleep", "soft", "brown-out", "command")
# The last one is none: the configuration that was changed by radio no longer fits the file, and is passed over.
INSTRUMENTS = ("SDS011", "BME280", "DHT22", "A02YYUW", "rain", "battery", "configuration")

MOST_ERRORS = 8
_NO_DATA_RATE = 15
_NO_FAN = 0xFFFF
_BATTERY = (7, 2, 50, 124)  # the payload's field


def encode(
    kind, firmware, reset_cause, data_rate, revision, boots, uptime_h, battery_v, saving, fan_h, waiting, dropped,
    errors,
):  # fmt: skip
    """Return the bytes that say all this; counters stop at the most that can be said.

    `firmware` is (major, minor, patch), `revision` how often the configuration was changed, `fan_h` None without a fan,
    `dropped` the readings lost from the ring since the node was new, `errors` (instrument, readings without an answer
    since the last status frame), …
    """
    major, minor, patch = firmware
    frame = struct.pack(
        ">BBBBBHHHBHHI",
        VERSION << 4 | number_of(KINDS, kind),
        major,
        minor,
        patch,
        number_of(RESET_CAUSES, reset_cause) << 4 | (_NO_DATA_RATE if data_rate is None else data_rate),
        revision & 0xFFFF,
        min(boots, 0xFFFF),
        min(uptime_h, 0xFFFF),
        bool(saving) << 7 | payload.code(battery_v, *_BATTERY),
        _NO_FAN if fan_h is None else min(fan_h, _NO_FAN - 1),
        min(waiting, 0xFFFF),
        min(dropped, 0xFFFFFFFF),
    )
    for name, count in errors[:MOST_ERRORS]:
        frame += bytes((number_of(INSTRUMENTS, name), min(count, 0xFF)))
    return frame


def number_of(names, name):
    """Return what is sent for one of `names`: its place from 1 on, or 0 for a name that is not among them."""
    return names.index(name) + 1 if name in names else 0
