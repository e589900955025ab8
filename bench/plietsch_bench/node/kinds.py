"""The three types of node: what they measure with, and a reading of each."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A type of node: its instruments, a reading as its frames carry it, and the drivers that it needs."""

    name: str
    instruments: tuple[str, ...]
    values: dict[str, float]
    drivers: tuple[str, ...]


KINDS = (
    Kind(
        "fine-dust",
        ("SDS011", "BME280", "battery"),
        {
            "pm2_5": 12.3, "pm10": 26.1, "pm2_5_spread": 0.8, "pm10_spread": 1.9,
            "temperature": 11.4, "humidity": 81.2, "pressure": 1013.2, "battery": 3.92,
        },
        ("sds011", "bme280"),
    ),
    Kind(
        "water-level",
        ("A02YYUW", "battery"),
        {"distance": 1834, "distance_spread": 6, "battery": 3.92},
        ("a02yyuw",),
    ),
    Kind("rain", ("rain", "battery"), {"rain_tips": 4711, "battery": 3.92}, ("rain_gauge",)),
)  # fmt: skip
