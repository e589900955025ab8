"""The ultrasonic distance sensor against the maker's example, and against what comes over a bad line."""

from binascii import unhexlify

from plietsch_node.app import instruments
from plietsch_node.drivers import a02yyuw
from plietsch_node.drivers.errors import SensorError

# DFRobot wiki, SEN0311, "UART output": 0x07A1 is 1953 mm.
EXAMPLE = unhexlify("ff07a1a7")


class Line:
    """A UART on which these bytes come, at most `at_once` of them for each read."""

    def __init__(self, data, at_once=64):
        self._data = data
        self._at_once = at_once

    def read(self, n):
        """Return up to n bytes, None at the end."""
        n = min(n, self._at_once)
        chunk, self._data = self._data[:n], self._data[n:]
        return chunk or None


def _frame(distance_mm):
    body = b"\xff" + distance_mm.to_bytes(2, "big")
    return body + bytes((sum(body) & 0xFF,))


def _fails(call, *arguments):
    try:
        call(*arguments)
    except SensorError as error:
        return str(error)
    raise AssertionError("accepted")


def test_the_makers_example():
    assert a02yyuw.parse(EXAMPLE) == 1953
    assert a02yyuw.A02YYUW(Line(EXAMPLE)).read() == 1953


def test_every_distance_of_the_range_is_read_wherever_the_line_begins():
    for distance_mm in (30, 255, 256, 511, 767, 2047, 3071, 4095, 4500):
        for missing in range(4):
            for at_once in (1, 3, 64):
                line = Line(_frame(distance_mm)[missing:] + 3 * _frame(distance_mm), at_once)
                assert a02yyuw.A02YYUW(line).read() == distance_mm


def test_what_is_no_distance_is_none():
    assert _fails(a02yyuw.parse, EXAMPLE[:3]) == "no frame"
    assert _fails(a02yyuw.parse, b"\x00" + EXAMPLE[1:]) == "no frame"
    assert _fails(a02yyuw.parse, EXAMPLE[:3] + b"\xa8") == "checksum"
    for distance_mm in (0, 29, 4501, 65535):
        assert _fails(a02yyuw.parse, _frame(distance_mm)) == "no value"


def test_a_bad_line():
    assert _fails(a02yyuw.A02YYUW(Line(b"")).read) == "no answer"
    assert _fails(a02yyuw.A02YYUW(Line(b"\x00\x01")).read) == "no answer"
    assert _fails(a02yyuw.A02YYUW(Line(EXAMPLE[:3])).read) == "no frame"
    assert _fails(a02yyuw.A02YYUW(Line(b"\xff\x07\xa1\xa8")).read) == "checksum"
    assert _fails(a02yyuw.A02YYUW(Line(b"\x00" * 1000)).read) == "no answer"


def test_what_is_old_is_dropped():
    instrument = instruments.make("A02YYUW", Line(_frame(1000) * 64 + _frame(2000), 256))
    instrument.ready()
    assert instrument.read() == {"distance": 2000}


def test_a_rain_gauge_counts_or_does_not_answer():
    class Counter:
        """A counter that works or not."""

        broken = False

        def count(self):
            """Return the tips."""
            if self.broken:
                raise OSError(5)
            return 17

    counter = Counter()
    gauge = instruments.make("rain", counter)
    assert gauge.read() == {"rain_tips": 17}
    counter.broken = True
    assert _fails(gauge.read) == "no answer"


def test_an_instrument_nobody_knows_is_refused():
    try:
        instruments.make("toaster", None)
    except ValueError:
        return
    raise AssertionError("made")
