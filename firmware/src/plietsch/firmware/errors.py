"""Errors that a person can do something about.

    SimulationError
    ├── ArchiveUnreadable
    ├── BrokerUrlInvalid
    ├── DurationInvalid
    ├── FileUnwritable
    ├── MicroPythonFailed
    ├── ScenarioDiffers
    ├── ScenarioUnknown
    ├── SpeedInvalid
    └── StackFailed

The message says what happened, the hint what to do about it; the command prints both and exits with 1.
"""


class SimulationError(Exception):
    """The simulation cannot go on."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ArchiveUnreadable(SimulationError):
    """A folder holds no file in the archive's format."""


class BrokerUrlInvalid(SimulationError):
    """The address of a broker cannot be understood."""


class DurationInvalid(SimulationError):
    """A length of time cannot be understood."""


class FileUnwritable(SimulationError):
    """A file that was asked for cannot be written."""


class MicroPythonFailed(SimulationError):
    """A node inside MicroPython, or MicroPython itself, went wrong."""


class ScenarioDiffers(SimulationError):
    """What was simulated so far had another scenario or seed."""


class ScenarioUnknown(SimulationError):
    """No scenario has that name."""


class SpeedInvalid(SimulationError):
    """A speed cannot be understood."""


class StackFailed(SimulationError):
    """The local stack did not start, or ended before its time."""
