"""What LoRaWAN makes of a block cipher: CMAC, and a mask of key stream.

A cipher is any object with `encrypt(block) -> bytes` for blocks of 16 bytes, and a factory makes one of a key:
`lambda key: cryptolib.aes(key, 1)` on a board, `aes.Aes128` where there is none, a wrapper around `cryptography` on the
host.

Source: RFC 4493 (CMAC).
"""

BLOCK_BYTES = 16
_RB = 0x87  # the constant of RFC 4493, section 2.3
_MASK = (1 << 128) - 1


def cmac(cipher, message):
    """Return the 16 bytes of the CMAC of `message` (RFC 4493, section 2.4)."""
    whole_blocks = max(0, (len(message) - 1) // BLOCK_BYTES)
    state = 0
    for start in range(0, whole_blocks * BLOCK_BYTES, BLOCK_BYTES):
        state = _encrypt(cipher, state ^ int.from_bytes(message[start : start + BLOCK_BYTES], "big"))
    last = message[whole_blocks * BLOCK_BYTES :]
    sub_key = _shift(_encrypt(cipher, 0))
    if len(last) < BLOCK_BYTES:
        sub_key = _shift(sub_key)
        last = last + b"\x80" + bytes(BLOCK_BYTES - 1 - len(last))
    state ^= sub_key ^ int.from_bytes(last, "big")
    return cipher.encrypt(state.to_bytes(BLOCK_BYTES, "big"))


def xor(data, mask):
    """Return `data` xor as many bytes of `mask`."""
    size = len(data)
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(mask[:size], "big")
    return mixed.to_bytes(size, "big")


def _encrypt(cipher, number):
    return int.from_bytes(cipher.encrypt(number.to_bytes(BLOCK_BYTES, "big")), "big")


def _shift(number):
    shifted = number << 1 & _MASK
    return shifted ^ _RB if number >> 127 else shifted
