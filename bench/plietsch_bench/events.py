"""The messages of a benchmark: `up` events as ChirpStack 4 writes them, of a fleet that measures every half hour.

The same number always gives the same bytes, so that a process can make them again instead of being handed them. Each
event has one reading of six values, and the `object` that a payload codec would have put beside the bytes: Telegraf
decodes no LoRaWAN payloads.
"""

import base64
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from plietsch.ingest.registry import Deployment, Device, Registry
from plietsch.platform.device_types import catalogue
from plietsch_node.app import payload as node

DEVICES = 1_000
INTERVAL_S = 1_800
CHANNELS = ("pm2_5", "pm10", "temperature", "humidity", "pressure", "battery")
TOPIC = "application/+/device/+/event/+"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

_APPLICATION = "5f7c1f0e-7c0e-4f0a-9d5e-2f6a3c0b1d11"
_EVENT = (
    '{"deduplicationId":"%(id)s","time":"%(time)s.%(milliseconds)03d+00:00","deviceInfo":{"tenantId":'
    '"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"OK Lab Flensburg","applicationId":"'
    + _APPLICATION
    + '","applicationName":"Feinstaub","deviceProfileId":"b1b0d4ab-4e65-4c5b-9c6a-5b7c7d1f8f10","deviceProfileName":'
    '"plietsch fine dust","deviceName":"node %(device)04d","devEui":"%(dev_eui)s","deviceClassEnabled":"CLASS_A",'
    '"tags":{}},"devAddr":"%(dev_addr)s","adr":true,"dr":5,"fCnt":%(f_cnt)d,"fPort":1,"confirmed":false,'
    '"data":"%(data)s","object":%(object)s,"rxInfo":[{"gatewayId":"0016c001f153a14c","uplinkId":%(uplink)d,'
    '"gwTime":"%(time)s.%(milliseconds)03d+00:00","nsTime":"%(time)s.%(milliseconds)03d+00:00",'
    '"timeSinceGpsEpoch":"1430756785.887s","rssi":%(rssi)d,"snr":9.5,"channel":2,"rfChain":1,"location":'
    '{"latitude":54.78234,"longitude":9.43601,"altitude":31},"context":"EFwMtA==","metadata":{"region_common_name":'
    '"EU868","region_config_id":"eu868"},"crcStatus":"CRC_OK"}],"txInfo":{"frequency":868100000,"modulation":{"lora":'
    '{"bandwidth":125000,"spreadingFactor":7,"codeRate":"CR_4_5"}}},"regionConfigId":"eu868"}'
)


class Published(NamedTuple):
    """A topic and what is published under it."""

    topic: str
    payload: bytes


class Heard(NamedTuple):
    """The event of a number: its device, frame counter, time and values."""

    device: int
    f_cnt: int
    at: datetime
    values: dict[str, float]


def dev_eui(device: int) -> str:
    """The DevEUI of a device, counted from 0."""
    return f"70b3d57ed{device:07x}"


def device_id(device: int) -> int:
    """Its id in the database."""
    return device + 1


def datastream_id(device: int, channel: int) -> int:
    """The id of the datastream that one of its channels feeds."""
    return device * len(CHANNELS) + channel + 1


def heard(number: int) -> Heard:
    """All devices in turn, then all of them again half an hour later: no two readings share a key."""
    f_cnt, device = divmod(number, DEVICES)
    at = BEGIN + timedelta(seconds=f_cnt * INTERVAL_S, milliseconds=device * 1_799)
    values = {
        "pm2_5": (number * 7 % 500) / 10,
        "pm10": (number * 11 % 900) / 10,
        "temperature": (number * 3 % 300) / 10 - 5,
        "humidity": 40 + (number % 500) / 10,
        "pressure": 980 + (number % 600) / 10,
        "battery": 3 + (number % 60) / 50,
    }
    return Heard(device, f_cnt, at, values)


def messages(count: int, first: int = 0) -> Iterator[Published]:
    """So many events, from a number on."""
    for number in range(first, first + count):
        yield _published(number)


def registry() -> Registry:
    """The registry in which all devices are deployed for ever; the same ids as `world.register` gives them."""
    return Registry.of(
        Device(
            device_id(device),
            dev_eui(device),
            (Deployment(0.0, float("inf"), {name: datastream_id(device, n) for n, name in enumerate(CHANNELS)}),),
            catalogue.built_in()["plietsch-fine-dust"],
        )
        for device in range(DEVICES)
    )


def _published(number: int) -> Published:
    device, f_cnt, at, values = heard(number)
    eui = dev_eui(device)
    # The node sends a few seconds after it has measured.
    data = node.encode([(int(at.timestamp()) - 3, values)])
    body = _EVENT % {
        "id": uuid.UUID(int=random.Random(number).getrandbits(128), version=4),  # noqa: S311 an id, no secret
        "time": at.strftime("%Y-%m-%dT%H:%M:%S"),
        "milliseconds": at.microsecond // 1_000,
        "device": device,
        "dev_eui": eui,
        "dev_addr": f"{device:08x}",
        "f_cnt": f_cnt,
        "data": base64.b64encode(data).decode(),
        "object": "{" + ",".join(f'"{name}":{value:.2f}' for name, value in values.items()) + "}",
        "uplink": number % 2**32,
        "rssi": -40 - number % 80,
    }
    return Published(f"application/{_APPLICATION}/device/{eui}/event/up", body.encode())
