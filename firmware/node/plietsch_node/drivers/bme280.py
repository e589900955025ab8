"""Bosch BME280: temperature, pressure and humidity over I2C.

Source: Bosch BST-BME280-DS002, revision 1.6: registers in section 5, integer compensation in section 4.2.3. Integers,
because the ESP32's floats of single precision cannot carry the pressure.
"""

import struct

from plietsch_node.drivers.errors import SensorError

CHIP_ID = 0x60
_ID, _STATUS, _CTRL_HUM, _CTRL_MEAS, _DATA = 0xD0, 0xF3, 0xF2, 0xF4, 0xF7
_CALIBRATION_1, _CALIBRATION_2 = (0x88, 26), (0xE1, 7)
_MEASURING = 0x08
_OVERSAMPLING_1 = 1
_FORCED = _OVERSAMPLING_1 << 5 | _OVERSAMPLING_1 << 2 | 1
_MEASUREMENT_MS = 10  # 9.3 at most with oversampling 1 (section 9.1)
_POLLS = 10
# What the data registers hold after a reset (table 18). Each number alone is an ordinary measurement as well.
_RESET = b"\x80\x00\x00\x80\x00\x00\x80\x00"


def parse_calibration(first, second):
    """Return the calibration in registers 88–A1 (`first`, 26 bytes) and E1–E7 (`second`, 7 bytes).

    That is T1 to T3, P1 to P9 and H1 to H6 in a row. Raises SensorError for other lengths.
    """
    if len(first) != _CALIBRATION_1[1] or len(second) != _CALIBRATION_2[1]:
        raise SensorError("no frame")
    h2, h3, e4, e5, e6, h6 = struct.unpack("<hBbBbb", second)
    h4 = e4 * 16 + (e5 & 0x0F)
    h5 = e6 * 16 + (e5 >> 4)
    return struct.unpack("<HhhHhhhhhhhhxB", first) + (h2, h3, h4, h5, h6)


def parse(data):
    """Return the raw pressure, temperature and humidity of registers F7–FE. Raises SensorError."""
    if len(data) != 8:
        raise SensorError("no frame")
    if data == _RESET:
        raise SensorError("no value")
    adc_p = data[0] << 12 | data[1] << 4 | data[2] >> 4
    adc_t = data[3] << 12 | data[4] << 4 | data[5] >> 4
    adc_h = data[6] << 8 | data[7]
    return adc_p, adc_t, adc_h


def fine_temperature(calibration, adc_t):
    """Return the temperature in 1/5120 °C, which the other two compensations need as well."""
    t1, t2, t3 = calibration[:3]
    var1 = ((adc_t >> 3) - (t1 << 1)) * t2 >> 11
    difference = (adc_t >> 4) - t1
    var2 = (difference * difference >> 12) * t3 >> 14
    return var1 + var2


def temperature_c(t_fine):
    """Return the temperature in °C, in steps of 0.01."""
    return (t_fine * 5 + 128 >> 8) / 100


def pressure_pa_256(calibration, adc_p, t_fine):
    """Return the pressure in 1/256 Pa. Raises SensorError where the calibration makes it impossible."""
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = calibration[3:12]
    var1 = t_fine - 128000
    var2 = var1 * var1 * p6 + (var1 * p5 << 17) + (p4 << 35)
    var1 = (var1 * var1 * p3 >> 8) + (var1 * p2 << 12)
    var1 = ((1 << 47) + var1) * p1 >> 33
    if var1 == 0:
        raise SensorError("no value")
    p = (((1048576 - adc_p) << 31) - var2) * 3125 // var1
    var1 = p9 * (p >> 13) * (p >> 13) >> 25
    var2 = p8 * p >> 19
    return (p + var1 + var2 >> 8) + (p7 << 4)


def humidity_percent(calibration, adc_h, t_fine):
    """Return the relative humidity in percent, in steps of 1/1024, between 0 and 100."""
    h1, h2, h3, h4, h5, h6 = calibration[12:]
    v = t_fine - 76800
    scale = (v * h6 >> 10) * ((v * h3 >> 11) + 32768) >> 10
    scale = (scale + 2097152) * h2 + 8192 >> 14
    v = ((adc_h << 14) - (h4 << 20) - h5 * v + 16384 >> 15) * scale
    v -= ((v >> 15) * (v >> 15) >> 7) * h1 >> 4
    return (min(max(v, 0), 419430400) >> 12) / 1024


class BME280:
    """A BME280 at `i2c` (the methods of machine.I2C). `sleep_ms` waits for a measurement to end."""

    def __init__(self, i2c, address=0x76, sleep_ms=lambda ms: None):
        self._i2c = i2c
        self._address = address
        self._sleep_ms = sleep_ms
        self._calibration = None

    def read(self):
        """Return temperature in °C, pressure in hPa and relative humidity in percent, measured now.

        Raises SensorError.
        """
        try:
            if self._calibration is None:
                self._calibration = self._begin()
            data = self._measure()
        except OSError as error:
            # It may come back as another instrument: look again next time.
            self._calibration = None
            raise SensorError("no answer") from error
        adc_p, adc_t, adc_h = parse(data)
        t_fine = fine_temperature(self._calibration, adc_t)
        pressure_hpa = pressure_pa_256(self._calibration, adc_p, t_fine) / 25600
        return temperature_c(t_fine), pressure_hpa, humidity_percent(self._calibration, adc_h, t_fine)

    def _begin(self):
        if self._get(_ID, 1)[0] != CHIP_ID:
            raise SensorError("wrong chip")
        return parse_calibration(self._get(*_CALIBRATION_1), self._get(*_CALIBRATION_2))

    def _measure(self):
        self._put(_CTRL_HUM, _OVERSAMPLING_1)
        self._put(_CTRL_MEAS, _FORCED)  # after ctrl_hum, which takes effect only now (section 5.4.3)
        for _ in range(_POLLS):
            self._sleep_ms(_MEASUREMENT_MS)
            if not self._get(_STATUS, 1)[0] & _MEASURING:
                return self._get(_DATA, 8)
        raise SensorError("no value")

    def _get(self, register, size):
        return self._i2c.readfrom_mem(self._address, register, size)

    def _put(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes([value]))
