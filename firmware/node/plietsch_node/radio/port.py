"""The port between the MAC and a radio.

A radio has

- `await send(phy, frequency_hz, spreading_factor, bandwidth_khz, power_dbm)`: sends the bytes and returns the clock's
  ms at the end of the transmission: the radio's own end and not when somebody looked, as receive windows count from it.
- `await receive(start_ms, frequency_hz, spreading_factor, bandwidth_khz, symbols)`: opens at the clock's `start_ms`,
  waits for a preamble for so many symbols, hears a frame that has begun out, and returns a `Heard`, or None.
- `sleep()`: draws next to no current until it is asked again.

All raise OSError where the radio fails. Uplinks go out with upright, downlinks come with inverted IQ, coding rate 4/5,
a preamble of 8 symbols and an explicit header; `power_dbm` is the power that leaves the antenna (EIRP).
"""

from collections import namedtuple

# A frame that came down, with its strength in dBm and its signal-to-noise ratio in dB.
Heard = namedtuple("Heard", ("phy", "rssi_dbm", "snr_db"))
