"""The adapter to micropython-lib's modems: settings, times across the wrap-around, windows, failures."""

from plietsch_node.radio.modem import HEADER_SYMBOLS, ModemRadio

WRAP = 1 << 30  # of time.ticks_ms() on an ESP32
EU868 = (868100000, 7, 125)


class Time:
    """MicroPython's `time`, and the node's clock beside it: both tell the same instants, only one wraps around."""

    def __init__(self, now_ms=0, ticks=0):
        self.now_ms = now_ms
        self._offset = ticks - now_ms
        self.slept = []

    def ms(self):
        """Return the clock's milliseconds."""
        return self.now_ms

    async def sleep_until(self, ms):
        """Be at `ms` at once."""
        self.slept.append(ms)
        self.now_ms = max(self.now_ms, ms)

    def ticks_ms(self):
        """Return milliseconds that wrap around."""
        return (self.now_ms + self._offset) % WRAP

    @staticmethod
    def ticks_diff(later, earlier):
        """Return how many ticks lie between the two, signed."""
        return (later - earlier + WRAP // 2) % WRAP - WRAP // 2


class Packet(bytearray):
    """lora.RxPacket: the bytes heard, with what the modem says of them; `snr` in quarters of a dB."""

    ticks_ms = 0
    snr = 0
    rssi = 0
    crc_error = False


class Modem:
    """A modem of micropython-lib (lora-sync): `configure`, `send`, `recv`, `standby`, `sleep`.

    Transmissions take `airtime_ms`, and whoever asks learns of their end `late_ms` later. `recv` gives `heard` once, or
    lets its whole timeout pass. Every operation raises `broken`, if there is such an error. As the real ones do, it
    refuses to be configured while it receives, and knows only the settings that it was told.
    """

    def __init__(self, time, airtime_ms=100, late_ms=0):
        self.settings = {}
        self.sent = []
        self.heard = None
        self.timeouts_ms = []
        self.opened_ms = []
        self.broken = None
        self.receiving = False
        self.asleep = False
        self._time = time
        self._airtime_ms = airtime_ms
        self._late_ms = late_ms

    def configure(self, lora_cfg):
        """Take settings over."""
        self._wake()
        if self.receiving:
            raise RuntimeError("Receiving")
        self.settings.update(lora_cfg)

    def send(self, packet, tx_at_ms=None):
        """Send; return the ticks at the end."""
        self._wake()
        self.sent.append((packet, dict(self.settings)))
        self._time.now_ms += self._airtime_ms
        ended_ticks = self._time.ticks_ms()
        self._time.now_ms += self._late_ms
        return ended_ticks

    def recv(self, timeout_ms=None, rx_length=255, rx_packet=None):
        """Return what is heard, or None after the timeout."""
        self._wake()
        self.opened_ms.append(self._time.now_ms)
        self.timeouts_ms.append(timeout_ms)
        heard, self.heard = self.heard, None
        if heard is None:
            self._time.now_ms += timeout_ms
        return heard

    def standby(self):
        """Stop whatever is going on."""
        self._wake()
        self.receiving = False

    def sleep(self):
        """Sleep until something is asked."""
        self._wake()
        self.asleep = True

    def _wake(self):
        if self.broken is not None:
            raise self.broken
        self.asleep = False


def _run(coroutine):
    """Run a coroutine that never waits, as on a board."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it waits")


def _radio(now_ms=0, ticks=0, **kwargs):
    time = Time(now_ms, ticks)
    modem = Modem(time, **kwargs)
    return ModemRadio(modem, time, time), modem, time


def _packet(data=b"\x60hello", snr=-30, rssi=-110):
    packet = Packet(data)
    packet.snr, packet.rssi = snr, rssi
    return packet


def _os_error(coroutine):
    try:
        _run(coroutine)
    except OSError:
        return True
    return False


def test_an_uplink_goes_out_as_lorawan_wants_it():
    radio, modem, _ = _radio()
    _run(radio.send(b"\x40up", 868300000, 9, 125, 14))
    data, settings = modem.sent[0]
    assert data == b"\x40up"
    assert (settings["freq_khz"], settings["sf"], settings["bw"]) == (868300, 9, 125)
    assert (settings["syncword"], settings["preamble_len"], settings["coding_rate"]) == (0x34, 8, 5)
    assert settings["output_power"] == 12  # of 14 dBm EIRP, 2 dB are the antenna's
    assert settings["crc_en"] is True
    assert settings["implicit_header"] is False
    assert settings["invert_iq_tx"] is False


def test_a_downlink_is_heard_with_inverted_iq():
    radio, modem, _ = _radio()
    modem.heard = _packet()
    heard = _run(radio.receive(1000, 869525000, 12, 125, 8))
    assert heard == (b"\x60hello", -110, -7.5)
    assert isinstance(heard.phy, bytes)
    assert modem.settings["invert_iq_rx"] is True
    assert (modem.settings["freq_khz"], modem.settings["sf"]) == (869525, 12)


def test_a_frequency_between_two_kilohertz():
    radio, modem, _ = _radio()
    _run(radio.send(b"", 867100500, 7, 125, 14))
    assert modem.sent[0][1]["freq_khz"] == 867100.5


def test_the_end_is_the_modems_and_not_when_somebody_looked():
    radio, _, time = _radio(5000, airtime_ms=62, late_ms=7)
    assert _run(radio.send(b"", *EU868, 14)) == 5062
    assert time.now_ms == 5069


def test_the_end_is_right_across_the_wrap_around():
    for before in (1, 50, 61, 62, 63, 69):
        radio, _, _ = _radio(3000000000, WRAP - before, airtime_ms=62, late_ms=7)
        assert _run(radio.send(b"", *EU868, 14)) == 3000000062


def test_a_window_opens_in_time_and_closes():
    radio, modem, time = _radio(0)
    assert _run(radio.receive(1000, *EU868, 8)) is None
    assert modem.opened_ms == [1000]
    assert modem.timeouts_ms == [-(-(8 + HEADER_SYMBOLS) * 1024 // 1000)]
    assert time.slept[0] < 1000  # the chip is told first, and is ready when the window opens


def test_a_chip_that_counts_symbols_waits_for_a_preamble_only():
    time = Time()
    modem = Modem(time)
    assert _run(ModemRadio(modem, time, time, 0).receive(0, 869525000, 12, 125, 8)) is None
    assert modem.timeouts_ms == [263]


def test_a_window_that_is_late_opens_at_once():
    radio, modem, _ = _radio(1005)
    modem.heard = _packet()
    assert _run(radio.receive(1000, *EU868, 8)).phy == b"\x60hello"
    assert modem.opened_ms == [1005]


def test_a_wrong_crc_is_no_frame():
    radio, modem, _ = _radio()
    modem.heard = _packet()
    modem.heard.crc_error = True
    assert _run(radio.receive(0, *EU868, 8)) is None


def test_an_empty_frame_is_none():
    radio, modem, _ = _radio()
    modem.heard = _packet(b"")
    assert _run(radio.receive(0, *EU868, 8)) is None


def test_a_chip_that_fails_is_an_os_error():
    radio, modem, _ = _radio()
    for error in (RuntimeError("BUSY timeout"), OSError(5)):
        modem.broken = error
        assert _os_error(radio.send(b"", *EU868, 14))
        assert _os_error(radio.receive(0, *EU868, 8))
        try:
            radio.sleep()
        except OSError:
            continue
        raise AssertionError("it sleeps")


def test_after_a_failure_the_chip_is_told_everything_again():
    radio, modem, _ = _radio()
    _run(radio.send(b"1", *EU868, 14))
    modem.broken = RuntimeError("Internal radio Status")
    assert _os_error(radio.send(b"2", *EU868, 14))
    modem.broken, modem.settings = None, {}
    modem.receiving = True
    _run(radio.send(b"3", *EU868, 14))
    assert modem.sent[1] == (b"3", modem.sent[0][1])


def test_it_sleeps_and_wakes():
    radio, modem, _ = _radio()
    radio.sleep()
    assert modem.asleep
    _run(radio.send(b"", *EU868, 14))
    assert not modem.asleep
