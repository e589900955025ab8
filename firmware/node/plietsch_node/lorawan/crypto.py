"""AES-128 and its CMAC, as far as LoRaWAN needs them: encryption only, which also undoes a join-accept.

A cipher is any object with `encrypt(block) -> bytes` for blocks of 16 bytes, and a factory makes one of a key:
`Aes128` here, `lambda key: cryptolib.aes(key, 1)` on a board, a wrapper around `cryptography` on the host.

Sources: FIPS 197 (AES), with the tables of Daemen and Rijmen, "The Design of Rijndael", section 4.2; RFC 4493 (CMAC).
"""

import struct
from array import array

BLOCK_BYTES = 16
_ROUND_CONSTANTS = b"\x01\x02\x04\x08\x10\x20\x40\x80\x1b\x36"
_RB = 0x87  # the constant of RFC 4493, section 2.3
_MASK = (1 << 128) - 1


def _double(value):
    """Return `value` times x in GF(2⁸), modulo x⁸ + x⁴ + x³ + x + 1."""
    value <<= 1
    return value ^ 0x11B if value & 0x100 else value


def _substitution_box():
    """Return the S-box: the inverse in GF(2⁸) followed by an affine map (FIPS 197, section 5.1.1)."""
    box = bytearray(256)
    power, inverse = 1, 1
    while True:
        power ^= _double(power)  # times 3, which generates the whole group
        inverse ^= inverse << 1
        inverse ^= inverse << 2
        inverse ^= inverse << 4
        inverse &= 0xFF
        if inverse & 0x80:
            inverse ^= 0x09  # divided by 3
        rotated = inverse | inverse << 8
        box[power] = 0x63 ^ (rotated ^ rotated >> 4 ^ rotated >> 5 ^ rotated >> 6 ^ rotated >> 7) & 0xFF
        if power == 1:
            break
    box[0] = 0x63
    return bytes(box)


def _round_tables():
    """Return four tables that join SubBytes, ShiftRows and MixColumns for each row of the state."""
    tables = [array("I", [0] * 256) for _ in range(4)]
    for index, byte in enumerate(_BOX):
        twice = _double(byte)
        word = twice << 24 | byte << 16 | byte << 8 | byte ^ twice
        for table in tables:
            table[index] = word
            word = word >> 8 | (word & 0xFF) << 24
    return tables


_BOX = _substitution_box()
_T0, _T1, _T2, _T3 = _round_tables()


def _substitute(word):
    box = _BOX
    return box[word >> 24] << 24 | box[word >> 16 & 255] << 16 | box[word >> 8 & 255] << 8 | box[word & 255]


def _expand(key):
    """Return the 44 words of the key schedule (FIPS 197, section 5.2)."""
    words = list(struct.unpack(">4I", key))
    for constant in _ROUND_CONSTANTS:
        last = words[-1]
        word = _substitute((last << 8 | last >> 24) & 0xFFFFFFFF) ^ constant << 24
        for _ in range(4):
            word ^= words[-4]
            words.append(word)
    return words


class Aes128:
    """AES with a key of 16 bytes, one block at a time (ECB)."""

    def __init__(self, key):
        if len(key) != BLOCK_BYTES:
            raise ValueError("an AES-128 key has 16 bytes")
        self._words = _expand(key)

    def encrypt(self, block):
        """Return the 16 encrypted bytes of `block`."""
        words, t0, t1, t2, t3 = self._words, _T0, _T1, _T2, _T3
        a, b, c, d = struct.unpack(">4I", block)
        a, b, c, d = a ^ words[0], b ^ words[1], c ^ words[2], d ^ words[3]
        for i in range(4, 40, 4):
            a, b, c, d = (
                t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ words[i],
                t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ words[i + 1],
                t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ words[i + 2],
                t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ words[i + 3],
            )
        return self._last_round(a, b, c, d)

    def _last_round(self, a, b, c, d):
        box, words = _BOX, self._words
        columns = ((a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c))
        result = [
            (box[p >> 24] << 24 | box[q >> 16 & 255] << 16 | box[r >> 8 & 255] << 8 | box[s & 255]) ^ words[40 + i]
            for i, (p, q, r, s) in enumerate(columns)
        ]
        return struct.pack(">4I", *result)


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
