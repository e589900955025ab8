"""What happens in the simulated region beyond an ordinary day, by name: pure functions of place and seconds."""

from plietsch.firmware import errors
from plietsch.firmware.scenarios.mishaps import MISHAPS
from plietsch.firmware.scenarios.ordinary import ORDINARY
from plietsch.firmware.scenarios.scenario import Mishap, Scenario
from plietsch.firmware.scenarios.surge import SURGE_2023
from plietsch.firmware.scenarios.weathers import CLOUDBURST, HUMID_NIGHTS, NEW_YEAR

__all__ = ("ALL", "ORDINARY", "Mishap", "Scenario", "named")

ALL = (ORDINARY, SURGE_2023, CLOUDBURST, NEW_YEAR, HUMID_NIGHTS, MISHAPS)


def named(name: str) -> Scenario:
    """Return the scenario of a name. Raises ScenarioUnknown."""
    for each in ALL:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in ALL)
    raise errors.ScenarioUnknown(f"There is no scenario {name!r}.", f"Known are {known}.")
