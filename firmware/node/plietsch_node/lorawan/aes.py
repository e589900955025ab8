"""AES-128 in Python, for interpreters without `cryptolib`: encryption only, which also undoes a join-accept.

Source: FIPS 197, with the tables of Daemen and Rijmen, "The Design of Rijndael", section 4.2.
"""

import struct
from array import array

from plietsch_node.lorawan.crypto import BLOCK_BYTES

_ROUND_CONSTANTS = b"\x01\x02\x04\x08\x10\x20\x40\x80\x1b\x36"


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
