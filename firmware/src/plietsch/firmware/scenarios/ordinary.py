"""An ordinary week: a shower, a humid night, and the small mishaps of every network."""

import math

from plietsch.firmware.nature.showers import Cell
from plietsch.firmware.places.masts import GATEWAYS
from plietsch.firmware.places.place import Place
from plietsch.firmware.scenarios.scenario import DRIFT, GATEWAY, SILENT, STUCK, Mishap, Scenario

HOUR_S, DAY_S = 3600.0, 86_400.0
DAYS = 7
HUMID_NIGHT = 4  # the night to the fifth day
MORE_PERCENT = 30.0  # of humidity: enough for fog in whatever weather
KAPPELN = GATEWAYS[5].gateway_id

SHOWER = Cell(
    start_s=2 * DAY_S + 15.0 * HOUR_S,
    length_s=1500.0,
    most_mm=9.0,
    longitude=8.2,
    latitude=54.74,
    width_km=14.0,
    speed_km_h=35.0,
)


def night(s: float, number: float) -> float:
    """Return 0 by day and 1 at five in the morning of the `number`-th night, 0 in all other nights."""
    apart_h = (s - number * DAY_S) / HOUR_S - 5.0
    return math.exp(-((apart_h / 4.5) ** 2))


def _humidity(_place: Place, s: float) -> float:
    return MORE_PERCENT * night(s, HUMID_NIGHT)


ORDINARY = Scenario(
    name="ordinary",
    title="An ordinary week",
    summary=(
        "Air, water and rain as in any week, with one shower over everybody and one humid night; a sensor sticks, one "
        "drifts, one is without power now and then, and a gateway fails for some hours."
    ),
    length_s=DAYS * DAY_S,
    by_the_clock=True,
    humidity=_humidity,
    cells=(SHOWER,),
    mishaps=(
        Mishap(STUCK, "husum-markt", 1.4 * DAY_S, 1.4 * DAY_S + 7 * HOUR_S, model="SDS011"),
        Mishap(
            DRIFT,
            "niebuell-bahnhof",
            1.0 * DAY_S,
            DAYS * DAY_S,
            model="SDS011",
            channels=("pm2_5", "pm10"),
            share_a_day=0.2,
        ),
        Mishap(SILENT, "schleswig-dom", 2.6 * DAY_S, 2.6 * DAY_S + 3 * HOUR_S),
        Mishap(SILENT, "schleswig-dom", 5.2 * DAY_S, 5.2 * DAY_S + 1.5 * HOUR_S),
        Mishap(GATEWAY, KAPPELN, 3.3 * DAY_S, 3.3 * DAY_S + 5 * HOUR_S),
    ),
)
