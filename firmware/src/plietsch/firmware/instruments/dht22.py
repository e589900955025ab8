"""A virtual DHT22 (AM2302) temperature and humidity sensor: 40 bits on one wire (Aosong, AM2302 data sheet)."""

from collections.abc import Mapping

from plietsch.firmware.instruments.fault import Fault

CHANNELS = ("temperature", "humidity")
STEPS_PER_UNIT = 10
SIGN_BIT = 0x8000
HIGHEST_TEMPERATURE_CODE = 0x7FFF
HIGHEST_HUMIDITY_CODE = 0xFFFF
ETIMEDOUT = 110


class VirtualDHT22:
    """The sensor as a bus with `readinto(buffer of five bytes)`, which raises OSError after a timeout."""

    def __init__(self) -> None:
        self.fault = Fault.NONE
        self._frame = _frame(0.0, 0.0)

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show `values` in °C and %; return those that the bits cannot say."""
        temperature, humidity = values.get("temperature", 0.0), values.get("humidity", 0.0)
        if self.fault is not Fault.STUCK:
            self._frame = _frame(temperature, humidity)
        unsayable: dict[str, float] = {}
        if abs(round(temperature * STEPS_PER_UNIT)) > HIGHEST_TEMPERATURE_CODE:
            unsayable["temperature"] = temperature
        if not 0 <= round(humidity * STEPS_PER_UNIT) <= HIGHEST_HUMIDITY_CODE:
            unsayable["humidity"] = humidity
        return unsayable

    def readinto(self, buffer: bytearray) -> None:
        """Fill `buffer` with the five bytes of an answer."""
        if self.fault is Fault.SILENT:
            raise OSError(ETIMEDOUT, "the DHT22 does not answer")
        buffer[:] = self._frame
        if self.fault is Fault.GARBLED:
            buffer[4] ^= 0xFF


def _frame(temperature: float, humidity: float) -> bytes:
    tenths = round(temperature * STEPS_PER_UNIT)
    magnitude = min(abs(tenths), HIGHEST_TEMPERATURE_CODE) | (SIGN_BIT if tenths < 0 else 0)
    moisture = min(max(round(humidity * STEPS_PER_UNIT), 0), HIGHEST_HUMIDITY_CODE)
    body = moisture.to_bytes(2, "big") + magnitude.to_bytes(2, "big")
    return body + bytes([sum(body) & 0xFF])
