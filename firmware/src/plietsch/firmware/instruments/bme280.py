"""A virtual BME280: the register file of the sensor on I²C (Bosch BST-BME280-DS002, section 5).

What it shows is turned into raw converter values by inverting the compensation formulas, so that a driver that applies
the data sheet's compensation to these registers finds the wanted values again.
"""

from collections.abc import Mapping

from plietsch.firmware.instruments import bme280_inverse
from plietsch.firmware.instruments.fault import Fault

CHANNELS = ("temperature", "humidity", "pressure")
ADDRESSES = (0x76, 0x77)
REGISTER_CALIBRATION_1, REGISTER_CALIBRATION_2 = 0x88, 0xE1
REGISTER_ID, REGISTER_RESET, REGISTER_STATUS, REGISTER_CONTROL, REGISTER_DATA = 0xD0, 0xE0, 0xF3, 0xF4, 0xF7
CHIP_ID = 0x60
MODE_BITS = 0x03
MEASURING = 0x08
NOTHING_MEASURED = bytes([0x80, 0x00, 0x00, 0x80, 0x00, 0x00, 0x80, 0x00])
ENODEV = 19


class VirtualBME280:
    """The sensor as an I²C bus: `readfrom_mem` and `writeto_mem`, which raise OSError where nothing answers."""

    def __init__(self, address: int = ADDRESSES[0]) -> None:
        self.fault = Fault.NONE
        self._address = address
        self._shown = NOTHING_MEASURED
        self._registers = bytearray(256)
        self._reset()

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show `values` in °C, % and hPa; return those that no converter value stands for."""
        adc, unsayable = bme280_inverse.adc_for(
            values.get("temperature", 20.0), values.get("humidity", 50.0), values.get("pressure", 1013.25)
        )
        if self.fault is not Fault.STUCK:
            self._shown = (
                (adc.pressure << 4).to_bytes(3, "big")
                + (adc.temperature << 4).to_bytes(3, "big")
                + adc.humidity.to_bytes(2, "big")
            )
        return {name: values[name] for name in unsayable if name in values}

    def readfrom_mem(self, address: int, register: int, size: int) -> bytes:
        """Return `size` bytes from `register` on."""
        self._be_there(address)
        if self._registers[REGISTER_CONTROL] & MODE_BITS == MODE_BITS:
            self._measure()
        return bytes(self._registers[register : register + size])

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        """Fill `buffer` from `register` on."""
        buffer[:] = self.readfrom_mem(address, register, len(buffer))

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        """Write `data` from `register` on; a mode in the control register starts a measurement."""
        self._be_there(address)
        if register == REGISTER_RESET:
            self._reset()
            return
        self._registers[register : register + len(data)] = data
        if register <= REGISTER_CONTROL < register + len(data) and self._registers[REGISTER_CONTROL] & MODE_BITS:
            self._measure()

    def _be_there(self, address: int) -> None:
        if self.fault is Fault.SILENT or address != self._address:
            raise OSError(ENODEV, "nothing answers on the I²C bus")

    def _measure(self) -> None:
        if self.fault is Fault.GARBLED:
            self._registers[REGISTER_STATUS] = MEASURING
            return
        self._registers[REGISTER_STATUS] = 0
        self._registers[REGISTER_DATA : REGISTER_DATA + 8] = self._shown
        forced = self._registers[REGISTER_CONTROL] & MODE_BITS != MODE_BITS
        if forced:
            self._registers[REGISTER_CONTROL] &= ~MODE_BITS & 0xFF

    def _reset(self) -> None:
        self._registers[:] = bytes(256)
        self._registers[REGISTER_ID] = CHIP_ID
        first, second = bme280_inverse.calibration_registers()
        self._registers[REGISTER_CALIBRATION_1 : REGISTER_CALIBRATION_1 + len(first)] = first
        self._registers[REGISTER_CALIBRATION_2 : REGISTER_CALIBRATION_2 + len(second)] = second
        self._registers[REGISTER_DATA : REGISTER_DATA + 8] = NOTHING_MEASURED
