"""The events, held literally against what ChirpStack 4.20 writes."""

import json
from typing import Any

import pytest
from chirpstack_api import integration
from google.protobuf import json_format
from google.protobuf.message import Message

from plietsch.firmware.network import events
from plietsch.firmware.network.gateways import Copy, Gateway, Radio
from plietsch.ingest import events as ingest

DEVICE = events.DeviceInfo(
    tenant_id="52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
    tenant_name="ChirpStack",
    application_id="17c82e96-be03-4f38-aef3-f83d48582d97",
    application_name="plietsch",
    device_profile_id="14855bf7-d10d-4aee-b618-ebfcb64dc7ad",
    device_profile_name="plietsch-fine-dust",
    device_name="flensburg-suedermarkt",
    dev_eui="0270706c69657401",
)
DEVICE_JSON = {
    "tenantId": "52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
    "tenantName": "ChirpStack",
    "applicationId": "17c82e96-be03-4f38-aef3-f83d48582d97",
    "applicationName": "plietsch",
    "deviceProfileId": "14855bf7-d10d-4aee-b618-ebfcb64dc7ad",
    "deviceProfileName": "plietsch-fine-dust",
    "deviceName": "flensburg-suedermarkt",
    "devEui": "0270706c69657401",
    "deviceClassEnabled": "CLASS_A",
    "tags": {},
}
ID = "3ac7e3c4-4401-4b8d-9386-a5c902f9202d"
TIME_S = 1_658_136_855.775


def copy(gateway: Gateway, rssi_dbm: int, snr_db: float, uplink_id: int, frequency_hz: int = 868_300_000) -> Copy:
    return Copy(b"", gateway, Radio(frequency_hz, 7), uplink_id, TIME_S, rssi_dbm, snr_db)


def test_an_uplink_is_written_as_chirpstack_writes_it():
    roof = Gateway("0016c001f153a14c", "roof", 9.4318, 54.7847, 52.0)
    event = events.up(DEVICE, ID, [copy(roof, -36, 10.5, 4217106255)], 0x00189440, 70000, 1, b"\xaa")
    assert event == {
        "deduplicationId": ID,
        "time": "2022-07-18T09:34:15.775+00:00",
        "deviceInfo": DEVICE_JSON,
        "devAddr": "00189440",
        "adr": False,
        "dr": 5,
        "fCnt": 70000,
        "fPort": 1,
        "confirmed": False,
        "data": "qg==",
        "rxInfo": [
            {
                "gatewayId": "0016c001f153a14c",
                "uplinkId": 4217106255,
                "gwTime": "2022-07-18T09:34:15.775+00:00",
                "nsTime": "2022-07-18T09:34:15.775+00:00",
                "timeSinceGpsEpoch": "1342172073.775s",
                "rssi": -36,
                "snr": 10.5,
                "channel": 1,
                "rfChain": 1,
                "location": {"latitude": 54.7847, "longitude": 9.4318, "altitude": 52.0},
                "context": "+1vvTw==",
                "metadata": {"region_common_name": "EU868", "region_config_id": "eu868"},
                "crcStatus": "CRC_OK",
            }
        ],
        "txInfo": {
            "frequency": 868300000,
            "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7, "codeRate": "CR_4_5"}},
        },
        "regionConfigId": "eu868",
    }


def test_zeros_stay_in_the_event_and_vanish_below_it():
    nowhere = Gateway("0016c001f153a14c", "null island", 0.0, 0.0, 0.0)
    event = events.up(DEVICE, ID, [copy(nowhere, 0, 0.0, 0, 868_100_000)], 0, 0, None, b"")
    assert (event["fCnt"], event["fPort"], event["data"], event["devAddr"]) == (0, 0, "", "00000000")
    assert (event["adr"], event["confirmed"], event["deviceInfo"]["tags"]) == (False, False, {})
    (rx_info,) = event["rxInfo"]
    assert not {"rssi", "snr", "channel", "uplinkId", "board", "antenna"} & rx_info.keys()
    assert rx_info["location"] == {}
    assert not {"object", "relayRxInfo", "joinServerContext"} & event.keys()


def test_a_join_is_written_as_chirpstack_writes_it():
    assert events.join(DEVICE, ID, TIME_S, 0x00189440) == {
        "deduplicationId": ID,
        "time": "2022-07-18T09:34:15.775+00:00",
        "deviceInfo": DEVICE_JSON,
        "devAddr": "00189440",
        "regionConfigId": "eu868",
    }


def test_a_topic_names_application_and_device():
    assert DEVICE.topic("up") == ("application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0270706c69657401/event/up")


@pytest.mark.parametrize(
    ("after_s", "written"),
    [(0, "1342172073s"), (0.5, "1342172073.500s"), (0.12, "1342172073.120s"), (0.00025, "1342172073.000250s")],
)
def test_durations_have_no_three_or_six_digits_after_the_point(after_s: float, written: str):
    """As the JSON mapping of protobuf's Duration demands."""
    roof = Gateway("0016c001f153a14c", "roof", 9.4318, 54.7847, 52.0)
    heard = Copy(b"", roof, Radio(868_300_000, 7), 1, 1_658_136_855 + after_s, -36, 10.5)
    (rx_info,) = events.up(DEVICE, ID, [heard], 1, 1, 1, b"")["rxInfo"]
    assert rx_info["timeSinceGpsEpoch"] == written


def test_times_have_no_more_digits_than_they_need():
    assert events.rfc3339(1_000_000_000) == "2001-09-09T01:46:40+00:00"
    assert events.rfc3339(1_000_000_000.25) == "2001-09-09T01:46:40.250+00:00"
    assert events.rfc3339(1_000_000_000.000125) == "2001-09-09T01:46:40.000125+00:00"


def test_a_log_is_written_as_chirpstack_writes_it():
    assert events.log(DEVICE, TIME_S, "ERROR", "OTAA", "DevNonce has already been used", {"dev_nonce": "7"}) == {
        "time": "2022-07-18T09:34:15.775+00:00",
        "deviceInfo": DEVICE_JSON,
        "level": "ERROR",
        "code": "OTAA",
        "description": "DevNonce has already been used",
        "context": {"dev_nonce": "7"},
    }


@pytest.mark.parametrize(
    ("battery", "external", "unavailable", "level"),
    [(0, True, False, 0.0), (1, False, False, 0.3937008), (254, False, False, 100.0), (255, False, True, 0.0)],
)
def test_a_status_is_written_as_chirpstack_writes_it(battery: int, external: bool, unavailable: bool, level: float):
    assert events.status(DEVICE, ID, TIME_S, battery, -3) == {
        "deduplicationId": ID,
        "time": "2022-07-18T09:34:15.775+00:00",
        "deviceInfo": DEVICE_JSON,
        "margin": -3,
        "externalPowerSource": external,
        "batteryLevelUnavailable": unavailable,
        "batteryLevel": level,
    }


def test_an_ack_is_written_as_chirpstack_writes_it():
    assert events.ack(DEVICE, ID, TIME_S, ID, acknowledged=False, f_cnt_down=0) == {
        "deduplicationId": ID,
        "time": "2022-07-18T09:34:15.775+00:00",
        "deviceInfo": DEVICE_JSON,
        "queueItemId": ID,
        "acknowledged": False,
        "fCntDown": 0,
    }


ROOF = Gateway("0016c001f153a14c", "roof", 9.4318, 54.7847, 52.0)
SENT = events.txack(DEVICE, TIME_S, ID, 7, 8, ROOF.gateway_id, Radio(868_300_000, 9), 1, 9)
LOGS = [
    ("WARNING", "UPLINK_F_CNT_RESET"),
    ("WARNING", "UPLINK_F_CNT_RETRANSMISSION"),
    ("ERROR", "DOWNLINK_GATEWAY"),
    ("ERROR", "DOWNLINK_PAYLOAD_SIZE"),
    ("ERROR", "EXPIRED"),
    ("ERROR", "UPLINK_MIC"),
    ("ERROR", "OTAA"),
]


@pytest.mark.parametrize(
    ("kind", "event", "message"),
    [
        ("up", events.up(DEVICE, ID, [copy(ROOF, -36, 10.5, 4217106255)], 1, 2, 3, b"x"), integration.UplinkEvent()),
        ("join", events.join(DEVICE, ID, TIME_S, 1), integration.JoinEvent()),
        ("status", events.status(DEVICE, ID, TIME_S, 127, 5), integration.StatusEvent()),
        ("ack", events.ack(DEVICE, ID, TIME_S, ID, True, 7), integration.AckEvent()),
        ("txack", SENT, integration.TxAckEvent()),
        *(("log", events.log(DEVICE, TIME_S, *log, "why", {"a": "b"}), integration.LogEvent()) for log in LOGS),
    ],
)
def test_chirpstacks_protobuf_and_ingest_read_them(kind: str, event: dict[str, Any], message: Message):
    json_format.ParseDict(event, message)
    again = json_format.MessageToDict(message)
    assert again["deviceInfo"]["devEui"] == DEVICE.dev_eui
    assert again.keys() <= event.keys()
    ingested = ingest.decode(kind, json.dumps(event).encode())
    assert ingested.device_info is not None
    assert ingested.device_info.dev_eui == DEVICE.dev_eui
