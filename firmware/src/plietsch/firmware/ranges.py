"""What the instruments can measure and how finely, and how finely the payload says it (docs/payload.md).

Ranges: Nova Fitness SDS011 V1.3; Bosch BST-BME280-DS002, section 1; Aosong AM2302. The payload rounds to the nearest
tenth, so a value up to half a tenth beyond a limit is still the limit.
"""

from dataclasses import dataclass

PAYLOAD_STEP = 0.1
ROUNDING_NOISE = 1e-6  # binary fractions are not decimal ones
ABOVE, BELOW = "above range", "below range"


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest value, and the instrument's own resolution."""

    lowest: float
    highest: float
    resolution: float

    @property
    def tolerance(self) -> float:
        """How far a stored value may lie from the recorded one.

        Half a step of the coarser of instrument and payload, and, where the instrument is the finer one, a step of its
        own: its compensation need not find the recorded value to the last digit.
        """
        finer = min(self.resolution, PAYLOAD_STEP)
        coarser = max(self.resolution, PAYLOAD_STEP)
        return coarser / 2 + (finer if finer < coarser else 0.0) + ROUNDING_NOISE

    def beyond(self, value: float) -> str | None:
        """Return ABOVE or BELOW where `value` lies beyond the range, else None."""
        if value > self.highest:
            return ABOVE
        return BELOW if value < self.lowest else None

    def rounds_to_limit(self, value: float) -> bool:
        """Return whether `value` lies less than a step beyond a limit, so that rounding may make it the limit."""
        return self.lowest - PAYLOAD_STEP < value < self.highest + PAYLOAD_STEP


RANGES: dict[str, dict[str, Range]] = {
    "SDS011": {"pm2_5": Range(0, 999.9, 0.1), "pm10": Range(0, 999.9, 0.1)},
    "BME280": {
        "temperature": Range(-40, 85, 0.01),
        "humidity": Range(0, 100, 0.01),  # 0.008 at 25 °C, coarser where it is hot
        "pressure": Range(300, 1100, 0.0018),
    },
    "DHT22": {"temperature": Range(-40, 80, 0.1), "humidity": Range(0, 100, 0.1)},
}
