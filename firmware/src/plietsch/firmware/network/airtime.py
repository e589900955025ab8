"""How long a LoRa frame is on air, computed apart from the node, which has to come to the same figures.

Source: Semtech AN1200.13, "LoRa Modem Designer's Guide", section 4, and SX1276 data sheet, section 4.1.1.7; for
LoRaWAN: eight symbols of preamble, coding rate 4/5, an explicit header, a CRC on the way up only (TS001-1.0.4,
section 4.1), and low data rate optimisation where a symbol lasts longer than 16 ms.
"""

import math

PREAMBLE_SYMBOLS = 8
SYNC_SYMBOLS = 4.25
SYMBOLS_PER_BLOCK = 5  # coding rate 4/5
LONGEST_PLAIN_SYMBOL_MS = 16.0


def symbol_ms(spreading_factor: int, bandwidth_khz: int) -> float:
    """Return the length of a symbol in milliseconds."""
    return (1 << spreading_factor) / bandwidth_khz


def time_on_air_ms(size: int, spreading_factor: int, bandwidth_khz: int, crc: bool = True) -> float:
    """Return the milliseconds that a PHYPayload of `size` bytes takes."""
    symbol = symbol_ms(spreading_factor, bandwidth_khz)
    optimised = symbol > LONGEST_PLAIN_SYMBOL_MS
    bits = 8 * size - 4 * spreading_factor + 28 + 16 * crc
    blocks = max(math.ceil(bits / (4 * (spreading_factor - 2 * optimised))), 0)
    return (PREAMBLE_SYMBOLS + SYNC_SYMBOLS + 8 + blocks * SYMBOLS_PER_BLOCK) * symbol
