"""Scenarios of the weather and the calendar: a cloudburst, New Year, humid nights."""

from plietsch.firmware.nature.dust import fireworks_ug_m3
from plietsch.firmware.nature.showers import Cell
from plietsch.firmware.places.place import Place
from plietsch.firmware.scenarios.ordinary import MORE_PERCENT, night
from plietsch.firmware.scenarios.scenario import Scenario

HOUR_S, DAY_S = 3600.0, 86_400.0

CLOUDBURST = Scenario(
    name="cloudburst",
    title="A cloudburst",
    summary=(
        "More than 40 mm fall within an hour on Flensburg, Handewitt and Viöl; the Krusau rises within hours, Treene "
        "and Soholmer Au until the next day."
    ),
    length_s=2 * DAY_S,
    cells=(
        Cell(4 * HOUR_S, 2.5 * HOUR_S, 7.0, 8.2, 54.7, 45.0, speed_km_h=30.0),
        Cell(15 * HOUR_S, 3000.0, 60.0, 9.41, 54.79, 9.0, reach_km=14.0),
        Cell(15.6 * HOUR_S, 3300.0, 50.0, 9.19, 54.57, 7.0, reach_km=10.0),
        Cell(16.5 * HOUR_S, 2400.0, 22.0, 9.65, 54.72, 8.0, reach_km=10.0),
        Cell(18 * HOUR_S, 5400.0, 9.0, 8.2, 54.65, 50.0, speed_km_h=35.0),
    ),
)


def _fireworks(place: Place, s: float) -> float:
    return fireworks_ug_m3(place, s - DAY_S)


NEW_YEAR = Scenario(
    name="new-year",
    title="New Year's Eve",
    summary="The first midnight is New Year: fireworks bring several hundred µg/m³ of fine dust into the towns.",
    length_s=2 * DAY_S,
    by_the_clock=True,
    dust=_fireworks,
)


def _humidity(_place: Place, s: float) -> float:
    return MORE_PERCENT * max(night(s, number) for number in range(1, 5))


HUMID_NIGHTS = Scenario(
    name="humid-nights",
    title="Humid nights",
    summary="In fog each night, sensors without a dryer show several times the dust that there is.",
    length_s=4 * DAY_S,
    by_the_clock=True,
    humidity=_humidity,
)
