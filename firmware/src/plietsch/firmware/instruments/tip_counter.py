"""A virtual counter of a tipping bucket's tips, which goes on while the node sleeps and begins anew with its power."""

from collections.abc import Mapping

from plietsch.firmware.instruments.fault import Fault

CHANNELS = ("rain_tips",)
EIO = 5


class VirtualTipCounter:
    """The counter: `count()` gives the tips since power-on, or raises OSError where it cannot be read."""

    def __init__(self) -> None:
        self.fault = Fault.NONE
        self._tips = 0
        self._before = 0

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show how often the bucket has tipped in all; there is no count that cannot be said."""
        if self.fault is not Fault.STUCK:
            self._tips = round(values.get("rain_tips", 0))
        return {}

    def power_on(self) -> None:
        """Begin anew."""
        self._before = self._tips

    def count(self) -> int:
        """Return the tips since power-on."""
        if self.fault in (Fault.SILENT, Fault.GARBLED):
            raise OSError(EIO, "the counter does not answer")
        return self._tips - self._before
