"""Virtual gateways, how a frame is sent, and how strong it arrives.

The loss over a distance is the usual log-distance model around what LoRaWAN gateways on roofs report.
"""

import math
import random
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0
LIGHT_KM_PER_S = 299_792.458
RSSI_AT_1_KM_DBM = -88.0  # of a frame sent with the reference power
REFERENCE_POWER_DBM = 14
LOSS_PER_DECADE_DB = 24.0
FADING_DB = 2.5
NOISE_FLOOR_DBM = -117.0  # in 125 kHz; each doubling of the bandwidth lets 3 dB more in
NOISE_PER_OCTAVE_DB = 3.0
BEST_SNR_DB = 13.5
# Semtech SX1276 data sheet, table 13: the lowest SNR at which each spreading factor is still understood.
REQUIRED_SNR_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
MARGIN_DB = 3.0
# What arrives weaker on average is never understood nor disturbs anybody: 12 dB below SF12's limit, as powers and
# fading have room for.
UNHEARD_DBM = NOISE_FLOOR_DBM + REQUIRED_SNR_DB[12] - 12.0
BETWEEN_COPIES_S = 0.001
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
    bandwidth_khz: int = 125
    power_dbm: int = 14

    @property
    def data_rate(self) -> int:
        """EU868's data rate: DR0 is SF12, DR5 is SF7, DR6 is SF7 at twice the bandwidth (RP002-1.0.4, table 6)."""
        return 12 - self.spreading_factor + (self.bandwidth_khz == 250)


@dataclass(frozen=True, slots=True)
class Copy:
    """A frame as one gateway heard it; `heard_at_s` (Unix seconds) is when its last bit came."""

    phy_payload: bytes
    gateway: Gateway
    radio: Radio
    uplink_id: int
    heard_at_s: float
    rssi_dbm: int
    snr_db: float


def mean_rssi_dbm(distance_km: float) -> float:
    """Return how strong a frame sent with the reference power arrives on average."""
    return RSSI_AT_1_KM_DBM - LOSS_PER_DECADE_DB * math.log10(max(distance_km, 0.05))


def snr_db(rssi_dbm: float, bandwidth_khz: int) -> float:
    """Return the signal-to-noise ratio as a LoRa receiver gives it: in quarters, up to its highest value."""
    floor_dbm = NOISE_FLOOR_DBM + NOISE_PER_OCTAVE_DB * math.log2(bandwidth_khz / 125)
    return min(BEST_SNR_DB, round((rssi_dbm - floor_dbm) * 4) / 4)


def distance_km(place: tuple[float, float], gateway: Gateway) -> float:
    """Return how far a gateway is from a place (longitude, latitude)."""
    longitude, latitude = place
    x = math.radians(gateway.longitude - longitude) * math.cos(math.radians(latitude))
    y = math.radians(gateway.latitude - latitude)
    return math.hypot(x, y) * EARTH_RADIUS_KM


class Airwaves:
    """Carries a frame from a place (longitude, latitude) to the gateways that can hear it."""

    def __init__(self, gateways: tuple[Gateway, ...], dice: random.Random) -> None:
        self._gateways = gateways
        self._dice = dice
        self._by_place: dict[tuple[float, float], list[tuple[float, Gateway]]] = {}

    def radio_for(self, place: tuple[float, float], joining: bool) -> Radio:
        """Return a channel at random and the fastest spreading factor that the nearest gateway understands."""
        loudest_dbm, _ = self._loudest_first(place)[0]
        snr = loudest_dbm - NOISE_FLOOR_DBM
        enough = [factor for factor, lowest in REQUIRED_SNR_DB.items() if snr >= lowest + MARGIN_DB]
        channels = JOIN_CHANNELS_HZ if joining else CHANNELS_HZ
        return Radio(self._dice.choice(channels), min(enough, default=12))

    def carry(self, phy_payload: bytes, place: tuple[float, float], radio: Radio, time_s: float) -> list[Copy]:
        """Return the copies of a frame, the nearest gateway's first; that one always hears it."""
        copies: list[Copy] = []
        for number, (mean_dbm, gateway) in enumerate(self._loudest_first(place)):
            rssi = round(mean_dbm + self._dice.gauss(0, FADING_DB))
            snr = min(BEST_SNR_DB, round((rssi - NOISE_FLOOR_DBM) * 4) / 4)
            if not number or snr >= REQUIRED_SNR_DB[radio.spreading_factor]:
                heard_at_s = time_s + number * BETWEEN_COPIES_S
                uplink_id = self._dice.getrandbits(32)
                copies.append(Copy(phy_payload, gateway, radio, uplink_id, heard_at_s, rssi, snr))
        return copies

    def _loudest_first(self, place: tuple[float, float]) -> list[tuple[float, Gateway]]:
        """Return the gateways with the mean strength in dBm at which they hear a node at `place`."""
        if place not in self._by_place:
            heard = [(mean_rssi_dbm(distance_km(place, gateway)), gateway) for gateway in self._gateways]
            self._by_place[place] = sorted(heard, key=lambda pair: pair[0], reverse=True)
        return self._by_place[place]
