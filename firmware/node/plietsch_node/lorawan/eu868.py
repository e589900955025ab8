"""The region's parameters: EU863-870, for devices of LoRaWAN 1.0.4. Passed around as `region`.

Sources: LoRaWAN Regional Parameters RP002-1.0.4, section 2.4; ETSI EN 300 220-2 V3.2.1, annex B (duty cycles).
"""

JOIN_CHANNELS_HZ = (868_100_000, 868_300_000, 868_500_000)
# (spreading factor, kHz) by data rate; DR7 is FSK, and those above belong to other modems.
DATA_RATES = ((12, 125), (11, 125), (10, 125), (9, 125), (8, 125), (7, 125), (7, 250))
MAX_JOIN_DATA_RATE = 5  # of the join channels, and of those of a CFList
# Most application bytes by data rate, without FOpts and with a repeater on the way.
MAX_PAYLOAD = (51, 51, 51, 115, 222, 222, 222)
# (from Hz, to Hz, n for a duty cycle of 1/n)
BANDS = (
    (863_000_000, 865_000_000, 1000),
    (865_000_000, 868_000_000, 100),
    (868_000_000, 868_600_000, 100),
    (868_700_000, 869_200_000, 1000),
    (869_400_000, 869_650_000, 10),
    (869_700_000, 870_000_000, 100),
)
# The longest frame that a node sends: 51 bytes and their 13 of LoRaWAN at DR0 (`airtime.time_on_air_us(64, 12, 125)`).
LONGEST_FRAME_US = 2_793_472
RX2_HZ = 869_525_000
RX2_DATA_RATE = 0
MAX_RX1_OFFSET = 5
MAX_POWER_DBM = 16
POWER_STEPS = 8  # step n is 16 - 2n dBm EIRP
MAX_CHANNELS = 16
_HALF_CHANNEL_HZ = 62_500


def rx1_data_rate(data_rate, offset):
    """Return the data rate of RX1 after an uplink at `data_rate`."""
    return max(0, data_rate - offset)


def band(frequency_hz):
    """Return the index in `BANDS` of the band that holds a whole channel of 125 kHz there, or None: not allowed."""
    for index, (low_hz, high_hz, _) in enumerate(BANDS):
        if low_hz + _HALF_CHANNEL_HZ <= frequency_hz <= high_hz - _HALF_CHANNEL_HZ:
            return index
    return None
