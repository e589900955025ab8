"""Aosong AM2302 (DHT22): temperature and humidity over one wire.

Source: Aosong, "Temperature and humidity module AM2302 Product Manual", section 7. Two readings are at least 2 s apart.
"""

from plietsch_node.drivers.errors import SensorError

FRAME_BYTES = 5
_SIGN = 0x80  # sign and magnitude, not two's complement


def parse(frame):
    """Return temperature in °C and relative humidity in percent of five bytes. Raises SensorError."""
    if len(frame) != FRAME_BYTES:
        raise SensorError("no frame")
    if sum(frame[:4]) & 0xFF != frame[4]:
        raise SensorError("checksum")
    temperature_c = ((frame[2] & ~_SIGN) << 8 | frame[3]) / 10
    return -temperature_c if frame[2] & _SIGN else temperature_c, (frame[0] << 8 | frame[1]) / 10


class DHT22:
    """A DHT22 at `bus`: `readinto(buf)` fills five bytes or raises OSError, as MicroPython's `dht_readinto`."""

    def __init__(self, bus):
        self._bus = bus
        self._frame = bytearray(FRAME_BYTES)

    def read(self):
        """Return temperature in °C and relative humidity in percent. Raises SensorError."""
        try:
            self._bus.readinto(self._frame)
        except OSError as error:
            raise SensorError("no answer") from error
        return parse(self._frame)
