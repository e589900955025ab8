"""The JSON of ChirpStack 4.20's integration events, written as its protobuf mapping writes it.

The scalars of the event itself and of `deviceInfo` are always there, even if zero or empty; messages that are not set
(`object`, `relayRxInfo`, `joinServerContext`) are left out; below `rxInfo` and `txInfo` zeros are left out, too.
Source: ChirpStack, api/rust/build.rs (`emit_fields` for the package `integration` only) and api/proto/integration.
"""

import base64
import datetime
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plietsch.firmware.network.gateways import Copy, Radio

REGION_CONFIG_ID = "eu868"
REGION_COMMON_NAME = "EU868"
GPS_EPOCH_S = 315_964_800
LEAP_SECONDS = 18  # GPS time runs ahead of UTC by these since 2017
FULL_BATTERY, UNKNOWN_BATTERY = 254, 255

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who a device is in ChirpStack's registry."""

    tenant_id: str
    tenant_name: str
    application_id: str
    application_name: str
    device_profile_id: str
    device_profile_name: str
    device_name: str
    dev_eui: str

    def topic(self, event: str) -> str:
        """Return the MQTT topic of an event of this device."""
        return f"application/{self.application_id}/device/{self.dev_eui}/event/{event}"

    def json(self) -> Json:
        """Return the message `deviceInfo`."""
        return {
            "tenantId": self.tenant_id,
            "tenantName": self.tenant_name,
            "applicationId": self.application_id,
            "applicationName": self.application_name,
            "deviceProfileId": self.device_profile_id,
            "deviceProfileName": self.device_profile_name,
            "deviceName": self.device_name,
            "devEui": self.dev_eui,
            "deviceClassEnabled": "CLASS_A",
            "tags": {},
        }


def join(device: DeviceInfo, deduplication_id: str, time_s: float, dev_addr: int) -> Json:
    """Return a `join` event."""
    return {
        "deduplicationId": deduplication_id,
        "time": rfc3339(time_s),
        "deviceInfo": device.json(),
        "devAddr": f"{dev_addr:08x}",
        "regionConfigId": REGION_CONFIG_ID,
    }


def up(
    device: DeviceInfo,
    deduplication_id: str,
    copies: Sequence[Copy],
    dev_addr: int,
    f_cnt: int,
    f_port: int | None,
    data: bytes,
    adr: bool = False,
    confirmed: bool = False,
) -> Json:
    """Return an `up` event for the copies of one frame."""
    radio = copies[0].radio
    return {
        "deduplicationId": deduplication_id,
        "time": rfc3339(copies[0].heard_at_s),
        "deviceInfo": device.json(),
        "devAddr": f"{dev_addr:08x}",
        "adr": adr,
        "dr": radio.data_rate,
        "fCnt": f_cnt,
        "fPort": f_port or 0,
        "confirmed": confirmed,
        "data": base64.b64encode(data).decode(),
        "rxInfo": [_rx_info(copy) for copy in copies],
        "txInfo": {
            "frequency": radio.frequency_hz,
            "modulation": {
                "lora": {
                    "bandwidth": radio.bandwidth_khz * 1000,
                    "spreadingFactor": radio.spreading_factor,
                    "codeRate": "CR_4_5",
                }
            },
        },
        "regionConfigId": REGION_CONFIG_ID,
    }


def log(
    device: DeviceInfo, time_s: float, level: str, code: str, description: str, context: Mapping[str, str] | None = None
) -> Json:
    """Return a `log` event; level and code are ChirpStack's words."""
    return {
        "time": rfc3339(time_s),
        "deviceInfo": device.json(),
        "level": level,
        "code": code,
        "description": description,
        "context": dict(context or {}),
    }


def status(device: DeviceInfo, deduplication_id: str, time_s: float, battery: int, margin_db: int) -> Json:
    """Return a `status` event for a DevStatusAns: battery 0 is external, 255 unknown (TS001-1.0.4, section 5.5)."""
    known = 0 < battery < UNKNOWN_BATTERY
    return {
        "deduplicationId": deduplication_id,
        "time": rfc3339(time_s),
        "deviceInfo": device.json(),
        "margin": margin_db,
        "externalPowerSource": battery == 0,
        "batteryLevelUnavailable": battery == UNKNOWN_BATTERY,
        "batteryLevel": float(f"{battery / FULL_BATTERY * 100:.7g}") if known else 0.0,
    }


def ack(
    device: DeviceInfo, deduplication_id: str, time_s: float, item_id: str, acknowledged: bool, f_cnt_down: int
) -> Json:
    """Return an `ack` event: whether the device has heard a confirmed downlink."""
    return {
        "deduplicationId": deduplication_id,
        "time": rfc3339(time_s),
        "deviceInfo": device.json(),
        "queueItemId": item_id,
        "acknowledged": acknowledged,
        "fCntDown": f_cnt_down,
    }


def txack(
    device: DeviceInfo,
    time_s: float,
    item_id: str,
    f_cnt_down: int,
    downlink_id: int,
    gateway_id: str,
    radio: Radio,
    delay_s: float,
    context: int,
) -> Json:
    """Return a `txack` event: a gateway sent a downlink, `delay_s` after the uplink whose id is `context`."""
    lora = {
        "bandwidth": radio.bandwidth_khz * 1000,
        "spreadingFactor": radio.spreading_factor,
        "codeRate": "CR_4_5",
        "polarizationInversion": True,
    }
    return {
        "downlinkId": downlink_id,
        "time": rfc3339(time_s),
        "deviceInfo": device.json(),
        "queueItemId": item_id,
        "fCntDown": f_cnt_down,
        "gatewayId": gateway_id,
        "txInfo": {
            "frequency": radio.frequency_hz,
            "power": radio.power_dbm,
            "modulation": {"lora": lora},
            "timing": {"delay": {"delay": _duration(delay_s)}},
            "context": _context(context),
        },
    }


@functools.lru_cache(maxsize=256)
def rfc3339(time_s: float) -> str:
    """Return Unix seconds as ChirpStack writes a time: an offset, and no fraction or three or six digits of it."""
    moment = datetime.datetime.fromtimestamp(round(time_s * 1e6) // 1_000_000, datetime.UTC)
    micros = round(time_s * 1e6) % 1_000_000
    if not micros:
        return moment.isoformat(timespec="seconds")
    moment = moment.replace(microsecond=micros)
    return moment.isoformat(timespec="microseconds" if micros % 1000 else "milliseconds")


def _rx_info(copy: Copy) -> Json:
    gateway = copy.gateway
    full: Json = {
        "gatewayId": gateway.gateway_id,
        "uplinkId": copy.uplink_id,
        "gwTime": rfc3339(copy.heard_at_s),
        "nsTime": rfc3339(copy.heard_at_s),
        "timeSinceGpsEpoch": _duration(copy.heard_at_s - GPS_EPOCH_S + LEAP_SECONDS),
        "rssi": copy.rssi_dbm,
        "snr": copy.snr_db,
        "channel": _channel(copy),
        "rfChain": 1 if copy.radio.frequency_hz > 868_000_000 else 0,
        "location": _without_zeros(
            {"latitude": gateway.latitude, "longitude": gateway.longitude, "altitude": gateway.altitude_m}
        ),
        "context": _context(copy.uplink_id),
        "metadata": {"region_common_name": REGION_COMMON_NAME, "region_config_id": REGION_CONFIG_ID},
        "crcStatus": "CRC_OK",
    }
    return _without_zeros(full)


def _without_zeros(message: Json) -> Json:
    return {name: value for name, value in message.items() if value != 0}


def _context(uplink_id: int) -> str:
    return base64.b64encode(uplink_id.to_bytes(4, "big")).decode()


def _duration(duration_s: float) -> str:
    """Return a length of time as protobuf writes a Duration in JSON: no, three or six digits of a fraction."""
    seconds, micros = divmod(round(duration_s * 1e6), 1_000_000)
    if not micros:
        return f"{seconds}s"
    return f"{seconds}.{micros:06d}s" if micros % 1000 else f"{seconds}.{micros // 1000:03d}s"


def _channel(copy: Copy) -> int:
    # The order in which Semtech's reference configuration for EU868 numbers its eight channels.
    return (copy.radio.frequency_hz - 868_100_000) // 200_000 % 8
