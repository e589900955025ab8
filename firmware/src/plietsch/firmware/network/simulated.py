"""The simulated network as a whole: frames go on air at a place and come out as events, and downlinks go back."""

import logging
import random
from collections.abc import Iterable

from plietsch.firmware import identity
from plietsch.firmware.network import events
from plietsch.firmware.network.gateways import Airwaves, Gateway
from plietsch.firmware.network.server import DEDUPLICATION_WINDOW_S, Device, NetworkServer
from plietsch.firmware.region import Station
from plietsch.firmware.state import State

log = logging.getLogger(__name__)

DEV_ADDR_BITS = 25  # NetID 000000: seven zero bits, and 25 for the device (LoRaWAN Back-End Interfaces, table 1)
JOIN_REQUEST_HEADER = 0x00

Event = tuple[str, events.Json]


class SimulatedNetwork:
    """Gateways and network server for `stations`; whatever is to be published waits in `outbox`."""

    def __init__(
        self, stations: Iterable[Station], gateways: tuple[Gateway, ...], state: State, dice: random.Random
    ) -> None:
        self.outbox: list[Event] = []
        self._air = Airwaves(gateways, dice)
        self.server = NetworkServer(
            [_device(station, state) for station in stations],
            publish=lambda topic, event: self.outbox.append((topic, event)),
            new_address=lambda: dice.getrandbits(DEV_ADDR_BITS),
        )

    def send(self, station: Station, phy_payload: bytes, time_s: float) -> bytes | None:
        """Send a station's frame; return the PHYPayload that comes back in the receive window, if any."""
        joining = phy_payload[0] == JOIN_REQUEST_HEADER
        place = (station.longitude, station.latitude)
        radio = self._air.radio_for(place, joining)
        for copy in self._air.carry(phy_payload, place, radio, time_s):
            self.server.hear(copy)
        # Twice the window: seconds since 1970 leave a float no room for an exact comparison.
        answers = self.server.settle(time_s + 2 * DEDUPLICATION_WINDOW_S)
        dev_eui = identity.dev_eui(station.code)
        return next((answer.phy_payload for answer in answers if answer.dev_eui == dev_eui), None)

    def take_events(self) -> list[Event]:
        """Return what is to be published and forget it."""
        taken, self.outbox = self.outbox, []
        return taken


def _device(station: Station, state: State) -> Device:
    info = identity.device_info(station.code)
    return Device(
        info=info,
        join_eui=identity.JOIN_EUI,
        app_key=identity.app_key(station.code),
        dev_nonces=state.used_nonces(info.dev_eui),
    )
