"""Where simulated gateways stand: towers and hills, to about 100 m."""

import random
from dataclasses import replace

from plietsch.firmware.network.gateways import Gateway

NEARBY_DEGREES = 0.01
# A gateway has a hundredth of the time for its answers: so many nodes that want one every five minutes fit six of them.
STATIONS_PER_ROUND = 400

GATEWAYS = (
    Gateway("a840411f75f10001", "Flensburg, Museumsberg", 9.4318, 54.7847, 52.0),
    Gateway("a840411f75f10002", "Schleswig, Dom", 9.5694, 54.5136, 60.0),
    Gateway("a840411f75f10003", "Husum, Wasserturm", 9.0560, 54.4800, 38.0),
    Gateway("a840411f75f10004", "Niebüll, Wasserturm", 8.8290, 54.7870, 35.0),
    Gateway("a840411f75f10005", "Sønderborg, Vandtårn", 9.8010, 54.9150, 70.0),
    Gateway("a840411f75f10006", "Kappeln, Mühle", 9.9290, 54.6650, 30.0),
)


def gateways(stations: int) -> tuple[Gateway, ...]:
    """Return the gateways for so many stations; beyond those known by name, further ones stand near them."""
    rounds = max(1, -(-stations // STATIONS_PER_ROUND))
    further = (_another(gateway, number) for number in range(2, rounds + 1) for gateway in GATEWAYS)
    return (*GATEWAYS, *further)


def _another(gateway: Gateway, number: int) -> Gateway:
    dice = random.Random(f"{gateway.gateway_id}/{number}")  # noqa: S311 where a simulated gateway stands is no secret
    return replace(
        gateway,
        gateway_id=f"{int(gateway.gateway_id, 16) + 0x100 * (number - 1):016x}",
        name=f"{gateway.name} ({number})",
        longitude=round(gateway.longitude + dice.uniform(-NEARBY_DEGREES, NEARBY_DEGREES), 4),
        latitude=round(gateway.latitude + dice.uniform(-NEARBY_DEGREES, NEARBY_DEGREES) / 2, 4),
    )
