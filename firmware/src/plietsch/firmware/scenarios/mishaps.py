"""All kinds of faults at once, within two days."""

from plietsch.firmware.places.masts import GATEWAYS
from plietsch.firmware.scenarios.scenario import DRIFT, GATEWAY, SILENT, STUCK, Mishap, Scenario

HOUR_S, DAY_S = 3600.0, 86_400.0
FLENSBURG, HUSUM = GATEWAYS[0].gateway_id, GATEWAYS[2].gateway_id

MISHAPS = Scenario(
    name="mishaps",
    title="All mishaps at once",
    summary=(
        "Within two days sensors stick, drift and fall silent, a water level among them, and two gateways fail: what "
        "the checks find, and what the site shows of it."
    ),
    length_s=2 * DAY_S,
    mishaps=(
        Mishap(STUCK, "flensburg-suedermarkt", 6 * HOUR_S, 20 * HOUR_S, model="SDS011"),
        Mishap(STUCK, "flensburg-pegel", 10 * HOUR_S, 22 * HOUR_S, model="A02YYUW"),
        Mishap(STUCK, "gluecksburg-schloss", 4 * HOUR_S, 30 * HOUR_S, model="BME280"),
        Mishap(DRIFT, "flensburg-hafenspitze", 0.0, 2 * DAY_S, "SDS011", ("pm2_5", "pm10"), 0.8),
        Mishap(DRIFT, "flensburg-bahnhof", 0.0, 2 * DAY_S, "DHT22", ("humidity",), -0.2),
        Mishap(SILENT, "flensburg-muerwik", 8 * HOUR_S, 16 * HOUR_S),
        Mishap(SILENT, "husum-pegel", 20 * HOUR_S, 28 * HOUR_S),
        Mishap(SILENT, "schleswig-dom", 36 * HOUR_S, 2 * DAY_S),
        Mishap(GATEWAY, FLENSBURG, 14 * HOUR_S, 18 * HOUR_S),
        Mishap(GATEWAY, HUSUM, 24 * HOUR_S, 33 * HOUR_S),
    ),
)
