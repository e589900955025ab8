"""DFRobot A02YYUW (SEN0311): distance by ultrasound, at 9600 baud; its cone opens 60°.

It sends without being asked, FF, the distance in mm in two bytes, and the sum of the three. Source: DFRobot wiki,
"A02YYUW Waterproof Ultrasonic Sensor SKU: SEN0311". It measures from 3 cm to 4.5 m; nearer it is blind, further it
hears nothing.
"""

from plietsch_node.drivers.errors import SensorError

FRAME_BYTES = 4
HEAD = 0xFF
LOWEST_MM, HIGHEST_MM = 30, 4500
BUFFER_BYTES = 256  # of the board's UART: more cannot have come while nobody read
_MAX_READS = 32  # of the bus for one reading: more noise than this is no instrument
_MAX_FAILURES = 4


def parse(frame):
    """Return the distance in mm in a frame. Raises SensorError, also beyond the range."""
    if len(frame) != FRAME_BYTES or frame[0] != HEAD:
        raise SensorError("no frame")
    if sum(frame[:3]) & 0xFF != frame[3]:
        raise SensorError("checksum")
    distance_mm = frame[1] << 8 | frame[2]
    if not LOWEST_MM <= distance_mm <= HIGHEST_MM:
        raise SensorError("no value")
    return distance_mm


class A02YYUW:
    """An A02YYUW at `uart`: `read(n)` gives up to n bytes, or None or b"" when none came in time."""

    def __init__(self, uart):
        self._uart = uart

    def drain(self):
        """Drop what came while nobody listened: it is old."""
        self._uart.read(BUFFER_BYTES)

    def read(self):
        """Return the distance in mm of the next frame on the line.

        Noise before it is skipped. Raises SensorError.
        """
        data, error, failures = b"", None, 0
        for _ in range(_MAX_READS):
            chunk = self._uart.read(FRAME_BYTES - len(data))
            if not chunk:
                break
            data = _aligned(data + chunk)
            if len(data) == FRAME_BYTES:
                try:
                    return parse(data)
                except SensorError as failure:
                    # The head may have been a byte of a distance, or a sum: once or twice, not always.
                    error, data, failures = failure, _aligned(data[1:]), failures + 1
                    if failures == _MAX_FAILURES:
                        break
        raise error or SensorError("no frame" if data else "no answer")


def _aligned(data):
    """Return `data` from the first byte on at which a frame may begin."""
    start = data.find(HEAD.to_bytes(1, "big"))
    return data[start:] if start >= 0 else b""
