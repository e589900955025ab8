"""A modem of micropython-lib's `lora` as the MAC's radio: SX1261, SX1262, SX1276 to SX1279, STM32WL55.

Source: micropython-lib, `micropython/lora`: its README, and what the drivers of `lora-sync` do.

- `configure()` keeps what it is not told, but a modem that lost its power has forgotten all: it is told everything each
  time, also what the driver takes for the chip's default (an SX1276 adds no CRC of its own accord).
- `send()` returns `time.ticks_ms()` at the end of the transmission, or at the interrupt that says it. These ticks wrap
  around, our clock does not: only differences are taken over.
- `recv()` ends when its time is over, unless a frame has begun. An SX1276 counts symbols until it has found a preamble,
  an SX1262 runs a timer that stops at a valid header only (SX1261/2 datasheet, StopTimerOnPreamble): there the window
  is longer by what lies between the two.
- Frames whose CRC is wrong are dropped by the driver; with its `rx_crc_error` set they come marked, and are dropped
  here.
- A chip that does not answer as it should is a RuntimeError there, an OSError here.
"""

from plietsch_node.lorawan import airtime
from plietsch_node.radio.port import Heard

SYNC_WORD = 0x34  # of public networks (RP002, EU868 physical layer); the SX1262's driver makes 0x3444 of it
PREAMBLE_SYMBOLS = 8
# A preamble is found by its fifth symbol; after it come the rest of it, 4.25 symbols of sync word, 8 of the header.
HEADER_SYMBOLS = PREAMBLE_SYMBOLS - 5 + 5 + 8
_SETUP_MS = 10  # to wake a chip with its oscillator and to tell it all, at SPI's 2 MHz, is done in half of that
_EIO = 5


class ModemRadio:
    """`modem` as the MAC's radio. `ticks` is MicroPython's `time`: `ticks_ms()` and `ticks_diff(later, earlier)`.

    `header_symbols` is 0 for an SX127x, whose time for a preamble ends with the preamble. The region's power is EIRP:
    the chip is told less by what the antenna gains, 2 dBi for a quarter-wave whip or a dipole.
    """

    def __init__(self, modem, clock, ticks, header_symbols=HEADER_SYMBOLS, antenna_gain_db=2):
        self._modem = modem
        self._clock = clock
        self._ticks = ticks
        self._header_symbols = header_symbols
        self._antenna_gain_db = antenna_gain_db
        self._settings = {
            "syncword": SYNC_WORD,
            "preamble_len": PREAMBLE_SYMBOLS,
            "coding_rate": 5,
            "crc_en": True,
            "implicit_header": False,
            "invert_iq_tx": False,
            "invert_iq_rx": True,
        }

    async def send(self, phy, frequency_hz, spreading_factor, bandwidth_khz, power_dbm):
        """Send `phy`; return the clock's ms at its end. Raises OSError."""
        self._settings["output_power"] = power_dbm - self._antenna_gain_db
        try:
            self._configure(frequency_hz, spreading_factor, bandwidth_khz)
            ended_ticks = self._modem.send(phy)
        except RuntimeError as error:
            raise OSError(_EIO) from error
        return self._clock.ms() - self._ticks.ticks_diff(self._ticks.ticks_ms(), ended_ticks)

    async def receive(self, start_ms, frequency_hz, spreading_factor, bandwidth_khz, symbols):
        """Return the Heard of a window that opens at `start_ms`, or None. Raises OSError."""
        symbol_us = airtime.symbol_us(spreading_factor, bandwidth_khz)
        window_ms = ((symbols + self._header_symbols) * symbol_us + 999) // 1000
        await self._clock.sleep_until(start_ms - _SETUP_MS)
        try:
            self._configure(frequency_hz, spreading_factor, bandwidth_khz)
            await self._clock.sleep_until(start_ms)
            packet = self._modem.recv(window_ms)
        except RuntimeError as error:
            raise OSError(_EIO) from error
        if not packet or getattr(packet, "crc_error", False):
            return None
        return Heard(bytes(packet), packet.rssi, packet.snr / 4)  # the driver's SNR comes in quarters of a dB

    def sleep(self):
        """Put the chip to sleep; it keeps its settings, and the next call wakes it. Raises OSError."""
        try:
            self._modem.sleep()
        except RuntimeError as error:
            raise OSError(_EIO) from error

    def _configure(self, frequency_hz, spreading_factor, bandwidth_khz):
        # A receive that was cut short leaves the driver receiving, and it then refuses to be configured.
        self._modem.standby()
        whole = frequency_hz % 1000 == 0  # a network may name frequencies in steps of 100 Hz
        self._settings["freq_khz"] = frequency_hz // 1000 if whole else frequency_hz / 1000
        self._settings["sf"] = spreading_factor
        self._settings["bw"] = bandwidth_khz
        self._modem.configure(self._settings)
