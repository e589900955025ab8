"""A device on the air of a scripted network: a clock that jumps, a radio that takes time, answers as they are planned.

Works under CPython and MicroPython alike; the network is `plietsch_node.lorawan.frame`, seen from the other side.
"""

from binascii import unhexlify

from plietsch_node.lorawan import airtime, crypto, eu868, frame
from plietsch_node.lorawan.aes import Aes128
from plietsch_node.lorawan.device import Device
from plietsch_node.memory import MemoryStore
from plietsch_node.radio.port import Heard

APP_KEY = "00112233445566778899aabbccddeeff"
KEYS = {"dev_eui": "0102030405060708", "join_eui": "1112131415161718", "app_key": APP_KEY}
OPTIONS = {"adr": True, "data_rate": 5, "confirmed_tries": 3, "fair_use_s": 0, "rx_error_ms": 20}
# Join-accepts to this key, which only a server can make: JoinNonce 1, 2, 3, and so the addresses 01020301 … 01020303.
ACCEPTS = (
    unhexlify("20a50e51ec66973eed7222fe6abc8d9cc3515ec76c2fafa1e974d6fb376b143a94"),  # CFList 867.1 … 867.9 MHz
    unhexlify("2014860fe8679a3e5469d99feaac51177c68df6bab2f98a24bba279e322eb9ae82"),  # and RX1 +1 DR after 5 s, RX2 DR3
    unhexlify("205245917acb019da85c30e8a81a99bd26"),
)


def read_join_request(phy):
    """Return JoinEUI, DevEUI and DevNonce of a join-request."""
    assert phy[0] == frame.JOIN_REQUEST and len(phy) == frame.JOIN_REQUEST_BYTES
    return bytes(reversed(phy[1:9])), bytes(reversed(phy[9:17])), int.from_bytes(phy[17:19], "little")


def check_join_request(cipher, phy):
    """Assert that `phy` was made with the AppKey of `cipher`."""
    assert crypto.cmac(cipher, phy[: -frame.MIC_BYTES])[: frame.MIC_BYTES] == phy[-frame.MIC_BYTES :]


def drive(coroutine):
    """Run a coroutine that never waits, and return its result."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")


class Clock:
    """Milliseconds that pass when somebody sleeps."""

    def __init__(self, now_ms=1000):
        self.now_ms = now_ms

    def ms(self):
        """Return the time."""
        return self.now_ms

    async def sleep_until(self, ms):
        """Let time pass."""
        self.now_ms = max(self.now_ms, ms)


class Radio:
    """Sends in no more than the airtime; hears what `answers` holds: the next window's PHYPayload, None, or nothing."""

    def __init__(self, clock):
        self.sent = []  # of (ended_ms, phy, frequency_hz, spreading_factor, power_dbm)
        self.windows = []  # of (start_ms, frequency_hz, spreading_factor, symbols)
        self.answers = []
        self.respond = None  # or a function from an uplink's PHYPayload to its answers
        self.broken = False
        self._clock = clock

    async def send(self, phy, frequency_hz, spreading_factor, bandwidth_khz, power_dbm):
        """Send, and plan the answers."""
        if self.broken:
            raise OSError(5)
        self._clock.now_ms += airtime.time_on_air_us(len(phy), spreading_factor, bandwidth_khz) // 1000
        self.sent.append((self._clock.now_ms, phy, frequency_hz, spreading_factor, power_dbm))
        if self.respond:
            self.answers = list(self.respond(phy))
        return self._clock.now_ms

    async def receive(self, start_ms, frequency_hz, spreading_factor, bandwidth_khz, symbols):
        """Return the next answer."""
        self.windows.append((start_ms, frequency_hz, spreading_factor, symbols))
        self._clock.now_ms = max(self._clock.now_ms, start_ms) + 100
        phy = self.answers.pop(0) if self.answers else None
        return Heard(phy, -80, 7) if phy else None

    def sleep(self):
        """Rest."""


class Scene:
    """A device with its clock, its radio and its stores; `number` says which of ACCEPTS opened the session."""

    def __init__(self, **options):
        self.clock = Clock()
        self.radio = Radio(self.clock)
        self.rtc, self.flash = MemoryStore(), MemoryStore()
        self.options = dict(OPTIONS)
        self.options.update(options)
        self.f_cnt_down = 0
        self.start()

    def start(self):
        """Make the device anew, as after deep sleep."""
        self.device = Device(
            KEYS, eu868, self.radio, self.clock, self.rtc, self.flash, Aes128, lambda below: 0, self.options
        )
        return self.device

    def cut_power(self, off_ms=0):
        """Take the power away; what is left is flash, and a clock that begins anew."""
        self.rtc = MemoryStore()
        self.clock.now_ms = 0
        self.radio.answers = []
        return self.start()

    def join(self, number=0):
        """Let the device join."""
        self.radio.respond = None
        self.radio.answers = [ACCEPTS[number]]
        self.clock.now_ms = max(self.clock.now_ms, self.device.next_join_ms)
        assert drive(self.device.join())
        _, _, dev_nonce = read_join_request(self.radio.sent[-1][1])
        cipher = Aes128(unhexlify(APP_KEY))
        accept = frame.decode_join_accept(cipher, ACCEPTS[number])
        keys = frame.derive_keys(cipher, accept, dev_nonce)
        self.network, self.application = (Aes128(key) for key in keys)
        self.dev_addr = accept.dev_addr
        self.f_cnt_down = 0
        return self

    def send(self, port=1, payload=b"data", **how):
        """Let the device send as soon as it may."""
        self.clock.now_ms = max(self.clock.now_ms, self.device.ready_at_ms(len(payload)))
        return drive(self.device.send(port, payload, **how))

    def heard(self, f_cnt=None):
        """Return the newest frame as the network reads it; by default its counter is below 65 536."""
        phy = self.radio.sent[-1][1]
        f_cnt = frame.read_data(phy).f_cnt if f_cnt is None else f_cnt
        return frame.decode_data(self.network, self.application, phy, f_cnt)

    def down(self, f_opts=b"", port=None, payload=b"", ack=False, confirmed=False, more=False, f_cnt=None):
        """Return the network's next frame."""
        if f_cnt is None:
            f_cnt = self.f_cnt_down
            self.f_cnt_down += 1
        flags = (frame.ACK if ack else 0) | (frame.F_PENDING if more else 0)
        kind = frame.CONFIRMED_DOWN if confirmed else frame.UNCONFIRMED_DOWN
        data = frame.Data(kind, self.dev_addr, flags, f_cnt, f_opts, port, payload)
        return frame.encode_data(self.network, self.application, data)
