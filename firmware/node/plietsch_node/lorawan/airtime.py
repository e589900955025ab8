"""How long a LoRa frame is on air: explicit header, CRC, coding rate 4/5 and a preamble of 8 symbols.

Source: Semtech SX1276/77/78/79 datasheet, revision 7, section 4.1.1.7; the same formula in AN1200.13.
"""

_PREAMBLE_QUARTERS = 49  # 8 symbols and the 4.25 of sync word and start delimiter, in quarters of a symbol
_HEADER_SYMBOLS = 8
_SLOW_SYMBOL_US = 16_000  # from here on modems need the low data rate optimisation: SF11 and SF12 at 125 kHz


def symbol_us(spreading_factor, bandwidth_khz):
    """Return the microseconds of one symbol; whole for 125, 250 and 500 kHz."""
    return 1000 * (1 << spreading_factor) // bandwidth_khz


def time_on_air_us(phy_bytes, spreading_factor, bandwidth_khz):
    """Return the microseconds that a PHYPayload of `phy_bytes` takes."""
    symbol = symbol_us(spreading_factor, bandwidth_khz)
    bits_per_symbol = spreading_factor - 2 if symbol >= _SLOW_SYMBOL_US else spreading_factor
    bits = 8 * phy_bytes - 4 * spreading_factor + 44
    blocks = max(0, -(-bits // (4 * bits_per_symbol)))
    return (_PREAMBLE_QUARTERS + 4 * (_HEADER_SYMBOLS + 5 * blocks)) * symbol // 4
