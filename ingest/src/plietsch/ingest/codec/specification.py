"""What goes over the air, as tables: the one specification from which the decoders here and the codec for network
servers (`plietsch.ingest.codec.javascript`) are made. `docs/payload.md` says the same to people.

Everything goes bit by bit, most significant bit first, without gaps. Ports and versions are those of `docs/payload.md`.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

READINGS_PORT: Final = 1
STATUS_PORT: Final = 2
COMMANDS_PORT: Final = 3  # answers go up on it

# What LoRaWAN carries at most in EU868 where a repeater may be on the way (RP002-1.0.4, data rates 4 to 7).
LONGEST_BYTES: Final = 222

# --- Readings, versions 1 and 2

# How many bits say which groups a reading has. Those of version 2 beyond GROUPS are reserved, and zero.
FLAGS_BITS: Final = {1: 4, 2: 8}
NARROW_TIME_BITS: Final = 16
WIDE_TIME_BITS: Final = 32
# The window in which 16 bits of a time are unambiguous: 62 335 s back, 3 200 s ahead, and the second between.
BEFORE_S: Final = 62_335
AHEAD_S: Final = 3_200
# Why a channel has no number: all ones, one less, two less.
FAULTS: Final = ("missing", "above", "below")


class Field(NamedTuple):
    """A value on the wire is `(code + offset) / steps`; one division of whole numbers gives the nearest float."""

    channel: str
    bits: int
    offset: int
    steps: int
    highest_code: int


GROUPS: Final = (
    (Field("pm2_5", 14, 0, 10, 9999), Field("pm10", 14, 0, 10, 9999)),
    (Field("temperature", 11, -400, 10, 1250), Field("humidity", 10, 0, 10, 1000)),
    (Field("pressure", 13, 3000, 10, 8000),),
    (Field("battery", 7, 100, 50, 124),),
    # From here on in version 2 only.
    (Field("pm2_5_spread", 10, 0, 10, 1000), Field("pm10_spread", 10, 0, 10, 1000)),
    (Field("distance", 14, 0, 1, 16000), Field("distance_spread", 8, 0, 1, 250)),
    (Field("rain_tips", 20, 0, 1, 999_999),),
)
GROUP_NAMES: Final = ("particulates", "air", "pressure", "battery", "spread", "water", "rain")


class Unit(NamedTuple):
    """A unit as it is shown, and as it ends a name; a count has no ending."""

    symbol: str
    ending: str


_MASS: Final = Unit("µg/m³", "_ug_m3")
UNITS: Final = {
    "pm2_5": _MASS,
    "pm10": _MASS,
    "temperature": Unit("°C", "_c"),
    "humidity": Unit("%", "_percent"),
    "pressure": Unit("hPa", "_hpa"),
    "battery": Unit("V", "_v"),
    "pm2_5_spread": _MASS,
    "pm10_spread": _MASS,
    "distance": Unit("mm", "_mm"),
    "distance_spread": Unit("mm", "_mm"),
    "rain_tips": Unit("tips", ""),
}

# --- Status and answers, version 1


class Part(NamedTuple):
    """A whole number on the wire."""

    name: str
    bits: int


def size_bytes(parts: Sequence[Part]) -> int:
    """How many bytes these parts take together."""
    return sum(part.bits for part in parts) // 8


def read(parts: Sequence[Part], data: bytes, first_byte: int = 0) -> dict[str, int]:
    """The numbers that stand in `data` from a byte on, which is long enough, by their names."""
    number = int.from_bytes(data[first_byte : first_byte + size_bytes(parts)], "big")
    left = 8 * size_bytes(parts)
    said: dict[str, int] = {}
    for name, bits in parts:
        left -= bits
        said[name] = number >> left & ((1 << bits) - 1)
    return said


STATUS_VERSION: Final = 1
ANSWER_VERSION: Final = 1

# Who a node is: the beginning of a status, and the answer to that question.
IDENTITY: Final = (
    Part("version", 4), Part("kind", 4), Part("major", 8), Part("minor", 8), Part("patch", 8),
    Part("reset_cause", 4), Part("data_rate", 4), Part("revision", 16), Part("boots", 16), Part("uptime_h", 16),
)  # fmt: skip
# How it is: what a status says next.
CONDITION: Final = (
    Part("saving", 1), Part("battery", 7), Part("fan_h", 16), Part("waiting", 16), Part("dropped", 32),
)  # fmt: skip
# Once for each instrument that had errors, to the end of a status.
TROUBLE: Final = (Part("instrument", 8), Part("errors", 8))
# An answer, then for some commands what holds now.
ANSWER: Final = (Part("version", 4), Part("result", 4), Part("token", 8), Part("command", 8))
IN_FORCE: Final = (Part("field", 8), Part("value", 16))

# By the number that is sent, from 1 on. A newer node may send another number: nothing, or for an instrument the number.
KINDS: Final = ("fine-dust", "water-level", "rain")
RESET_CAUSES: Final = ("power-on", "hard", "watchdog", "deep-sleep", "soft", "brown-out", "command")
INSTRUMENTS: Final = ("SDS011", "BME280", "DHT22", "A02YYUW", "rain", "battery", "configuration")
# From 0 on.
RESULTS: Final = (
    "ok",
    "unknown command",
    "malformed",
    "unknown field",
    "out of range",
    "not for this kind of node",
    "failed",
)

NO_DATA_RATE: Final = 15
NO_FAN: Final = 0xFFFF
NO_VALUE: Final = 0xFFFF

# --- Commands


class Command(NamedTuple):
    """What a node can be told, and what is said with it; its number is the place in COMMANDS, from 1 on."""

    name: str
    arguments: tuple[Part, ...] = ()


class Setting(NamedTuple):
    """What may be changed by radio of a node's configuration; its number is the place in SETTINGS, from 1 on."""

    name: str
    lowest: int
    highest: int


# The command's token and number; the arguments follow.
COMMAND: Final = (Part("token", 8), Part("command", 8))
COMMANDS: Final = (
    Command("set", IN_FORCE),
    Command("get", IN_FORCE[:1]),
    Command("reboot"),
    Command("who"),
    Command("status"),
)
SETTINGS: Final = (
    Setting("interval_s", 10, 43_200),
    Setting("threshold_mm", 1, 5_000),
    Setting("rise_mm_per_min", 1, 1_000),
    Setting("silence_s", 60, 43_200),
    Setting("confirm_after_s", 60, 43_200),
)
