"""AES-128 and CMAC against FIPS 197, SP 800-38A and RFC 4493."""

from binascii import unhexlify

from plietsch_node.lorawan.aes import Aes128
from plietsch_node.lorawan.crypto import cmac, xor

KEY = unhexlify("2b7e151628aed2a6abf7158809cf4f3c")
BLOCKS = unhexlify(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)


def test_the_example_of_fips_197():
    cipher = Aes128(bytes(range(16)))
    block = unhexlify("00112233445566778899aabbccddeeff")
    assert cipher.encrypt(block) == unhexlify("69c4e0d86a7b0430d8cdb78070b4c55a")


def test_the_blocks_of_sp_800_38a():
    cipher = Aes128(KEY)
    encrypted = b"".join(cipher.encrypt(BLOCKS[i : i + 16]) for i in range(0, 64, 16))
    assert encrypted == unhexlify(
        "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
        "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4"
    )


def test_the_examples_of_rfc_4493():
    cipher = Aes128(KEY)
    for size, mac in (
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ):
        assert cmac(cipher, BLOCKS[:size]) == unhexlify(mac)


def test_a_key_of_another_size_is_refused():
    try:
        Aes128(bytes(24))
    except ValueError:
        return
    raise AssertionError("accepted")


def test_xor_of_nothing_is_nothing():
    assert xor(b"", b"") == b""
