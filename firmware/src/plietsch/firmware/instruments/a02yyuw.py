"""A virtual DFRobot A02YYUW (SEN0311) ultrasonic distance sensor on a UART, at 9600 baud.

It sends four bytes several times a second, whether anybody asks or not: FF, the distance in mm in two bytes, and the
sum of the three. Source: DFRobot wiki, "A02YYUW Waterproof Ultrasonic Sensor SKU: SEN0311".
"""

from collections.abc import Mapping, Sequence
from itertools import cycle

from plietsch.firmware.instruments.fault import Fault

CHANNELS = ("distance",)
HEAD = 0xFF
HIGHEST_CODE = 0xFFFF


class VirtualA02YYUW:
    """The sensor as a UART: `read(n)` and `readinto(buffer)` as on the board, where `None` is a timeout.

    Each time the line is empty, the next frame comes. `scatter_mm` is added to what is shown, one after another: waves.
    """

    def __init__(self, scatter_mm: Sequence[int] = (0,)) -> None:
        self.fault = Fault.NONE
        self._scatter_mm = cycle(scatter_mm)
        self._distance_mm = 0
        self._out = bytearray()

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show the distance in mm; return it if two bytes cannot say it."""
        distance = values.get("distance", 0.0)
        if self.fault is not Fault.STUCK:
            self._distance_mm = _code(distance)
            self._out.clear()
        return {} if 0 <= round(distance) <= HIGHEST_CODE else {"distance": distance}

    def read(self, size: int | None = None) -> bytes | None:
        """Return at most `size` bytes of what the sensor has sent, or None after a timeout."""
        if self.fault is Fault.SILENT:
            return None
        if not self._out:
            self._out += self._frame()
        size = len(self._out) if size is None else size
        taken = bytes(self._out[:size])
        del self._out[:size]
        return taken

    def readinto(self, buffer: bytearray, size: int | None = None) -> int | None:
        """Fill `buffer` with what the sensor has sent; return the number of bytes, or None after a timeout."""
        taken = self.read(len(buffer) if size is None else size)
        if taken is None:
            return None
        buffer[: len(taken)] = taken
        return len(taken)

    def _frame(self) -> bytes:
        body = bytes([HEAD]) + _code(self._distance_mm + next(self._scatter_mm)).to_bytes(2, "big")
        checksum = sum(body) & 0xFF
        return body + bytes([checksum ^ 0xFF if self.fault is Fault.GARBLED else checksum])


def _code(distance_mm: float) -> int:
    return min(max(round(distance_mm), 0), HIGHEST_CODE)
