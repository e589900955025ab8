"""The BME280's compensation formulas, solved for the raw converter values (Bosch BST-BME280-DS002, appendix A).

Each formula is at most quadratic in the converter value, so it has a closed solution. The calibration is that of the
data sheet's example (BMP280, section 3.12) with usual values for the humidity's part.
"""

import math
import struct
from typing import NamedTuple

T1, T2, T3 = 27504, 26435, -1000
P1, P2, P3, P4, P5, P6, P7, P8, P9 = 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000
H1, H2, H3, H4, H5, H6 = 75, 362, 0, 313, 50, 30

HIGHEST_20_BITS = 0xFFFFF
HIGHEST_16_BITS = 0xFFFF


class Adc(NamedTuple):
    """Raw converter values: 20 bits each for temperature and pressure, 16 for humidity."""

    temperature: int
    humidity: int
    pressure: int


def calibration_registers() -> tuple[bytes, bytes]:
    """Return the calibration as the registers 0x88…0xA1 and 0xE1…0xE7 hold it (data sheet, table 16)."""
    first = struct.pack("<HhhHhhhhhhhhxB", T1, T2, T3, P1, P2, P3, P4, P5, P6, P7, P8, P9, H1)
    humidity_4_and_5 = bytes([H4 >> 4 & 0xFF, H4 & 0x0F | (H5 & 0x0F) << 4, H5 >> 4 & 0xFF])
    second = struct.pack("<hB", H2, H3) + humidity_4_and_5 + struct.pack("<b", H6)
    return first, second


def adc_for(temperature: float, humidity: float, pressure_hpa: float) -> tuple[Adc, set[str]]:
    """Return the converter values that stand for °C, % and hPa, and the channels that none stands for."""
    unsayable: set[str] = set()
    adc_t = _temperature_adc(temperature)
    if not 0 <= adc_t <= HIGHEST_20_BITS:
        unsayable.add("temperature")
    # Pressure and humidity are compensated with the temperature that the sensor found, not with the wanted one.
    adc_t = _within(adc_t, HIGHEST_20_BITS)
    t_fine = _t_fine(adc_t)
    adc_p = _pressure_adc(pressure_hpa * 100, t_fine)
    adc_h = _humidity_adc(humidity, t_fine)
    if not 0 <= adc_p <= HIGHEST_20_BITS:
        unsayable.add("pressure")
    if not 0 <= humidity <= 100 or not 0 <= adc_h <= HIGHEST_16_BITS:
        unsayable.add("humidity")
    return Adc(adc_t, _within(adc_h, HIGHEST_16_BITS), _within(adc_p, HIGHEST_20_BITS)), unsayable


def _within(adc: int, highest: int) -> int:
    return min(max(adc, 0), highest)


def _temperature_adc(temperature: float) -> int:
    # t_fine = T2·x + T3/64·x² with x = adc/16384 − T1/1024
    x = _root(T3 / 64, T2, -temperature * 5120)
    return round((x + T1 / 1024) * 16384)


def _t_fine(adc_t: int) -> int:
    # In integers, as drivers do it (section 4.2.3): their truncation shifts the pressure by up to half a pascal.
    apart = (adc_t >> 4) - T1
    return (((adc_t >> 3) - (T1 << 1)) * T2 >> 11) + ((apart * apart >> 12) * T3 >> 14)


def _pressure_adc(pressure_pa: float, t_fine: float) -> int:
    v = t_fine / 2 - 64000
    offset = (v * v * P6 / 32768 + v * P5 * 2) / 4 + P4 * 65536
    scale = (1 + (P3 * v * v / 524288 + P2 * v) / 524288 / 32768) * P1
    raw = _root(P9 / 2**31 / 16, 1 + P8 / 32768 / 16, P7 / 16 - pressure_pa)
    return round(1048576 - (raw * scale / 6250 + offset / 4096))


def _humidity_adc(humidity: float, t_fine: int) -> int:
    h = t_fine - 76800
    scale = H2 / 65536 * (1 + H6 / 67108864 * h * (1 + H3 / 67108864 * h))
    wanted = min(max(humidity, 0.0), 100.0)
    raw = _root(-H1 / 524288, 1, -wanted)
    adc = round(raw / scale + H4 * 64 + H5 / 16384 * h)
    # Drivers compute in integers, which truncate by more than a step of the converter: go after them once.
    return adc + round((wanted - _humidity_in_integers(adc, t_fine)) / scale)


def _humidity_in_integers(adc_h: int, t_fine: int) -> float:
    """Return the humidity that a driver finds (section 4.2.3), without its limits of 0 and 100 %."""
    h = t_fine - 76800
    scale = (((h * H6) >> 10) * (((h * H3) >> 11) + 32768)) >> 10
    scale = ((scale + 2097152) * H2 + 8192) >> 14
    v = (((adc_h << 14) - (H4 << 20) - H5 * h + 16384) >> 15) * scale
    v -= ((((v >> 15) * (v >> 15)) >> 7) * H1) >> 4
    return v / 2**22


def _root(a: float, b: float, c: float) -> float:
    """Return the solution of a·x² + b·x + c = 0 that tends to −c/b as a tends to 0; or the nearest x."""
    inside = max(b * b - 4 * a * c, 0.0)
    return -2 * c / (b + math.copysign(math.sqrt(inside), b))
