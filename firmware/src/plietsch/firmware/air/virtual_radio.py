"""The ports through which a node reaches the simulated world: its clock, its radio, and what survives."""

import simpy

from plietsch.firmware.air.ether import Ether, Heard, Place
from plietsch.firmware.network.gateways import Radio
from plietsch.firmware.waiting import Until

EIO = 5
ROUNDING_MS = 0.01  # a float of today's Unix milliseconds has steps of 0.0002


class VirtualClock:
    """Milliseconds since the power came on at `power_on_ms`; gains `drift_ppm` microseconds in each second."""

    def __init__(self, env: simpy.Environment, power_on_ms: float, drift_ppm: float = 0.0) -> None:
        self.power_on_ms = power_on_ms
        self._env = env
        self._rate = 1 + drift_ppm / 1e6

    def ms(self) -> int:
        """Return whole milliseconds."""
        return int((self._env.now - self.power_on_ms) * self._rate + ROUNDING_MS)

    async def sleep_until(self, ms: float) -> None:
        """Wait until the clock shows `ms`; not at all where it is later already."""
        ahead_ms = self.power_on_ms + ms / self._rate - self._env.now
        if ahead_ms > 0:
            await Until(self._env.timeout(ahead_ms))


class VirtualRadio:
    """A node's radio at a place (longitude, latitude). While `broken`, it raises OSError."""

    def __init__(self, ether: Ether, place: Place, clock: VirtualClock) -> None:
        self.broken = False
        self._ether = ether
        self._place = place
        self._clock = clock

    async def send(
        self, phy: bytes, frequency_hz: int, spreading_factor: int, bandwidth_khz: int, power_dbm: int
    ) -> int:
        """Send a frame; return the clock's milliseconds at its end."""
        self._work()
        await self._ether.send(self._place, bytes(phy), Radio(frequency_hz, spreading_factor, bandwidth_khz, power_dbm))
        return self._clock.ms()

    async def receive(
        self, start_ms: int, frequency_hz: int, spreading_factor: int, bandwidth_khz: int, symbols: int
    ) -> Heard | None:
        """Listen from `start_ms` on for a preamble; return the frame that was heard, if any."""
        await self._clock.sleep_until(start_ms)
        self._work()
        return await self._ether.receive(self._place, Radio(frequency_hz, spreading_factor, bandwidth_khz), symbols)

    def sleep(self) -> None:
        """Do nothing: there is no battery to be saved."""

    def _work(self) -> None:
        if self.broken:
            raise OSError(EIO, "the radio does not answer")
