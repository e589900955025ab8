"""Virtual gateways, and the air between a node and them.

A gateway hears what its distance allows (log-distance path loss around what LoRaWAN gateways on roofs report) and
forwards a copy of the frame with its own idea of strength and time.
"""

import math
import random
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0
RSSI_AT_1_KM_DBM = -88.0
LOSS_PER_DECADE_DB = 24.0
FADING_DB = 2.5
NOISE_FLOOR_DBM = -117.0
BEST_SNR_DB = 13.5
# Semtech SX1276 data sheet, table 13: the lowest SNR at which each spreading factor is still understood.
REQUIRED_SNR_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
MARGIN_DB = 3.0
JOIN_CHANNELS_HZ = (868_100_000, 868_300_000, 868_500_000)
CHANNELS_HZ = (*JOIN_CHANNELS_HZ, 867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway with a satellite receiver, `altitude_m` above the sea."""

    gateway_id: str
    name: str
    longitude: float
    latitude: float
    altitude_m: float


@dataclass(frozen=True, slots=True)
class Radio:
    """How a frame is sent."""

    frequency_hz: int
    spreading_factor: int

    @property
    def data_rate(self) -> int:
        """EU868's data rate: DR0 is SF12, DR5 is SF7."""
        return 12 - self.spreading_factor


@dataclass(frozen=True, slots=True)
class Copy:
    """A frame as one gateway heard it at `heard_at_s` (Unix seconds)."""

    phy_payload: bytes
    gateway: Gateway
    radio: Radio
    uplink_id: int
    heard_at_s: float
    rssi_dbm: int
    snr_db: float


class Airwaves:
    """Carries a frame from a place to the gateways that can hear it."""

    def __init__(self, gateways: tuple[Gateway, ...], dice: random.Random) -> None:
        self.gateways = gateways
        self._dice = dice

    def radio_for(self, longitude: float, latitude: float, joining: bool) -> Radio:
        """Return a channel at random and the fastest spreading factor that the nearest gateway understands."""
        nearest_km = min(_distance_km(longitude, latitude, gateway) for gateway in self.gateways)
        snr = _rssi_dbm(nearest_km) - NOISE_FLOOR_DBM
        enough = [sf for sf, lowest in REQUIRED_SNR_DB.items() if snr >= lowest + MARGIN_DB]
        channels = JOIN_CHANNELS_HZ if joining else CHANNELS_HZ
        return Radio(self._dice.choice(channels), min(enough, default=12))

    def carry(self, phy_payload: bytes, longitude: float, latitude: float, radio: Radio, time_s: float) -> list[Copy]:
        """Return the copies of a frame, the nearest gateway's first; it always hears the frame."""
        near_first = sorted(
            (_distance_km(longitude, latitude, gateway), gateway.gateway_id) for gateway in self.gateways
        )
        by_id = {gateway.gateway_id: gateway for gateway in self.gateways}
        copies: list[Copy] = []
        for number, (distance_km, gateway_id) in enumerate(near_first):
            rssi = round(_rssi_dbm(distance_km) + self._dice.gauss(0, FADING_DB))
            snr = min(BEST_SNR_DB, round((rssi - NOISE_FLOOR_DBM) * 4) / 4)
            if number and snr < REQUIRED_SNR_DB[radio.spreading_factor]:
                continue
            heard_at_s = time_s + number * 0.001
            uplink_id = self._dice.getrandbits(32)
            copies.append(Copy(phy_payload, by_id[gateway_id], radio, uplink_id, heard_at_s, rssi, snr))
        return copies


def _rssi_dbm(distance_km: float) -> float:
    return RSSI_AT_1_KM_DBM - LOSS_PER_DECADE_DB * math.log10(max(distance_km, 0.05))


def _distance_km(longitude: float, latitude: float, gateway: Gateway) -> float:
    x = math.radians(gateway.longitude - longitude) * math.cos(math.radians(latitude))
    y = math.radians(gateway.latitude - latitude)
    return math.hypot(x, y) * EARTH_RADIUS_KM
