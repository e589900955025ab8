"""A virtual battery: what the board's analogue-to-digital converter sees behind a voltage divider."""

from collections.abc import Mapping

from plietsch.firmware.instruments.fault import Fault

CHANNELS = ("battery",)
DIVIDER = 2


class VirtualBattery:
    """The converter, as `machine.ADC`: `read_uv()` gives microvolts."""

    def __init__(self) -> None:
        self.fault = Fault.NONE
        self._microvolts = 0

    def show(self, values: Mapping[str, float]) -> dict[str, float]:
        """Show the battery's voltage in V; there is none that a converter cannot say."""
        if self.fault is not Fault.STUCK:
            self._microvolts = round(values.get("battery", 0.0) * 1e6 / DIVIDER)
        return {}

    def read_uv(self) -> int:
        """Return the voltage behind the divider in µV."""
        return self._microvolts
