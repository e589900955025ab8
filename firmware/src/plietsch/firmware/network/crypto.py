"""LoRaWAN's cryptography on the host's AES (LoRaWAN 1.0.3, sections 4.3.3, 4.4 and 6.2)."""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK_BYTES = 16
MIC_BYTES = 4
UP, DOWN = 0, 1


def mic(key: bytes, message: bytes) -> bytes:
    """Return the first four bytes of AES-CMAC (RFC 4493)."""
    cmac = CMAC(algorithms.AES(key))
    cmac.update(message)
    return cmac.finalize()[:MIC_BYTES]


def data_mic(nwk_s_key: bytes, dev_addr: int, f_cnt: int, direction: int, message: bytes) -> bytes:
    """Return the MIC of a data frame: over block B0, which holds all 32 bits of the counter, and the message."""
    b0 = b"\x49" + _block_middle(dev_addr, f_cnt, direction) + bytes([0, len(message)])
    return mic(nwk_s_key, b0 + message)


def crypt(key: bytes, dev_addr: int, f_cnt: int, direction: int, data: bytes) -> bytes:
    """Encrypt or decrypt a frame's payload; both are the same."""
    middle = _block_middle(dev_addr, f_cnt, direction)
    count = -(-len(data) // BLOCK_BYTES)
    blocks = b"".join(b"\x01" + middle + bytes([0, number]) for number in range(1, count + 1))
    stream = encrypt_blocks(key, blocks)
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))


def session_keys(app_key: bytes, join_nonce: bytes, net_id: bytes, dev_nonce: bytes) -> tuple[bytes, bytes]:
    """Return NwkSKey and AppSKey; nonces and NetID as they stand on air."""
    seed = join_nonce + net_id + dev_nonce + bytes(7)
    return encrypt_blocks(app_key, b"\x01" + seed), encrypt_blocks(app_key, b"\x02" + seed)


def encrypt_blocks(key: bytes, blocks: bytes) -> bytes:
    """Encrypt whole blocks, each on its own."""
    return _ecb(key).encryptor().update(blocks)


def decrypt_blocks(key: bytes, blocks: bytes) -> bytes:
    """Decrypt whole blocks; a network server does this to a join-accept, so that the node only ever encrypts."""
    return _ecb(key).decryptor().update(blocks)


def _ecb(key: bytes) -> "Cipher[modes.ECB]":
    # LoRaWAN builds its own counter mode and key derivation out of single blocks.
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305


def _block_middle(dev_addr: int, f_cnt: int, direction: int) -> bytes:
    return bytes(4) + bytes([direction]) + dev_addr.to_bytes(4, "little") + f_cnt.to_bytes(4, "little")
