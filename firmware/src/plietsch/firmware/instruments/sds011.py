"""A virtual SDS011 fine-dust sensor on a UART (Nova Fitness, Laser Dust Sensor Control Protocol V1.3).

It takes the 19-byte commands for sleep, work, query, reporting mode and period, and sends ten-byte frames: in the
active mode one whenever somebody reads, in the query mode one for each query. Asleep it sends nothing.
"""

from collections.abc import Mapping

from plietsch.firmware.instruments.fault import Fault

CHANNELS = ("pm2_5", "pm10")
STEPS_PER_UNIT = 10
HIGHEST_CODE = 0xFFFF
COMMAND_BYTES = 19
REPORTING_MODE, QUERY, SLEEP_WORK, PERIOD = 2, 4, 6, 8


class VirtualSDS011:
    """The sensor as a UART: `read(n)` and `write(bytes)` as on the board, where `None` is a timeout."""

    def __init__(self, sensor_id: int = 0xA160) -> None:
        self.fault = Fault.NONE
        self._id = sensor_id.to_bytes(2, "big")
        self._codes = (0, 0)
        self._working = True
        self._active = True
        self._out = bytearray()
        self._commands = bytearray()

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show `values` in µg/m³; return those that two bytes of tenths cannot say."""
        unsayable = {name: v for name, v in values.items() if not 0 <= round(v * STEPS_PER_UNIT) <= HIGHEST_CODE}
        if self.fault is not Fault.STUCK:
            self._codes = (_code(values.get("pm2_5", 0)), _code(values.get("pm10", 0)))
            self._out.clear()
        return unsayable

    def read(self, size: int | None = None) -> bytes | None:
        """Return at most `size` bytes of what the sensor has sent, or None after a timeout."""
        if not self._out:
            self._report()
        size = len(self._out) if size is None else size
        taken = bytes(self._out[:size])
        del self._out[:size]
        return taken or None

    def readinto(self, buffer: bytearray, size: int | None = None) -> int | None:
        """Fill `buffer` with what the sensor has sent; return the number of bytes, or None after a timeout."""
        taken = self.read(len(buffer) if size is None else size)
        if taken is None:
            return None
        buffer[: len(taken)] = taken
        return len(taken)

    def write(self, data: bytes) -> int:
        """Take commands; bytes between two commands are skipped, as the sensor does."""
        self._commands += data
        while (start := self._commands.find(b"\xaa\xb4")) >= 0 and len(self._commands) >= start + COMMAND_BYTES:
            command = bytes(self._commands[start : start + COMMAND_BYTES])
            del self._commands[: start + COMMAND_BYTES]
            self._obey(command)
        return len(data)

    def _obey(self, command: bytes) -> None:
        if self.fault is Fault.SILENT or command[18] != 0xAB or command[17] != sum(command[2:17]) & 0xFF:
            return
        what, is_set, value = command[2:5]
        if what == QUERY:
            self._out += self._frame() if self._working else b""
            return
        if what == SLEEP_WORK and is_set:
            self._working = bool(value)
        elif what == REPORTING_MODE and is_set:
            self._active = not value
        self._out += _sealed(b"\xaa\xc5" + bytes([what, is_set, value, 0]) + self._id)

    def _report(self) -> None:
        if self._active and self._working and self.fault is not Fault.SILENT and not self._out:
            self._out += self._frame()

    def _frame(self) -> bytes:
        body = b"".join(code.to_bytes(2, "little") for code in self._codes)
        frame = _sealed(b"\xaa\xc0" + body + self._id)
        if self.fault is Fault.GARBLED:
            return frame[:8] + bytes([frame[8] ^ 0xFF]) + frame[9:]
        return frame


def _code(value: float) -> int:
    return min(max(round(value * STEPS_PER_UNIT), 0), HIGHEST_CODE)


def _sealed(head_and_body: bytes) -> bytes:
    return head_and_body + bytes([sum(head_and_body[2:8]) & 0xFF, 0xAB])
