"""Where is my sensor? Faults as they come in reality: events of the network server, frames of the node's own encoder,
through ingest's interpretation, its writer and the judge into a database; and what `plietsch device why` makes of each.

All devices live in one region at once, so that the faults are told apart beside each other.
"""

import json
import math
import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg
import pytest
from ingest.network import Published
from typer.testing import CliRunner

from ingest import network
from plietsch.dashboards import quantities
from plietsch.ingest import commands as ingest_commands
from plietsch.ingest import session
from plietsch.ingest.judge.process import Judge
from plietsch.ingest.messages import Message
from plietsch.ingest.reasons import Reason
from plietsch.ingest.stopping import Stop
from plietsch.platform import database, deploying, errors, regions, registry
from plietsch.platform.commands import device
from plietsch.platform.device_types import storing
from plietsch.platform.device_types.specification import DeviceType
from plietsch.platform.local.postgres import EmbeddedPostgres
from plietsch.platform.why import decoding, gathering, judging, place
from plietsch.platform.why.links import Chain, State
from plietsch_node.app import payload as node
from plietsch_node.app import status as node_status

AT = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)
INTERVAL_S = 1800
GATEWAYS = ("0016c001f1000001", "0016c001f1000002")
BATTERY_EMPTY_PERCENT = 4


class Fault(NamedTuple):
    """A device, what came of it, and what is found: link and code of each finding, the answer first."""

    name: str
    found: list[tuple[str, str]]
    happen: Callable[["Device"], None]
    kind: str = "dust"
    deployment: dict[str, Any] = {}  # noqa: RUF012 never changed
    interval_s: int = INTERVAL_S


class Device:
    """A node as a network server sees it: what it sends is kept as what the server publishes."""

    def __init__(self, fault: Fault, number: int) -> None:
        self.fault = fault
        self.dev_eui = f"70b3d57ed00001{number:02x}"
        self.published: list[tuple[datetime, Published]] = []
        self._dice = random.Random(fault.name)
        self.f_cnt = 0
        self.gateways: tuple[str, ...] = GATEWAYS
        self.snr, self.spreading_factor = 8.0, 7

    def publish(self, at: datetime, published: Published) -> None:
        self.published.append((at, published))

    def up(self, at: datetime, data: bytes, f_port: int = 1, **fields: Any) -> None:
        """One frame, heard by the gateways in reach."""
        self.f_cnt += 1
        heard = [
            {"gatewayId": gateway, "rssi": -100 - number, "snr": self.snr - number, "crcStatus": "CRC_OK"}
            for number, gateway in enumerate(self.gateways)
        ]
        info = {
            "frequency": 868100000,
            "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": self.spreading_factor}},
        }
        values = {"fCnt": self.f_cnt, "rxInfo": heard, "txInfo": info, **fields}
        self.publish(at, network.up(data, self.dev_eui, heard_s=at.timestamp(), f_port=f_port, **values))

    def event(self, kind: str, at: datetime, **fields: Any) -> None:
        self.publish(at, network.event(self.dev_eui, kind, heard_s=at.timestamp(), **fields))

    def log(self, at: datetime, code: str, description: str, level: str = "ERROR") -> None:
        self.event("log", at, deduplicationId=None, level=level, code=code, description=description)

    def join(self, at: datetime) -> None:
        self.event("join", at)

    def times(self, until: datetime = AT, since: datetime = AT - DAY) -> Iterator[datetime]:
        """When it measures: at its interval, the last time half a minute before."""
        moment = since - timedelta(seconds=30)
        while moment < until:
            yield moment
            moment += timedelta(seconds=self.fault.interval_s)

    def reading(self, at: datetime, **otherwise: float | None) -> dict[str, float | None]:
        """What a node measures on an ordinary day."""
        wave = math.sin(at.timestamp() / 43_200 * math.tau) + self._dice.uniform(-0.2, 0.2)
        water = {"distance": round(3_250 + 100 * wave), "distance_spread": 4}
        dust = {"pm2_5": 9 + 2 * wave, "pm10": 15 + 3 * wave, "temperature": 8 + wave, "humidity": 70 - 4 * wave,
                "pressure": 1010 + 2 * wave}  # fmt: skip
        return {**(water if self.fault.kind == "water" else dust), **otherwise}

    def measure(self, until: datetime = AT, since: datetime = AT - DAY, **otherwise: float | None) -> None:
        """An ordinary day of readings, each in a frame of its own, after the join."""
        self.join(since - timedelta(minutes=1))
        for moment in self.times(until, since):
            self.up(moment, node.encode([(int(moment.timestamp()) - 5, self.reading(moment, **otherwise))]))

    def status(self, at: datetime, **said: Any) -> None:
        """A status frame."""
        values = {
            "kind": "fine-dust", "firmware": (1, 2, 3), "reset_cause": "power-on", "data_rate": 5, "revision": 0,
            "boots": 1, "uptime_h": 24, "battery_v": 3.7, "saving": False, "fan_h": 10, "waiting": 0, "dropped": 0,
            "errors": [], **said,
        }  # fmt: skip
        self.up(at, node_status.encode(**values), f_port=2)


SILENT_SINCE = AT - timedelta(hours=6)
HIDDEN = ("shown", "too-old")


def silent(node_: Device) -> None:
    node_.measure(SILENT_SINCE)


def wrong_key(node_: Device) -> None:
    for hours in (3, 2, 1):
        node_.log(
            AT - timedelta(hours=hours), "UPLINK_MIC", "MIC of join-request is invalid, make sure keys are correct"
        )


def join_refused(node_: Device) -> None:
    node_.measure(SILENT_SINCE)
    node_.log(SILENT_SINCE + timedelta(hours=1), "OTAA", "DevNonce has already been used")


def gateway_silent(node_: Device) -> None:
    node_.gateways = ("0016c001f10000ff",)
    node_.measure(SILENT_SINCE)


def battery_empty(node_: Device) -> None:
    node_.event("status", SILENT_SINCE, margin=9, batteryLevel=BATTERY_EMPTY_PERCENT, externalPowerSource=False)
    node_.measure(SILENT_SINCE)


def battery_low(node_: Device) -> None:
    node_.measure()
    node_.event("status", AT - timedelta(hours=1), margin=9, batteryLevel=BATTERY_EMPTY_PERCENT)


def saving(node_: Device) -> None:
    node_.measure()
    node_.status(AT - timedelta(hours=1), saving=True, battery_v=3.4)


def weak(node_: Device) -> None:
    node_.gateways, node_.spreading_factor, node_.snr = GATEWAYS[:1], 12, -19.0
    node_.measure()


def lossy(node_: Device) -> None:
    node_.measure()
    kept = [each for number, each in enumerate(node_.published) if number % 2 or number < 2]
    node_.published[:] = kept


def counter(node_: Device) -> None:
    node_.measure(SILENT_SINCE)
    for hours in (5, 3, 1):
        node_.log(
            AT - timedelta(hours=hours), "UPLINK_F_CNT_RETRANSMISSION",
            "Uplink was flagged as re-transmission / frame-counter did not increment", "WARNING",
        )  # fmt: skip


def replayed(node_: Device) -> None:
    """A network server that does not check counters hands on a frame under a new id, again and again."""
    node_.measure()
    for at, frame in list(node_.published[-20:]):
        body = json.loads(frame.payload)
        for seconds in (40, 80):
            again = body | {
                "deduplicationId": str(uuid.uuid4()), "time": (at + timedelta(seconds=seconds - 60)).isoformat(),
            }  # fmt: skip
            node_.publish(at, Published(frame.topic, json.dumps(again).encode()))


def wrong_port(node_: Device) -> None:
    for moment in node_.times():
        node_.up(moment, node.encode([(int(moment.timestamp()), node_.reading(moment))]), f_port=7)


def newer_version(node_: Device) -> None:
    for moment in node_.times():
        node_.up(moment, b"\x3a" + bytes(11))


def cut_off(node_: Device) -> None:
    """It was well until yesterday evening; since then another program runs on it."""
    node_.measure(SILENT_SINCE)
    for moment in node_.times(since=SILENT_SINCE + timedelta(seconds=INTERVAL_S)):
        node_.up(moment, node.encode([(int(moment.timestamp()), node_.reading(moment))])[:-3])


def without_codec(node_: Device) -> None:
    for moment in node_.times():
        node_.up(moment, b"\x0d\x3b\x0a\xef", f_port=2)


def failing_codec(node_: Device) -> None:
    for moment in node_.times():
        node_.up(moment, b"\x0d\x3b\x0a\xef", f_port=2)
        node_.log(moment, "UPLINK_CODEC", "Exception generated by QuickJS: bytes is not defined")


def other_codec(node_: Device) -> None:
    for moment in node_.times():
        node_.up(moment, b"\x0d\x3b\x0a\xef", f_port=2, object={"tilt": 3})


def stuck(node_: Device) -> None:
    node_.measure(pm2_5=12.3)


def stuck_and_weak(node_: Device) -> None:
    node_.gateways, node_.spreading_factor, node_.snr = GATEWAYS[:1], 12, -19.0
    stuck(node_)


def clock_reset(node_: Device) -> None:
    """The clock's battery is empty: it begins anew in the year 2000, and says all 32 bits."""
    began = datetime(2000, 1, 1, tzinfo=UTC)
    since = AT - DAY
    for moment in node_.times():
        said = int((began + (moment - since)).timestamp()) + 60
        node_.up(moment, node.encode([(said, node_.reading(moment))], wide=True))


def clock_ahead(node_: Device) -> None:
    for moment in node_.times():
        node_.up(moment, node.encode([(int(moment.timestamp()) + 7_200, node_.reading(moment))], wide=True))


def clock_drift(node_: Device) -> None:
    """A quarter of an hour ahead: 16 bits of the time do not show more than that."""
    node_.join(AT - DAY - timedelta(minutes=1))
    for moment in node_.times():
        node_.up(moment, node.encode([(int(moment.timestamp()) + 900, node_.reading(moment))]))


def dead(node_: Device) -> None:
    node_.measure(SILENT_SINCE)
    for moment in node_.times(since=SILENT_SINCE + timedelta(seconds=INTERVAL_S)):
        values = node_.reading(moment, pm2_5=None, pm10=None)
        node_.up(moment, node.encode([(int(moment.timestamp()), values)]))


def flaky(node_: Device) -> None:
    for number, moment in enumerate(node_.times()):
        values = node_.reading(moment, **({} if number % 3 else {"temperature": None, "humidity": None}))
        node_.up(moment, node.encode([(int(moment.timestamp()), values)]))


def spiky(node_: Device) -> None:
    for number, moment in enumerate(node_.times()):
        values = node_.reading(moment, **({"distance": 1_000} if number % 4 == 2 else {}))
        node_.up(moment, node.encode([(int(moment.timestamp()), values)]))


def dropping(node_: Device) -> None:
    node_.measure()
    node_.status(AT - timedelta(hours=20), dropped=100)
    node_.status(AT - timedelta(hours=1), dropped=140)


def restarting(node_: Device) -> None:
    node_.measure()
    for hours in range(1, 9):
        node_.join(AT - timedelta(hours=hours, minutes=7))


def nothing(_: Device) -> None:
    pass


FAULTS = [
    Fault("healthy", [], Device.measure),
    Fault("healthy-water", [], Device.measure, "water"),
    Fault("nobody-registered-it", [("provisioned", "not-registered")], Device.measure, "stranger"),
    Fault("nobody-knows-it", [("provisioned", "unknown-device")], nothing, "stranger"),
    Fault("wrong-key", [("joined", "wrong-key")], wrong_key),
    Fault("join-refused", [("joined", "join-refused"), ("heard", "silent"), HIDDEN], join_refused),
    Fault("restarting", [("joined", "rejoins")], restarting),
    Fault("never-heard", [("heard", "never-heard")], nothing),
    Fault("silent", [("heard", "silent"), HIDDEN], silent),
    Fault("gateway-silent", [("heard", "gateway-silent"), HIDDEN], gateway_silent),
    Fault("battery-empty", [("heard", "battery-empty"), HIDDEN], battery_empty),
    Fault("indoor", [("heard", "weak-signal")], weak),
    Fault("lossy", [("heard", "frames-lost")], lossy),
    Fault("counter", [("heard", "frame-counter"), HIDDEN], counter),
    Fault("replayed", [("heard", "frame-counter")], replayed),
    Fault("wrong-port", [("decoded", "unexpected-port")], wrong_port),
    Fault("without-codec", [("decoded", "object-missing")], without_codec, "maker"),
    Fault("failing-codec", [("decoded", "codec-failed")], failing_codec, "maker"),
    Fault("other-codec", [("decoded", "object-empty")], other_codec, "maker"),
    Fault("newer-version", [("decoded", "payload-version")], newer_version),
    Fault("cut-off", [("decoded", "payload-truncated"), HIDDEN], cut_off),
    Fault("clock-reset", [("plausible", "clock-reset")], clock_reset),
    Fault("clock-ahead", [("plausible", "clock-ahead")], clock_ahead),
    Fault("clock-drift", [("plausible", "clock-drift")], clock_drift),
    Fault("battery-low", [("plausible", "battery-low")], battery_low),
    Fault("saving", [("plausible", "battery-low")], saving),
    Fault("dropping", [("plausible", "readings-dropped")], dropping),
    Fault("stuck", [("plausible", "stuck")], stuck),
    Fault("dead", [("plausible", "instrument-dead")], dead),
    Fault("flaky", [("plausible", "instrument-flaky")], flaky),
    Fault("spiky", [("plausible", "spikes")], spiky, "water"),
    Fault("on-the-bench", [("installed", "on-bench")], Device.measure, deployment={"phase": "bench"}),
    Fault("only-registered", [("installed", "not-deployed")], Device.measure, "registered"),
    Fault("taken-down", [("installed", "removed")], Device.measure, deployment={"phase": "removed"}),
    Fault("installed-later", [("installed", "not-deployed-then")], Device.measure,
          deployment={"since": (AT - timedelta(seconds=10)).isoformat()}),
    Fault("wrong-height", [("installed", "wrong-geometry")], Device.measure, "water",
          {"gauge_zero_distance_m": 18.25}),
    Fault("unknown-height", [("installed", "geometry-missing")], Device.measure, "water",
          {"gauge_zero_distance_m": None}),
    Fault("seldom", [HIDDEN], lambda node_: node_.measure(AT - timedelta(hours=2), AT - DAY), interval_s=7_200),
    Fault("measured-again", [("installed", "wrong-geometry")], Device.measure, "water",
          {"gauge_zero_distance_m": 18.25}),
    Fault("ferries-pass", [("plausible", "spikes")], spiky, "water"),
    Fault("moved-on-monday", [], Device.measure),
    Fault("registered-late", [("provisioned", "not-registered")], Device.measure, "stranger"),
    Fault("stuck-and-indoor", [("heard", "weak-signal"), ("plausible", "stuck")], stuck_and_weak),
]  # fmt: skip
DEVICES = {fault.name: Device(fault, number) for number, fault in enumerate(FAULTS, 1)}
MAKER = {
    "format": "plietsch-device-type/1", "code": "a-maker", "maker": "A maker", "model": "M1", "summary": "Distance",
    "decoder": "object", "f_ports": [2], "interval_s": INTERVAL_S,
    "instruments": {"M1": {"manufacturer": "A maker"}},
    "channels": {"distance": {"instrument": "M1", "path": "distance", "unit": "mm"}},
}  # fmt: skip
TYPES: dict[str, dict[str, Any]] = {
    "dust": {"type": "plietsch-fine-dust", "sensors": ["SDS011", "BME280"]},
    "water": {"type": "plietsch-water-level", "sensors": ["A02YYUW"]},
    "maker": {"type": "a-maker"},
}
NAME = {"de": "Prüfland", "da": "Prøveland", "en": "Testland"}


def _station(device_: Device) -> dict[str, Any]:
    fault = device_.fault
    mounted = {} if fault.kind == "dust" else {"gauge_zero_distance_m": 8.25, "gauge_zero_nhn_m": -5.0}
    station = {
        "code": fault.name, "name": fault.name, "longitude": 9.43684, "latitude": 54.78291, "grid_m": 100,
        "licence": "CC0-1.0", "attribution": "The class",
        "device": {"dev_eui": device_.dev_eui, "interval_s": fault.interval_s, **TYPES[fault.kind]},
        "deployment": {"phase": "installed", "since": "2026-01-01T00:00:00Z", **mounted, **fault.deployment},
    }  # fmt: skip
    if fault.kind == "water":
        station["gauge"] = {"water": NAME, "mean_level_cm": 500, "levels": []}
    return station


def _register(database_url: str) -> None:
    document = {
        "format": "plietsch-region/1",
        "region": {"code": "test", "name": NAME, "bbox": [8.2, 54.3, 10.1, 55.1], "timezone": "Europe/Berlin"},
        "operator": {"code": "school", "name": "A school"},
        "stations": [_station(each) for each in DEVICES.values() if each.fault.kind in TYPES],
    }
    with psycopg.connect(database_url) as connection:
        storing.add(connection, msgspec.convert(MAKER, DeviceType))
        registry.import_region(connection, msgspec.convert(document, regions.RegionFile))
        deploying.register(connection, DEVICES["only-registered"].dev_eui, "plietsch-fine-dust", INTERVAL_S)
        connection.execute(
            """INSERT INTO station (code, name, region_id, operator_id, licence, attribution)
            SELECT named, named, region_id, operator_id, licence, attribution
            FROM unnest(ARRAY['without-device', 'never-used', 'new-place']) AS named,
                (SELECT * FROM station LIMIT 1) AS known"""
        )


@pytest.fixture(scope="module")
def faulty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which all of it happened, and was judged."""
    name = f"why_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
    url = postgres.url(name)
    _register(url)
    for each in DEVICES.values():
        each.fault.happen(each)
    happened = [moment for each in DEVICES.values() for moment in each.published]
    with session.opened(url) as opened:
        opened.store([Message(*published, at) for at, published in sorted(happened, key=lambda each: each[0])])
    _judge(url)
    yield url
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def why(database_url: str, asked: str) -> Chain:
    with database.connect(database_url) as connection:
        return judging.judge(gathering.gather(connection, asked, AT))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_named(faulty_url: str, fault: Fault) -> None:
    chain = why(faulty_url, DEVICES[fault.name].dev_eui)
    assert [(link, finding.code) for link, finding in chain.findings] == fault.found
    answer = chain.document()["answer"]
    assert (answer and (answer["link"], answer["code"])) == (fault.found[0] if fault.found else None)


def test_all_is_well_with_a_healthy_device(faulty_url: str) -> None:
    for name in ("healthy", "healthy-water"):
        assert [link.state for link in why(faulty_url, name).links] == [State.OK] * 8


def test_what_is_not_reached_is_unknown_and_says_so(faulty_url: str) -> None:
    links = why(faulty_url, DEVICES["nobody-knows-it"].dev_eui).links
    assert [link.state for link in links] == [State.WRONG, *[State.UNKNOWN] * 7]
    states = {link.name: link.state for link in why(faulty_url, "wrong-key").links}
    assert [name for name, state in states.items() if state is State.OK] == ["provisioned", "installed", "public"]


def test_a_station_without_a_device_is_told_from_one_that_is_none(faulty_url: str) -> None:
    chain = why(faulty_url, "never-used")
    assert [(link, finding.code) for link, finding in chain.findings] == [
        ("provisioned", "no-device"),
        ("public", "no-place"),
    ]
    with pytest.raises(errors.DeviceUnknown, match="lighthouse is neither"):
        why(faulty_url, "lighthouse")


@pytest.mark.parametrize(
    ("name", "seen", "do"),
    [
        ("wrong-key", "make sure keys are correct", "AppKey"),
        ("nobody-registered-it", "50 messages of it wait in quarantine", "plietsch device install 70b3d57ed0000103"),
        ("indoor", "1.0 dB above what SF12 needs", "antenna"),
        ("battery-empty", "nearly empty", "Charge"),
        ("wrong-port", "Port 7 has no decoder", "device-type show plietsch-fine-dust"),
        ("failing-codec", "bytes is not defined", "device profile"),
        ("dead", "SDS011 has given no valid answer since 2026-03-10 06:30 UTC, 12 times in a row", "cable"),
        ("stuck", "pm2_5 of the SDS011 (12.3 µg/m³ now) has said the same", "web"),
        ("dropping", "dropped 40 readings within a week", "signal"),
        ("wrong-height", "from the gauge's mean level of 500 cm", "--correct --gauge-zero-distance-m"),
        ("on-the-bench", "on the bench at on-the-bench since 2026-01-01", "plietsch device install"),
    ],
)
def test_what_was_seen_and_what_to_do_are_said(faulty_url: str, name: str, seen: str, do: str) -> None:
    _, finding = why(faulty_url, DEVICES[name].dev_eui).findings[0]
    assert seen in finding.seen
    assert do in finding.do


def test_the_command_shows_the_answer_first_and_the_chain_below(faulty_url: str) -> None:
    asked = ["why", "stuck-and-indoor", "--at", AT.isoformat(), "--database-url", faulty_url]
    shown = CliRunner().invoke(device.app, asked)
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert lines[0].endswith("at stuck-and-indoor, as of 2026-03-10 12:00 UTC")
    assert "That is at the limit" in lines[2]
    named = [line.split()[:2] for line in lines if line.startswith(("ok", "wrong", "unknown"))]
    assert [state for state, _ in named] == ["ok", "ok", "wrong", "ok", "wrong", "ok", "ok", "ok"]
    document = json.loads(CliRunner().invoke(device.app, [*asked, "--json"]).output)
    assert document["answer"]["code"] == "weak-signal"
    assert [link["link"] for link in document["links"] if link["findings"]] == ["heard", "plausible"]
    assert document["device"] == DEVICES["stuck-and-indoor"].dev_eui


def _codes(database_url: str, name: str) -> list[tuple[str, str]]:
    return [(link, finding.code) for link, finding in why(database_url, DEVICES[name].dev_eui).findings]


def _run(database_url: str, *arguments: str) -> str:
    result = CliRunner().invoke(device.app, [*arguments, "--database-url", database_url])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def _judge(database_url: str) -> None:
    with closing(Stop()) as stop:
        Judge(database_url, stop).once()


def _levels(database_url: str, station: str) -> list[float]:
    query = """SELECT o.result FROM observation o JOIN datastream d ON d.id = o.datastream_id AND d.method <> 'raw'
        JOIN station s ON s.id = d.station_id WHERE s.code = %s ORDER BY o.phenomenon_time"""
    return [result for (result,) in network.rows(database_url, query, station)]


def test_a_mounting_that_is_corrected_mends_every_level(faulty_url: str) -> None:
    before = _levels(faulty_url, "measured-again")
    shown = _run(faulty_url, "install", "measured-again", "--at", "measured-again", "--correct",
                 "--gauge-zero-distance-m", "8.25")  # fmt: skip
    assert f"What follows from {len(before)} readings is computed anew." in shown
    _judge(faulty_url)
    assert _levels(faulty_url, "measured-again") == pytest.approx([level - 1_000 for level in before])
    assert _codes(faulty_url, "measured-again") == []


def test_limits_of_its_own_let_pass_what_has_to_be(faulty_url: str) -> None:
    _run(faulty_url, "limits", "ferries-pass", "distance", "--off", "spike", "--off", "rate_of_change", "--reason",
         "ferries", "--since", "2026-01-01T00:00Z")  # fmt: skip
    _judge(faulty_url)
    assert _codes(faulty_url, "ferries-pass") == []


def test_what_waited_is_stored_once_the_device_is_installed(faulty_url: str) -> None:
    _run(faulty_url, "install", DEVICES["registered-late"].dev_eui, "--at", "without-device", "--since",
         "2026-01-01T00:00Z", "--type", "plietsch-fine-dust", "--sensor", "SDS011", "--sensor", "BME280",
         "--interval-s", str(INTERVAL_S))  # fmt: skip
    with session.opened(faulty_url) as opened:
        assert sum(stored.observations for stored in opened.release()) > 0
    _judge(faulty_url)
    assert _codes(faulty_url, "registered-late") == [("public", "no-place")]


def test_a_move_that_was_entered_late_is_put_right_by_decoding_anew(faulty_url: str) -> None:
    since = (AT - timedelta(hours=6)).isoformat()
    shown = _run(faulty_url, "move", "moved-on-monday", "--to", "new-place", "--since", since)
    command = re.search(r"`plietsch ingest (reprocess [^`]+)`", shown)
    assert command
    result = CliRunner().invoke(ingest_commands.app, [*command[1].split(), "--database-url", faulty_url])
    assert result.exit_code == 0, (result.output, result.exception)
    _judge(faulty_url)
    stood = """SELECT s.code, count(*) FROM observation o JOIN datastream d ON d.id = o.datastream_id
        JOIN observed_property p ON p.id = d.observed_property_id AND p.code = 'pm2_5'
        JOIN station s ON s.id = d.station_id AND s.code IN ('moved-on-monday', 'new-place')
        WHERE o.phenomenon_time >= %s GROUP BY 1"""
    # Twelve readings, each raw and corrected.
    assert network.rows(faulty_url, stood, since) == [("new-place", 24)]
    assert _codes(faulty_url, "moved-on-monday") == [("public", "no-place")]


def test_every_reason_of_ingest_is_judged_by_some_link() -> None:
    assert {reason.value for reason in Reason} == decoding.REASONS


def test_the_site_and_the_chain_agree_on_what_is_old() -> None:
    assert place.STALE_AFTER == quantities.STALE_AFTER
