"""Nova Fitness SDS011: PM2.5 and PM10 by laser scattering, at 9600 baud.

Source: "Laser Dust Sensor Control Protocol V1.3", Nova Fitness. The laser lives 8000 h: let it sleep between readings,
and let the fan run for 30 s before one. The instrument is specified up to 70 % relative humidity.
"""

from plietsch_node.drivers.errors import SensorError

FRAME_BYTES = 10
HEAD = b"\xaa\xc0"
TAIL = 0xAB
WARM_UP_S = 30
BUFFER_BYTES = 256  # of the board's UART: more cannot have come while nobody read
_MAX_READS = 32  # of the bus for one reading: more noise than this is no instrument


def parse(frame):
    """Return PM2.5 and PM10 in µg/m³ of a measurement of ten bytes. Raises SensorError."""
    if len(frame) != FRAME_BYTES or frame[:2] != HEAD or frame[9] != TAIL:
        raise SensorError("no frame")
    if sum(frame[2:8]) & 0xFF != frame[8]:
        raise SensorError("checksum")
    return (frame[2] | frame[3] << 8) / 10, (frame[4] | frame[5] << 8) / 10


def command(number, setting=0, value=0):
    """Return the 19 bytes of a command to every device on the line."""
    body = bytes([number, setting, value]) + bytes(10) + b"\xff\xff"
    return b"\xaa\xb4" + body + bytes([sum(body) & 0xFF, TAIL])


class SDS011:
    """An SDS011 at `uart`: `read(n)` gives up to n bytes, or None or b"" when none came in time; `write(bytes)`."""

    def __init__(self, uart):
        self._uart = uart

    def read(self):
        """Return PM2.5 and PM10 in µg/m³ of the next measurement on the line.

        Noise before it is skipped. Raises SensorError.
        """
        data, error = b"", None
        for _ in range(_MAX_READS):
            chunk = self._uart.read(FRAME_BYTES - len(data))
            if not chunk:
                break
            data = _aligned(data + chunk)
            if len(data) == FRAME_BYTES:
                try:
                    return parse(data)
                except SensorError as failure:
                    error, data = failure, _aligned(data[1:])
        raise error or SensorError("no frame" if data else "no answer")

    def drain(self):
        """Drop what came while nobody listened: it is old."""
        self._uart.read(BUFFER_BYTES)

    def query(self):
        """Ask for one measurement; `read` then gets it."""
        self._uart.write(command(4))

    def work(self):
        """Switch fan and laser on; the first valid measurement comes `WARM_UP_S` later."""
        self._uart.write(command(6, 1, 1))

    def sleep(self):
        """Switch fan and laser off."""
        self._uart.write(command(6, 1, 0))


def _aligned(data):
    """Return `data` from the first byte on at which a measurement may begin."""
    start = data.find(HEAD)
    if start >= 0:
        return data[start:]
    return data[-1:] if data[-1:] == HEAD[:1] else b""
