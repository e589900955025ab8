"""Virtual gateways, how a frame is sent, and how strong it arrives.

The loss over a distance is the usual log-distance model around what LoRaWAN gateways on roofs report.
"""

import math
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
