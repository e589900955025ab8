"""Drivers against published frames, and against what comes over a bad line."""

from binascii import unhexlify

from plietsch_node.drivers import bme280, dht22, sds011
from plietsch_node.drivers.errors import SensorError

PM = unhexlify("aac0d4043a0aa1601dab")  # Nova Fitness, control protocol V1.3: 123.6 and 261.8
AIR = unhexlify("0292010da2")  # Aosong AM2302 manual, section 7.3: 65.8 %, 26.9 °C
FROST = unhexlify("028c8065")  # 65.2 %, -10.1 °C, as in the manual, without its checksum
# Bosch BST-BMP280-DS001, section 3.12: the calibration whose example gives 25.08 °C and 100653.27 Pa.
CALIBRATION = (27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000, 75, 362, 0, 313, 50, 30)


class Line:
    """A UART on which these bytes come, at most `at_once` of them for each read."""

    def __init__(self, data, at_once=64):
        self.written = b""
        self._data = data
        self._at_once = at_once

    def read(self, n):
        """Return up to n bytes, None at the end."""
        n = min(n, self._at_once)
        chunk, self._data = self._data[:n], self._data[n:]
        return chunk or None

    def write(self, data):
        """Keep what the driver sends."""
        self.written += data


class Registers:
    """An I2C bus with one chip, whose registers these are; `absent` makes it fail as a pulled cable does."""

    def __init__(self, chip_id=0x60, data=None, status=0):
        self.absent = False
        self.written = {}
        self._registers = {
            0xD0: bytes([chip_id]),
            0xF3: bytes([status]),
            0x88: unhexlify("706b43671 8fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017004b".replace(" ", "")),
            0xE1: unhexlify("6a010013290 31e".replace(" ", "")),
            0xF7: data or unhexlify("655ac07eed006d60"),
        }

    def readfrom_mem(self, address, register, size):
        """Return the bytes from `register` on."""
        if self.absent or address != 0x76:
            raise OSError(19)
        return self._registers[register][:size]

    def writeto_mem(self, _address, register, data):
        """Keep what the driver writes."""
        if self.absent:
            raise OSError(19)
        self.written[register] = data


class Wire:
    """A one-wire bus that answers with this frame, or not at all."""

    def __init__(self, frame):
        self._frame = frame

    def readinto(self, buffer):
        """Fill `buffer`, as MicroPython's `dht_readinto`."""
        if self._frame is None:
            raise OSError(110)
        buffer[:] = self._frame


def _refuses(error, function, *arguments):
    try:
        function(*arguments)
    except SensorError as raised:
        assert str(raised) == error
        return
    raise AssertionError("accepted")


def test_sds011_reads_the_published_frame():
    assert sds011.parse(PM) == (123.6, 261.8)
    assert sds011.SDS011(Line(PM)).read() == (123.6, 261.8)


def test_sds011_finds_the_frame_after_noise():
    for noise in (b"\x00\xff", b"\xaa", b"\xaa\xaa", b"\xc0", PM[3:], PM[:7], b"\xaa\xc0", b"\xaa\xc5" + bytes(8)):
        for at_once in (1, 3, 64):
            assert sds011.SDS011(Line(noise + PM + PM, at_once)).read() == (123.6, 261.8)


def test_sds011_reads_one_frame_after_the_other():
    other = unhexlify("aac0010002000000 03ab".replace(" ", ""))
    driver = sds011.SDS011(Line(PM + other))
    assert (driver.read(), driver.read()) == ((123.6, 261.8), (0.1, 0.2))


def test_sds011_says_what_is_wrong():
    _refuses("no answer", sds011.SDS011(Line(b"")).read)
    _refuses("no answer", sds011.SDS011(Line(bytes(1000))).read)
    _refuses("no frame", sds011.SDS011(Line(PM[:6])).read)
    _refuses("checksum", sds011.SDS011(Line(PM[:8] + b"\x1e\xab")).read)
    _refuses("no frame", sds011.SDS011(Line(PM[:9] + b"\xac")).read)
    _refuses("no frame", sds011.parse, PM[:9])


def test_sds011_commands_are_the_published_ones():
    line = Line(b"")
    driver = sds011.SDS011(line)
    driver.sleep()
    driver.work()
    driver.query()
    assert line.written == unhexlify(
        "aab406010000000000000000000000ffff05ab"
        "aab406010100000000000000000000ffff06ab"
        "aab404000000000000000000000000ffff02ab"
    )


def test_bme280_compensates_as_the_data_sheet():
    t_fine = bme280.fine_temperature(CALIBRATION, 519888)
    assert t_fine == 128422
    assert bme280.temperature_c(t_fine) == 25.08
    # The data sheet's 100653.27 Pa come of a temperature in floats; with 128422 instead of 128422.29 it is 0.02 less.
    assert abs(bme280.pressure_pa_256(CALIBRATION, 415148, t_fine) / 256 - 100653.27) < 0.02


def test_bme280_reads_its_registers():
    bus = Registers()
    temperature_c, pressure_hpa, humidity_percent = bme280.BME280(bus).read()
    assert temperature_c == 25.08
    assert abs(pressure_hpa - 1006.5327) < 0.0002
    assert 0 < humidity_percent < 100
    assert (bus.written[0xF2], bus.written[0xF4]) == (b"\x01", b"\x25")


def test_bme280_calibration_has_signs_and_halves_of_bytes():
    calibration = bme280.parse_calibration(Registers().readfrom_mem(0x76, 0x88, 26), unhexlify("6a01001329031e"))
    assert calibration == CALIBRATION
    negative = bme280.parse_calibration(bytes(26), unhexlify("00000080f2ff80"))
    assert negative[-3:] == (-2046, -1, -128)


def test_bme280_humidity_agrees_with_the_formula_in_floats():
    t_fine = bme280.fine_temperature(CALIBRATION, 519888)
    for adc_h in range(20000, 40000, 500):
        expected = _humidity_in_floats(CALIBRATION, adc_h, t_fine)
        assert abs(bme280.humidity_percent(CALIBRATION, adc_h, t_fine) - expected) < 0.02


def _humidity_in_floats(calibration, adc_h, t_fine):
    """Return the humidity by the data sheet's other formula (Bosch BST-BME280-DS002, section 8.1)."""
    h1, h2, h3, h4, h5, h6 = calibration[12:]
    h = t_fine - 76800.0
    h = (adc_h - (h4 * 64.0 + h5 / 16384.0 * h)) * (
        h2 / 65536.0 * (1.0 + h6 / 67108864.0 * h * (1.0 + h3 / 67108864.0 * h))
    )
    return min(max(h * (1.0 - h1 * h / 524288.0), 0.0), 100.0)


def test_bme280_says_what_is_wrong():
    _refuses("wrong chip", bme280.BME280(Registers(chip_id=0x58)).read)
    _refuses("no answer", bme280.BME280(Registers(), address=0x77).read)
    _refuses("no value", bme280.BME280(Registers(status=8)).read)
    _refuses("no value", bme280.BME280(Registers(data=unhexlify("8000008000008000"))).read)
    _refuses("no frame", bme280.parse, bytes(7))
    _refuses("no frame", bme280.parse_calibration, bytes(25), bytes(7))
    _refuses("no value", bme280.pressure_pa_256, (0,) * 18, 415148, 0)


def test_bme280_takes_the_middle_of_a_scale_for_a_measurement():
    usual = (415148, 519888, 0x6D60)
    for data, expected in (
        ("8000007eed006d60", (0x80000, usual[1], usual[2])),
        ("655ac08000006d60", (usual[0], 0x80000, usual[2])),
        ("655ac07eed008000", (usual[0], usual[1], 0x8000)),
        ("8000008000006d60", (0x80000, 0x80000, usual[2])),
    ):
        assert bme280.parse(unhexlify(data)) == expected
    warm = bme280.BME280(Registers(data=unhexlify("655ac08000008000"))).read()
    assert 26 < warm[0] < 27
    assert 60 < warm[2] < 80


def test_bme280_comes_back_after_its_cable_was_pulled():
    bus = Registers()
    driver = bme280.BME280(bus)
    driver.read()
    bus.absent = True
    _refuses("no answer", driver.read)
    bus.absent = False
    assert driver.read()[0] == 25.08


def test_dht22_reads_the_published_frame():
    assert dht22.DHT22(Wire(AIR)).read() == (26.9, 65.8)


def test_dht22_reads_frost_as_sign_and_magnitude():
    frame = FROST + bytes([sum(FROST) & 0xFF])
    assert dht22.parse(frame) == (-10.1, 65.2)


def test_dht22_says_what_is_wrong():
    _refuses("no answer", dht22.DHT22(Wire(None)).read)
    _refuses("checksum", dht22.DHT22(Wire(AIR[:4] + b"\xa3")).read)
    _refuses("no frame", dht22.parse, AIR[:4])
