"""What an instrument can fail with.

    SensorError
    ├── NoAnswer
    ├── BadFrame
    ├── BadChecksum
    ├── WrongChip
    └── NotMeasured

The docstring of an error is its message.
"""


class SensorError(Exception):
    """The instrument gave no valid answer."""

    def __init__(self, message=None):
        # Many builds of MicroPython leave docstrings out.
        super().__init__(message or getattr(self, "__doc__", None) or type(self).__name__)


class NoAnswer(SensorError):
    """Nothing came from the instrument in time: is it connected and powered?"""


class BadFrame(SensorError):
    """The answer is cut off, or is no frame of this instrument."""


class BadChecksum(SensorError):
    """The checksum does not belong to the answer."""


class WrongChip(SensorError):
    """Another chip answers at this address."""


class NotMeasured(SensorError):
    """The instrument skipped the measurement or did not finish it."""
