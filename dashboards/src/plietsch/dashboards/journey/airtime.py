"""How long a frame is on the air.

LoRa: Semtech, SX1276/77/78/79 data sheet, revision 7, section 4.1.1.7; what of it LoRaWAN fixes: RP002-1.0.4, EU868.
"""

import math

# Bytes of a LoRaWAN data frame around its payload: MHDR 1, DevAddr 4, FCtrl 1, FCnt 2, FPort 1, MIC 4 (LoRaWAN 1.0.4,
# section 4). Answers to the network's commands may be up to 15 more; nobody keeps how many they were.
_AROUND_BYTES = 13
_PREAMBLE_SYMBOLS = 8 + 4.25
# Coding rate 4/5.
_SYMBOLS_A_BLOCK = 5
# From here on the sender slows down for the drift of its crystal (low data rate optimisation, at 125 kHz).
_SLOW_FROM = 11
# EU868: data rate 6 is SF7 at 250 kHz, the others 125 kHz.
_WIDE_DATA_RATE = 6


def bandwidth_khz(data_rate: int | None) -> int:
    """The bandwidth of a data rate of EU868 that is LoRa."""
    return 250 if data_rate == _WIDE_DATA_RATE else 125


def milliseconds(payload_bytes: int, spreading_factor: int, khz: int = 125) -> float:
    """For an application payload of so many bytes, at a spreading factor from 7 to 12."""
    symbol_ms = 2**spreading_factor / khz
    optimised = 2 if spreading_factor >= _SLOW_FROM and khz == 125 else 0
    # Explicit header, and a checksum at the end: 28 + 16 bits beside the bytes.
    bits = 8 * (payload_bytes + _AROUND_BYTES) - 4 * spreading_factor + 28 + 16
    blocks = max(math.ceil(bits / (4 * (spreading_factor - optimised))), 0)
    return (_PREAMBLE_SYMBOLS + 8 + blocks * _SYMBOLS_A_BLOCK) * symbol_ms
