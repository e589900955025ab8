"""A LoRaWAN end-device of Class A: it joins, sends, and listens in the two windows after each of its frames.

Everything it needs is an argument, everything that waits a coroutine (see `docs/node.md`): `radio` and `clock` decide
how one waits. What matters is kept before it is used, so that power may fail at any instant: no counter and no nonce
serves twice, and no frame goes earlier than the duty cycle allows.

`options`: `adr`, the `data_rate` to join with first, `confirmed_tries`, `fair_use_s` of airtime a day (0: no limit),
`rx_error_ms` by which clock and radio may be wrong when a window opens.

Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4); LoRaWAN Regional Parameters (RP002-1.0.4), EU868.
"""

import binascii
from collections import namedtuple

from plietsch_node.lorawan import airtime, frame
from plietsch_node.lorawan.duty import DutyCycle
from plietsch_node.lorawan.errors import FrameError, NotJoined, NotReady, PayloadTooLong
from plietsch_node.lorawan.session import Session
from plietsch_node.lorawan.settings import Settings

ADR_ACK_LIMIT, ADR_ACK_DELAY = 64, 32  # RP002-1.0.4, table of default settings
JOIN_DELAY_S = 5
# Nobody answers any more: after the last step of ADR's back-off from the fastest data rate, or soon after a join whose
# accept was perhaps that to an earlier request.
LOST_AFTER, LOST_AFTER_JOIN = ADR_ACK_LIMIT + 8 * ADR_ACK_DELAY, 16
# Of airtime, one part in so many for join-requests in the first hour, the ten hours after it, and from then on
# (TS001-1.0.4, section 7: 36 s an hour, 36 s in ten hours, 8.7 s a day).
JOIN_DUTY = ((3600000, 100), (39600000, 1000), (None, 10000))
FRAME_BYTES = 13  # of a data frame beside its payload and options
LONGEST_PAUSE_MS = 60000  # before a frame is sent again; whoever would wait longer lets the application decide
# The last try of a confirmed frame goes so many data rates slower, which is understood at a tenth of the strength: who
# lost a gateway need not wait until ADR's back-off comes to it. LoRaWAN 1.0.3, section 18.4, recommends to slow down.
LAST_TRY_SLOWER = 4
SLACK_MS = 50  # between being asked to send and having sent
GPS_EPOCH_S, LEAP_SECONDS = 315964800, 18  # since 2017 (IERS Bulletin C 52)

# A frame that went out: `acked` is None where no acknowledgement was asked for; `downlinks` are (port, payload); `more`
# says that the network has more to send.
Receipt = namedtuple("Receipt", ("f_cnt", "acked", "downlinks", "more"))


class Device:
    """One device at one network."""

    def __init__(self, keys, region, radio, clock, rtc, flash, cipher, random_below, options, trace=None):
        self.battery = 255  # DevStatusAns: 0 external supply, 1 … 254 empty to full, 255 not known
        self.margin_db = None
        self.gateways = None
        self.network_time = None
        self._region = region
        self._radio = radio
        self._clock = clock
        self._rtc = rtc
        self._random_below = random_below
        self._options = options
        self._trace = trace
        self._session = Session(keys, cipher, rtc, flash)
        self._settings = Settings(region, options["data_rate"], options["adr"])
        self._duty = DutyCycle(region, options["fair_use_s"] * 1000)
        self._time_asked = False
        self._repeated = 0  # bytes of the answers to repeat that the last frame carried
        self._downlinks = []
        self._acked = self._more = False
        self._resume()

    @property
    def joined(self):
        """Whether there is a session."""
        return self._session.joined

    @property
    def lost(self):
        """Whether nobody answers in the session any more: time to join again, and to go on sending until then."""
        return self._silent >= (LOST_AFTER if self._session.heard else LOST_AFTER_JOIN)

    @property
    def data_rate(self):
        """The data rate of the next frame."""
        return self._settings.data_rate

    @property
    def next_join_ms(self):
        """The clock's ms before which `join` does not send."""
        airtime_us = self._airtime_us(frame.JOIN_REQUEST_BYTES, self._next_joining_rate())
        ready = min(self._duty.ready_at_ms(frequency, airtime_us) for frequency in self._region.JOIN_CHANNELS_HZ)
        return max(ready, self._joining[2])

    def max_payload(self):
        """Return how many bytes the application may send in the next frame."""
        answers = min(len(self._answers), frame.MAX_OPTIONS_BYTES)
        return self._region.MAX_PAYLOAD[self._settings.data_rate] - answers

    def ready_at_ms(self, size):
        """Return the clock's ms from which on a frame with `size` bytes of the application may go."""
        airtime_us = self._airtime_us(size + FRAME_BYTES + frame.MAX_OPTIONS_BYTES, self._settings.data_rate)
        plan = self._settings.plan
        channels = plan.usable(self._settings.data_rate)
        ready_ms = min(self._duty.ready_at_ms(plan.frequency_hz(index), airtime_us) for index in channels)
        return max(ready_ms, self._duty.paced_at_ms(airtime_us))

    async def join(self):
        """Ask the network once for a session; return whether it gave one.

        Each attempt is slower than the one before, down to the slowest, and then again. Raises NotReady before
        `next_join_ms`, NotJoined when the nonces are used up, OSError from the radio.
        """
        now = self._clock.ms()
        if now < self.next_join_ms:
            raise NotReady()
        attempts, first_ms, _ = self._joining
        first_ms = first_ms or now
        region = self._region
        self._joining_rate = data_rate = self._next_joining_rate()
        frequency_hz = self._ready_now(region.JOIN_CHANNELS_HZ)
        airtime_us = self._airtime_us(frame.JOIN_REQUEST_BYTES, data_rate)
        phy = self._session.join_request(self._silence_ms((frequency_hz,), airtime_us))
        self._joining = [attempts + 1, first_ms, now + self._join_pause_ms(now - first_ms, airtime_us)]
        windows = self._windows(JOIN_DELAY_S, frequency_hz, data_rate, region.RX2_HZ, region.RX2_DATA_RATE, 0)
        return await self._exchange(phy, frequency_hz, data_rate, region.MAX_POWER_DBM, windows, self._take_accept)

    async def send(self, port, payload, confirmed=False, link_check=False, ask_time=False):
        """Send a frame, again if need be, and return a Receipt.

        What the network asked for and what it is asked (`link_check`, `ask_time`) goes along as far as there is room.
        Raises NotJoined, PayloadTooLong, NotReady, and OSError from the radio; a counter is used up in the last case.
        """
        if not self.joined:
            raise NotJoined()
        if len(payload) > self.max_payload():
            raise PayloadTooLong()
        if self.ready_at_ms(len(payload)) > self._clock.ms():
            raise NotReady()
        settings = self._settings
        first_rate = data_rate = settings.data_rate
        power_dbm = settings.power_dbm
        f_opts = self._take_options(link_check, ask_time, len(payload))
        flags = self._flags()
        airtime_us = self._airtime_us(FRAME_BYTES + len(payload) + len(f_opts), data_rate)
        index = self._pick(data_rate)
        frequencies_hz = [settings.plan.frequency_hz(each) for each in settings.plan.usable(data_rate)]
        silence_ms = self._silence_ms(frequencies_hz, airtime_us)
        f_cnt, phy = self._session.uplink(port, payload, confirmed, f_opts, flags, silence_ms)
        self._downlinks, self._acked, self._more = [], False, False
        tries = max(settings.transmissions, self._options["confirmed_tries"] if confirmed else 1)
        for number in range(tries):
            if number:
                if confirmed and self._options["adr"] and number == tries - 1:
                    data_rate = self._surer(data_rate, len(payload) + len(f_opts))
                    power_dbm, airtime_us = self._region.MAX_POWER_DBM, self._airtime_us(len(phy), data_rate)
                if not await self._pause(data_rate, airtime_us):
                    break
                index = self._pick(data_rate)
                # What came down meanwhile may have opened a band that is silent for longer.
                self._session.owe(self._silence_ms((settings.plan.frequency_hz(index),), airtime_us))
            frequency_hz, rx1_hz = settings.plan.frequency_hz(index), settings.plan.rx1_frequency_hz(index)
            windows = self._windows(
                settings.rx1_delay_s, rx1_hz, data_rate, settings.rx2_hz, settings.rx2_data_rate, settings.rx1_offset
            )
            heard = await self._exchange(phy, frequency_hz, data_rate, power_dbm, windows, self._take_downlink)
            if self._acked if confirmed else heard:
                break
        if self._acked and data_rate < first_rate == settings.data_rate:
            # Heard that way only: a gateway may be gone. If it was chance, the network says so.
            settings.back_off()
            self._session.keep(settings.state())
        self._after(bool(heard))
        return Receipt(f_cnt, self._acked if confirmed else None, self._downlinks, self._more)

    def _surer(self, data_rate, size):
        """Return a data rate for a last try, which is slower where `size` bytes fit it."""
        for slower in range(max(0, data_rate - LAST_TRY_SLOWER), data_rate):
            if size <= self._region.MAX_PAYLOAD[slower] and self._settings.plan.usable(slower):
                return slower
        return data_rate

    async def _exchange(self, phy, frequency_hz, data_rate, power_dbm, windows, take):
        """Send `phy` and listen; return whether `take` made something of what was heard in a window."""
        airtime_us = self._airtime_us(len(phy), data_rate)
        started = self._clock.ms()
        expected = started + airtime_us // 1000 + SLACK_MS
        # Before it is sent: who loses power meanwhile shall remember it.
        self._duty.sent(frequency_hz, expected, airtime_us)
        self._remember()
        spreading_factor, bandwidth_khz = self._region.DATA_RATES[data_rate]
        ended = await self._radio.send(phy, frequency_hz, spreading_factor, bandwidth_khz, power_dbm)
        if ended > expected:
            # A millisecond more, as it was cut off.
            self._duty.block(ended + 1 + self._duty.off_time_ms(frequency_hz, airtime_us))
        if self._trace:
            self._trace("tx", ended - airtime_us // 1000, ended, frequency_hz, spreading_factor, len(phy))
        self._ended_ms = ended
        taken = False
        for delay_s, rx_hz, rx_data_rate in windows:
            heard = await self._listen(ended + delay_s * 1000, rx_hz, rx_data_rate)
            if heard and self._understands(take, heard):
                taken = True
                break
        self._radio.sleep()
        self._remember()
        return taken

    async def _listen(self, anchor_ms, frequency_hz, data_rate):
        """Open a window for a preamble that begins at `anchor_ms`, give or take the error of the clocks.

        Six of its eight symbols are needed to recognise it: the window's middle is the preamble's.
        """
        spreading_factor, bandwidth_khz = self._region.DATA_RATES[data_rate]
        symbol_us = airtime.symbol_us(spreading_factor, bandwidth_khz)
        symbols = max(6, 4 + -(-2000 * self._options["rx_error_ms"] // symbol_us))
        start_ms = anchor_ms + (8 - symbols) * symbol_us // 2000
        heard = await self._radio.receive(start_ms, frequency_hz, spreading_factor, bandwidth_khz, symbols)
        if self._trace:
            self._trace("rx", start_ms, self._clock.ms(), heard is not None)
        return heard

    def _understands(self, take, heard):
        try:
            take(heard)
        except FrameError:
            return False  # for another device, or noise, or heard before
        return True

    def _take_accept(self, heard):
        self._settings.accept(self._session.join_accept(heard.phy), self._joining_rate)
        self._session.keep(self._settings.state())
        self._duty.limit(0)
        self._joining = [0, 0, 0]
        self._silent = self._confirm = 0
        self._answers = b""

    def _take_downlink(self, heard):
        data = self._session.downlink(heard.phy)
        self.margin_db = heard.snr_db
        self._silent = 0
        self._acked = self._acked or bool(data.flags & frame.ACK)
        self._more = bool(data.flags & frame.F_PENDING)
        self._confirm |= data.kind == frame.CONFIRMED_DOWN
        # Heard again: the answers that were repeated until now have arrived.
        self._answers = self._answers[self._repeated :]
        self._repeated = 0
        self._obey(data.payload if data.f_port == 0 else data.f_opts)
        if data.f_port:
            self._downlinks.append((data.f_port, data.payload))

    def _obey(self, said):
        """Do what the MAC commands `said` ask for."""
        if not said:
            return
        # Most frames need none of it.
        from plietsch_node.lorawan import commands

        requests = commands.parse(said)
        for identifier, *values in requests:
            if identifier == commands.LINK_CHECK:
                _, self.gateways = values
            elif identifier == commands.DEVICE_TIME and self._time_asked:
                gps_s, fraction_256 = values
                unix_s = gps_s + GPS_EPOCH_S - LEAP_SECONDS
                self.network_time = (unix_s * 1000 + fraction_256 * 1000 // 256, self._ended_ms)
        answers = commands.obey(self._settings, requests, self.margin_db, self.battery)
        # What one frame does not hold is left out (section 5).
        self._answers = commands.fitting(self._answers + answers, frame.MAX_OPTIONS_BYTES)
        self._duty.limit(self._settings.duty_exponent)
        self._session.keep(self._settings.state())

    def _after(self, heard):
        """Count a frame that nobody answered, and be easier to hear (section 4.3.1.1)."""
        self._time_asked = False
        if not heard:
            self._silent += 1
            beyond = self._silent - ADR_ACK_LIMIT
            if self._options["adr"] and beyond > 0 and beyond % ADR_ACK_DELAY == 0:
                self._settings.back_off()
                self._session.keep(self._settings.state())
        self._remember()

    def _take_options(self, link_check, ask_time, size):
        """Return the MAC commands for the next frame beside `size` bytes of the application."""
        # Without ADR, nothing else makes the network answer.
        alone = not self._options["adr"] and self._silent >= ADR_ACK_LIMIT and self._silent % ADR_ACK_DELAY == 0
        self._repeated = 0
        if not (self._answers or link_check or alone or ask_time):
            return b""
        from plietsch_node.lorawan import commands

        room = min(frame.MAX_OPTIONS_BYTES, self._region.MAX_PAYLOAD[self._settings.data_rate] - size)
        f_opts = commands.fitting(self._answers, room)
        self._answers = commands.repeated(f_opts)
        self._repeated = len(self._answers)
        if (link_check or alone) and len(f_opts) < room:
            f_opts += commands.said(commands.LINK_CHECK)
        if ask_time and len(f_opts) < room:
            f_opts += commands.said(commands.DEVICE_TIME)
            self._time_asked = True
        return f_opts

    def _flags(self):
        flags = frame.ACK if self._confirm else 0
        self._confirm = 0
        if self._options["adr"]:
            flags |= frame.ADR | (frame.ADR_ACK_REQ if self._silent >= ADR_ACK_LIMIT else 0)
        return flags

    async def _pause(self, data_rate, airtime_us):
        """Wait until the frame may go again; return False if that takes too long."""
        plan, now = self._settings.plan, self._clock.ms()
        # No channel is left if what came down took the only one of this data rate.
        ready = [self._duty.ready_at_ms(plan.frequency_hz(i), airtime_us) for i in plan.usable(data_rate)]
        if not ready or min(ready) - now > LONGEST_PAUSE_MS:
            return False
        # One to three seconds after the second window (section 4.1, RETRANSMIT_TIMEOUT).
        await self._clock.sleep_until(max(min(ready), now + 1000 + self._random_below(2000)))
        return True

    def _pick(self, data_rate):
        """Return a channel at random of those that may be used now."""
        plan, now = self._settings.plan, self._clock.ms()
        ready = [i for i in plan.usable(data_rate) if self._duty.ready_at_ms(plan.frequency_hz(i)) <= now]
        return ready[self._random_below(len(ready))]

    def _ready_now(self, frequencies_hz):
        ready = [frequency for frequency in frequencies_hz if self._duty.ready_at_ms(frequency) <= self._clock.ms()]
        return ready[self._random_below(len(ready))]

    def _windows(self, delay_s, rx1_hz, data_rate, rx2_hz, rx2_data_rate, rx1_offset):
        rx1_data_rate = self._region.rx1_data_rate(data_rate, rx1_offset)
        return (delay_s, rx1_hz, rx1_data_rate), (delay_s + 1, rx2_hz, rx2_data_rate)

    def _airtime_us(self, size, data_rate):
        return airtime.time_on_air_us(size, *self._region.DATA_RATES[data_rate])

    def _silence_ms(self, frequencies_hz, airtime_us):
        """Return how long the device must be silent at most after a frame on one of the frequencies, and before it."""
        off_time_ms = max(self._duty.off_time_ms(frequency_hz, airtime_us) for frequency_hz in frequencies_hz)
        own = airtime_us // 1000 + 2 * SLACK_MS + off_time_ms
        return max(own, self._duty.silent_until_ms() - self._clock.ms())

    def _next_joining_rate(self):
        fastest = self._options["data_rate"]
        return fastest - self._joining[0] % (fastest + 1)

    def _join_pause_ms(self, since_ms, airtime_us):
        part = next(part for until_ms, part in JOIN_DUTY if until_ms is None or since_ms < until_ms)
        pause_ms = airtime_us * part // 1000
        return pause_ms + self._random_below(pause_ms // 4 + 1000)

    def _remember(self):
        """Keep in RTC memory what changes with each frame."""
        answers = binascii.hexlify(self._answers).decode()
        state = [self._silent, int(self._confirm), self._joining, self._duty.state(), answers]
        self._rtc.put("mac", state)

    def _resume(self):
        if self._session.settings:
            self._settings.restore(self._session.settings)
            self._duty.limit(self._settings.duty_exponent)
        now = self._clock.ms()
        kept = self._rtc.get("mac")
        if kept:
            self._silent, self._confirm, self._joining, duty, answers = kept
            self._duty.restore(duty, now)
            # Flash is written first, and a reset may have come between.
            self._duty.limit(self._settings.duty_exponent)
            self._answers = binascii.unhexlify(answers)
            return
        # Power was off, and nobody knows for how long.
        self._duty.block(now + self._session.silence_ms)
        self._silent, self._confirm, self._joining = 0, 0, [0, 0, 0]
        self._answers = b""
        # Deep sleep before the first frame is no further power cut: it would never be silent long enough.
        self._remember()
