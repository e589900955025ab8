"""When a network's gateways may send: one frame at a time each, and no more than a band's share of an hour.

Source: ETSI EN 300 220-2, 4.3.3 (duty cycle, observed over one hour); ChirpStack's words for what is refused are those
of its gateway protocol (api/proto/gw/gw.proto, TxAckStatus).
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from plietsch.firmware.network import eu868

OBSERVED_S = 3600.0
DUTY_CYCLE_OVERFLOW = "DUTY_CYCLE_OVERFLOW"
COLLISION_PACKET = "COLLISION_PACKET"


class Transmission(NamedTuple):
    """A frame that a gateway sends, in Unix seconds."""

    begin_s: float
    end_s: float
    band: int


@dataclass(slots=True)
class Transmitter:
    """What one gateway sends, and sent within the last hour, in the order of time."""

    booked: deque[Transmission] = field(default_factory=lambda: deque[Transmission]())

    def why_not(self, begin_s: float, airtime_s: float, frequency_hz: int) -> str | None:
        """Return why it cannot send then, in ChirpStack's words, or None."""
        while self.booked and self.booked[0].end_s < begin_s - OBSERVED_S:
            self.booked.popleft()
        if any(begin_s < other.end_s and other.begin_s < begin_s + airtime_s for other in self.booked):
            return COLLISION_PACKET
        number = eu868.band(frequency_hz)
        used_s = sum(other.end_s - other.begin_s for other in self.booked if other.band == number)
        return DUTY_CYCLE_OVERFLOW if used_s + airtime_s > eu868.BANDS[number][2] * OBSERVED_S else None

    def book(self, begin_s: float, airtime_s: float, frequency_hz: int) -> None:
        """Take the time for a frame."""
        taken = Transmission(begin_s, begin_s + airtime_s, eu868.band(frequency_hz))
        later: list[Transmission] = []
        while self.booked and self.booked[-1] > taken:
            later.append(self.booked.pop())
        self.booked.extend((taken, *reversed(later)))

    def release(self, begin_s: float) -> None:
        """Give back the time of a frame that was not sent."""
        self.booked = deque(other for other in self.booked if other.begin_s != begin_s)
