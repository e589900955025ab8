"""The station: a failing instrument stops nobody, nothing is sent twice, nothing grows without bound."""

from binascii import unhexlify

from plietsch_node.app import payload
from plietsch_node.app.instruments import Air, Battery, Particulates, Weather
from plietsch_node.app.station import Node
from plietsch_node.drivers.errors import NoAnswer
from plietsch_node.lorawan import frame
from plietsch_node.lorawan.aes import Aes128
from plietsch_node.lorawan.session import MemoryStore, Session

EUI = bytes(range(8))
KEY = unhexlify("00112233445566778899aabbccddeeff")
ACCEPT = unhexlify("20493eeb51fba2116f810edb3742975142")
TIME_S = 1767225600


class Driver:
    """A driver that gives this result, or raises it."""

    def __init__(self, result):
        self.result = result

    def read(self):
        """Return or raise the result."""
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_s=TIME_S, is_set=True):
        self.now_s = now_s
        self.is_set = is_set

    def time_s(self):
        """Return the time."""
        return self.now_s


class Ether:
    """A radio that keeps what was sent, hears `answer`, and fails while `broken`."""

    def __init__(self, answer=None):
        self.sent = []
        self.broken = False
        self._answer = answer

    def send(self, phy):
        """Keep `phy`."""
        if self.broken:
            raise OSError(5)
        self.sent.append(phy)

    def receive(self):
        """Return the answer."""
        return self._answer


class Adc:
    """An analogue input at half of 3.7 V."""

    def read_uv(self):
        """Return microvolts."""
        return 1850000


def _station(clock=None, radio=None, **kwargs):
    radio = radio or Ether(ACCEPT)
    sds011, bme280 = Driver((12.3, 26.1)), Driver((23.4, 1013.2, 56.7))
    instruments = {"SDS011": Particulates(sds011), "BME280": Weather(bme280)}
    session = Session(EUI, EUI, KEY, Aes128, MemoryStore())
    node = Node(instruments, session, radio, clock or Clock(), Battery(Adc()), **kwargs)
    assert node.join()
    del radio.sent[:]
    return node, radio, sds011


def test_a_reading_has_every_channel():
    node, _, _ = _station()
    time_s, values = node.measure()
    assert time_s == TIME_S
    assert values == {
        "pm2_5": 12.3, "pm10": 26.1, "temperature": 23.4, "pressure": 1013.2, "humidity": 56.7, "battery": 3.7
    }  # fmt: skip


def test_only_the_instruments_asked_for_are_read():
    node, _, _ = _station()
    assert node.measure(["SDS011"])[1] == {"pm2_5": 12.3, "pm10": 26.1}


def test_a_failing_instrument_stops_nobody():
    node, _, sds011 = _station()
    sds011.result = NoAnswer()
    values = node.measure()[1]
    assert values["pm2_5"] is None
    assert values["pm10"] is None
    assert values["temperature"] == 23.4


def test_a_second_thermometer_steps_in():
    bme280, dht22 = Driver(NoAnswer()), Driver((21.0, 50.0))
    instruments = {"BME280": Weather(bme280), "DHT22": Air(dht22)}
    session = Session(EUI, EUI, KEY, Aes128, MemoryStore())
    node = Node(instruments, session, Ether(), Clock())
    assert node.measure(["BME280", "DHT22"])[1] == {"temperature": 21.0, "humidity": 50.0, "pressure": None}


def test_readings_share_frames_and_leave_once():
    clock = Clock()
    node, radio, _ = _station(clock)
    readings = []
    for _ in range(6):
        readings.append(node.measure())
        clock.now_s += 300
    sent = node.flush()
    assert [len(frame_sent.readings) for frame_sent in sent] == [4, 2]
    assert [frame_sent.f_cnt for frame_sent in sent] == [0, 1]
    assert [reading for frame_sent in sent for reading in frame_sent.readings] == readings
    assert len(radio.sent) == 2
    assert all(len(phy) <= 13 + node.max_payload for phy in radio.sent)
    assert node.flush() == []
    assert node.waiting == 0


def test_what_goes_out_is_the_payload():
    node, radio, _ = _station()
    reading = node.measure()
    node.flush()
    data = frame.read_data(radio.sent[0])
    assert data.f_port == payload.PORT
    assert len(data.payload) == len(payload.encode([reading])) == 12


def test_a_radio_that_fails_keeps_the_reading():
    node, radio, _ = _station()
    node.measure()
    radio.broken = True
    try:
        node.flush()
    except OSError:
        assert node.waiting == 1
    radio.broken = False
    assert len(node.flush()) == 1


def test_the_buffer_is_bounded_and_counts_what_it_drops():
    clock = Clock()
    node, _, _ = _station(clock, buffer_readings=3)
    for _ in range(5):
        node.measure(["SDS011"])
        clock.now_s += 300
    assert (node.waiting, node.dropped) == (3, 2)
    assert node.flush()[0].readings[0][0] == TIME_S + 600


def test_old_readings_carry_their_whole_time():
    clock = Clock()
    node, radio, _ = _station(clock)
    node.measure(["SDS011"])
    clock.now_s += 16 * 3600 + 1
    node.measure(["SDS011"])
    node.flush()
    assert len(frame.read_data(radio.sent[0]).payload) == 17


def test_readings_before_and_after_the_clock_was_set_do_not_mix():
    clock = Clock(now_s=90, is_set=False)
    node, _, _ = _station(clock)
    node.measure(["SDS011"])
    clock.now_s, clock.is_set = TIME_S, True
    node.measure(["SDS011"])
    assert [frame_sent.readings[0][0] for frame_sent in node.flush()] == [90, TIME_S]


def test_a_join_may_fail():
    session = Session(EUI, EUI, KEY, Aes128, MemoryStore())
    assert not Node({}, session, Ether(), Clock()).join()
    assert not Node({}, session, Ether(b"\x20" + bytes(16)), Clock()).join()
    assert not session.joined
