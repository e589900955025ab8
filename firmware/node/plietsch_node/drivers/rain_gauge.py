"""A tipping bucket: a reed contact closes for a moment whenever a bucket of rain tips over, every 0.2 mm as a rule.

What counts and debounces is the board's (a pulse counter, or its low-power processor, which goes on in deep sleep): an
object with `count()`, the tips since power-on, which raises OSError where it cannot be read.
"""

from plietsch_node.drivers.errors import SensorError


class RainGauge:
    """A tipping bucket at `counter`."""

    def __init__(self, counter):
        self._counter = counter

    def read(self):
        """Return the tips since power-on. Raises SensorError."""
        try:
            return self._counter.count()
        except OSError as error:
            raise SensorError("no answer") from error
