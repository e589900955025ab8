"""EU868 as a network server knows it: data rates, sizes, channels and bands. Pure.

Sources: LoRaWAN Regional Parameters RP002-1.0.3, section 2.4 (EU863-870; sizes as for a repeater, as ChirpStack has
them where it is told so); ERC Recommendation 70-03, annex 1 (duty cycles and powers).
"""

from plietsch.firmware.network.gateways import Radio

# Spreading factor and bandwidth in kHz by data rate; DR7 is FSK, which nobody here speaks.
DATA_RATES = ((12, 125), (11, 125), (10, 125), (9, 125), (8, 125), (7, 125), (7, 250))
FASTEST_LORA_DATA_RATE = 5  # of 125 kHz, as far as ADR goes
MAX_PAYLOAD_BYTES = (51, 51, 51, 115, 222, 222, 222)
# What MACPayload holds beyond that: FHDR without options (7), and FPort (1).
MAC_HEADER_BYTES = 8

JOIN_CHANNELS_HZ = (868_100_000, 868_300_000, 868_500_000)
CF_LIST_HZ = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)
RX2_FREQUENCY_HZ = 869_525_000
RX2_DATA_RATE = 0
JOIN_ACCEPT_DELAY_S = 5
BETWEEN_WINDOWS_S = 1
LOWEST_POWER_STEP = 7  # 2 dB each below 16 dBm

# Lowest and highest frequency of a band, the share of an hour that a sender may use, and the most that it may radiate
# in dBm (EIRP).
BANDS = (
    (863_000_000, 865_000_000, 0.001, 16),
    (865_000_000, 868_000_000, 0.01, 16),
    (868_000_000, 868_600_000, 0.01, 16),
    (868_700_000, 869_200_000, 0.001, 16),
    (869_400_000, 869_650_000, 0.1, 29),
    (869_700_000, 870_000_000, 0.01, 16),
)


def rx1_data_rate(uplink_data_rate: int, offset: int) -> int:
    """Return the data rate of RX1 (RP002, table 12)."""
    return max(0, uplink_data_rate - offset)


def band(frequency_hz: int) -> int:
    """Return the number of a frequency's band in BANDS; raise ValueError if nobody may send there."""
    for number, (low_hz, high_hz, _, _) in enumerate(BANDS):
        if low_hz <= frequency_hz < high_hz:
            return number
    raise ValueError(f"{frequency_hz} Hz is in no band of EU868")


def radio(frequency_hz: int, data_rate: int) -> Radio:
    """Return how a gateway sends there: as loud as it may."""
    spreading_factor, bandwidth_khz = DATA_RATES[data_rate]
    return Radio(frequency_hz, spreading_factor, bandwidth_khz, BANDS[band(frequency_hz)][3])
