"""The simulated network: what gateways hear goes to the network server, and what it answers back on air, in time."""

import random
from collections.abc import Iterable

from plietsch.firmware import identity
from plietsch.firmware.air.ether import Ether
from plietsch.firmware.network.gateways import Copy
from plietsch.firmware.network.server import (
    DEDUPLICATION_WINDOW_S,
    Device,
    Downlink,
    NetworkServer,
    Publish,
    Settings,
)
from plietsch.firmware.region import Station
from plietsch.firmware.state import State
from plietsch.firmware.waiting import call_at

DEV_ADDR_BITS = 25  # NetID 000000: seven zero bits, and 25 for the device (LoRaWAN Back-End Interfaces, table 1)
MILLISECONDS = 1000
ROUNDING_MS = 0.01  # a float of today's Unix milliseconds has steps of 0.0002
NOT_ON_AIR = "COLLISION_PACKET"  # of the TxAckStatus that a gateway gives, the one for a sender that is busy


class SimulatedNetwork:
    """The network server behind the gateways of `ether`, with a device for each station; events go to `publish`."""

    def __init__(
        self,
        ether: Ether,
        stations: Iterable[Station],
        state: State,
        dice: random.Random,
        publish: Publish,
        settings: Settings | None = None,
    ) -> None:
        self._ether = ether
        self._open: set[bytes] = set()
        self.server = NetworkServer(
            [_device(station, state) for station in stations],
            publish=publish,
            new_address=lambda: dice.getrandbits(DEV_ADDR_BITS),
            settings=settings,
        )
        ether.on_copy = self._hear

    def _hear(self, copy: Copy) -> None:
        self.server.hear(copy)
        phy = copy.phy_payload
        if phy in self._open:
            return
        self._open.add(phy)
        closes_ms = (copy.heard_at_s + DEDUPLICATION_WINDOW_S) * MILLISECONDS + ROUNDING_MS
        call_at(self._ether.env, closes_ms, lambda: self._settle(phy))

    def _settle(self, phy: bytes) -> None:
        self._open.discard(phy)
        for downlink in self.server.settle(self._ether.env.now / MILLISECONDS):
            self._schedule(downlink)

    def _schedule(self, downlink: Downlink) -> None:
        call_at(self._ether.env, downlink.at_s * MILLISECONDS, lambda: self._send(downlink))

    def _send(self, downlink: Downlink) -> None:
        is_on_air = self._ether.send_down(downlink.gateway_id, downlink.phy_payload, downlink.radio)
        self.server.sent(downlink, is_on_air, NOT_ON_AIR)


def _device(station: Station, state: State) -> Device:
    info = identity.device_info(station.code, station.kind)
    return Device(
        info=info,
        join_eui=identity.JOIN_EUI,
        app_key=identity.app_key(station.code),
        dev_nonces=state.used_nonces(info.dev_eui),
    )
