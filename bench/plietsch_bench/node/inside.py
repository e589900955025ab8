"""MicroPython with the node and what measures it inside."""

from binascii import hexlify, unhexlify
from pathlib import Path

from plietsch.firmware.micropython.program import Program
from plietsch.firmware.node import HostCipher
from plietsch_bench.node import compiled

HEAP_BYTES = 100 * 1024  # what an ESP32 without PSRAM has left for Python
FOLDER = Path(__file__).parent
# AES outside of the heap, as a board's `cryptolib` is.
CIPHER = """
import hostbridge
from binascii import hexlify, unhexlify
class Cipher:
    def __init__(self, key):
        self._key = key
    def encrypt(self, block):
        return unhexlify(hostbridge.ask(hexlify(self._key + bytes(block)).decode()))
"""


def program(from_bytecode: bool, heap_bytes: int = HEAP_BYTES) -> Program:
    """Return MicroPython with the node's files, compiled or not, and those of this package, compiled."""
    files = compiled.compiled() if from_bytecode else compiled.sources()
    mounted = {f"/node/{name}": data for name, data in files.items()}
    mounted |= {"/bench/plietsch_bench/__init__.py": b"", "/bench/plietsch_bench/node/__init__.py": b""}
    mounted |= {
        f"/bench/plietsch_bench/node/{name}.mpy": compiled.compile_file(FOLDER / f"{name}.py")
        for name in ("canned", "onboard")
    }
    found = Program(mounted, heap_bytes)
    found.run("import sys\nsys.path[:0] = ['/node', '/bench']\nimport binascii, collections, json, os, struct")
    return found


def encrypted(text: str) -> str:
    """Answer `CIPHER`: a key and a block in hexadecimal digits."""
    data = unhexlify(text)
    return hexlify(HostCipher(data[:16]).encrypt(data[16:])).decode()
