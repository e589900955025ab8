"""Makers' devices: from an event with an `object` to observations, or to a reason, and on to whoever reads them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from api.world import Client
from chirpstack_api import integration
from ingest.network import DEV_EUI, NEW_YEAR_S, count, rows

from api import world
from ingest import network
from plietsch.ingest import explain, interpret, observing, registrar, session
from plietsch.ingest.interpret import Outcome
from plietsch.ingest.messages import Message
from plietsch.ingest.observing import Frame
from plietsch.ingest.quality import Quality
from plietsch.ingest.reasons import Reason
from plietsch.ingest.registry import Deployment, Device, Registry
from plietsch.ingest.session import Session
from plietsch.platform import registry
from plietsch.platform.device_types import catalogue
from plietsch.platform.device_types.specification import DeviceType, Time
from plietsch_node.app import payload as node
from support.wait import until

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ULTRASOUND = catalogue.built_in()["dragino-ldds45"]
LEVEL = {"Bat": 3.387, "Distance": "2799 mm", "Interrupt_flag": 0, "Sensor_flag": 1, "TempC_DS18B20": "0.00"}
PAYLOAD = bytes.fromhex("0d3b0aef00000001")
FOR_EVER = (Deployment(0.0, float("inf"), {"distance": 1, "battery": 2}),)


def _interpret(device_type: DeviceType | None = ULTRASOUND, f_port: int = 2, **fields: Any) -> Outcome:
    registered = Registry.of([Device(7, DEV_EUI, FOR_EVER, device_type)])
    published = network.up(fields.pop("data", PAYLOAD), f_port=f_port, **fields)
    return interpret.interpret(Message(*published, NEW_YEAR + timedelta(seconds=1)), registered)


def _reason(outcome: Outcome) -> Reason | None:
    return outcome.problem.reason if outcome.problem else None


def _values(outcome: Outcome) -> list[tuple[int, float | None, int]]:
    return [(row.datastream_id, row.result, row.quality) for row in outcome.observations]


class TestInterpreting:
    """What an event becomes, by the device's type; without a database."""

    def test_an_object_becomes_observations_of_the_moment_at_which_it_was_heard(self) -> None:
        outcome = _interpret(object=LEVEL)
        assert outcome.problem is None
        assert [tuple(row) for row in outcome.observations] == [
            (1, NEW_YEAR, 2799, NEW_YEAR, Quality.GOOD),
            (2, NEW_YEAR, 3.387, NEW_YEAR, Quality.GOOD),
        ]
        assert outcome.uplink
        assert (outcome.uplink.payload, outcome.uplink.f_port) == (PAYLOAD, 2)
        assert json.loads(outcome.uplink.object or b"") == LEVEL

    def test_a_port_of_our_own_nodes_means_nothing_on_a_makers_device(self) -> None:
        """On port 2 our own ones say how they are."""
        assert (_interpret(object=LEVEL).device_event, len(_interpret(object=LEVEL).observations)) == (None, 2)

    def test_no_value_and_one_out_of_range_have_a_flag(self) -> None:
        for said, flag in (("No Sensor", Quality.MISSING), (70_000, Quality.FAIL), (5, Quality.FAIL)):
            assert _values(_interpret(object={"Distance": said})) == [(1, None, flag)]

    def test_what_can_be_stored_is_stored_and_the_rest_is_said(self) -> None:
        outcome = _interpret(object={"Distance": "7 bananas", "Bat": "3,4 V"})
        assert _values(outcome) == [(2, 3.4, Quality.GOOD)]
        assert outcome.problem == (Reason.OBJECT_UNIT, "distance: the unit 'bananas' is not known.")

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({}, Reason.OBJECT_MISSING),
            ({"object": {}}, Reason.OBJECT_EMPTY),
            ({"object": {"Firm_ver": 114}}, Reason.OBJECT_EMPTY),
            ({"object": []}, Reason.OBJECT_MALFORMED),
            ({"object": LEVEL, "f_port": 5}, Reason.UNEXPECTED_PORT),
            ({"object": LEVEL, "device_type": None}, Reason.TYPE_UNKNOWN),
            ({"object": {"Distance": True}}, Reason.OBJECT_VALUE),
        ],
    )
    def test_what_became_none_has_a_reason(self, fields: dict[str, Any], reason: Reason) -> None:
        outcome = _interpret(**fields)
        assert (list(outcome.observations), _reason(outcome)) == ([], reason)
        assert outcome.uplink

    def test_commands_of_the_network_alone_are_no_data(self) -> None:
        outcome = _interpret(f_port=0, data=b"")
        assert (outcome.problem, list(outcome.observations)) == (None, [])

    def test_the_object_of_our_own_payload_is_not_looked_at(self) -> None:
        registered = Registry.of([Device(7, DEV_EUI, FOR_EVER, network.OWN)])
        outcome = interpret.interpret(Message(*network.up(object={"distance": 5}), NEW_YEAR), registered)
        assert outcome.uplink
        assert outcome.uplink.object is None

    def test_an_object_of_an_unknown_type_is_kept_for_the_day_when_it_is_known(self) -> None:
        uplink = _interpret(None, object=LEVEL).uplink
        assert uplink
        assert json.loads(uplink.object or b"") == LEVEL

    @pytest.mark.parametrize(
        ("said_s", "moment_s", "quality", "late", "reason"),
        [
            (NEW_YEAR_S - 60, NEW_YEAR_S - 60, Quality.GOOD, 0, None),
            (NEW_YEAR_S - 7_200, NEW_YEAR_S - 7_200, Quality.GOOD, 1, None),
            (NEW_YEAR_S + 7_200, NEW_YEAR_S, Quality.SUSPECT, 0, None),
            (1_000, NEW_YEAR_S, Quality.SUSPECT, 0, None),
            (NEW_YEAR_S - 20 * 31_557_600, None, None, 0, Reason.CLOCK_WRONG),
            ("noon", None, None, 0, Reason.OBJECT_TIME),
            (None, NEW_YEAR_S, Quality.GOOD, 0, None),
        ],
    )
    def test_a_time_in_the_object_is_judged_as_a_nodes_clock(
        self, said_s: Any, moment_s: int | None, quality: int | None, late: int, reason: Reason | None
    ) -> None:
        timed = msgspec.structs.replace(ULTRASOUND, time=Time(path="time"))
        outcome = _interpret(timed, object={"Distance": 2799, "time": said_s})
        found = [(row.phenomenon_time.timestamp(), row.quality) for row in outcome.observations]
        assert found == ([] if moment_s is None else [(moment_s, quality)])
        assert (outcome.late, _reason(outcome)) == (late, reason)

    def test_our_own_payload_has_ranges_too(self) -> None:
        device = Device(7, DEV_EUI, FOR_EVER, network.OWN, {"distance": (30, 4_500)})
        frames = [node.encode([(NEW_YEAR_S, {"distance": mm})]) for mm in (29, 30, 4_500, 4_501, None)]
        found = [observing.observe(Frame(1, data), device, NEW_YEAR).observations[0] for data in frames]
        assert [(row.result, row.quality) for row in found] == [(None, 4), (30, 1), (4_500, 1), (None, 4), (None, 9)]


def test_a_range_that_no_frame_can_leave_costs_nothing() -> None:
    """Every frame of our own nodes passes there; a distance is the only field that can say too much."""
    own = {each.code: registrar._ranges(each) for each in catalogue.built_in().values() if each.decoder == "plietsch"}
    assert own == {"plietsch-fine-dust": {}, "plietsch-rain": {}, "plietsch-water-level": {"distance": (30, 4_500)}}


def _station(device_type: str, dev_eui: str = DEV_EUI, gauge_zero_distance_m: float | None = None) -> dict[str, Any]:
    station = world.station("harbour")
    device = {"dev_eui": dev_eui, "type": device_type, "interval_s": 1_200}
    mounted = {"since": "2024-01-01T00:00:00Z", "gauge_zero_distance_m": gauge_zero_distance_m}
    return {**station, "code": device_type, "device": device, "deployment": {**station["deployment"], **mounted}}


def _register(database_url: str, *stations: dict[str, Any]) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        registry.import_region(connection, world.region("flensburg", list(stations)))


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    with session.opened(database_url) as opened:
        yield opened


def _messages(*objects: Any, **fields: Any) -> list[Message]:
    published = (
        network.up(PAYLOAD, f_port=2, heard_s=NEW_YEAR_S + 60 * n, fCnt=n, object=each, **fields)
        for n, each in enumerate(objects)
    )
    return [Message(*each, NEW_YEAR + timedelta(minutes=n)) for n, each in enumerate(published)]


def test_from_an_event_to_whoever_asks(database_url: str, opened: Session) -> None:
    """It is heard before somebody names it in the region's file, and is published with its level above the gauge's zero
    from the frame on that came first."""
    opened.store(_messages(LEVEL))
    assert count(database_url, "quarantine") == 1
    _register(database_url, _station("dragino-ldds45", gauge_zero_distance_m=3.5))
    until(opened.registry_changed, "the registration is heard of")
    assert sum(stored.observations for stored in opened.release()) == 3
    client = Client(database_url)
    try:
        page = client.json("/api/v1/observations", from_="2026-01-01T00:00:00Z", to="2026-01-02T00:00:00Z")
    finally:
        client.close()
    found = {each["property"]: each["value"] for each in page["observations"]}
    assert {each["station"] for each in page["observations"]} == {"dragino-ldds45"}
    assert found == {"distance": 2799, "water_level": 70.1, "battery": 3.387}
    assert page["units"]["distance"]["unit"] == "mm"


def test_every_type_can_be_registered_and_heard(database_url: str, opened: Session) -> None:
    types = [each for each in catalogue.built_in().values() if each.decoder == "object"]
    by_eui = {f"70b3d57ed00c{n:04x}": each for n, each in enumerate(types)}
    _register(database_url, *(_station(each.code, dev_eui) for dev_eui, each in by_eui.items()))
    heard: list[Message] = []
    for dev_eui, each in by_eui.items():
        example = each.examples[0]
        fields = {"f_port": example.f_port, "object": example.object}
        heard_s = (example.object or {}).get("time", NEW_YEAR_S)
        published = network.up(bytes.fromhex(example.payload), dev_eui, heard_s=heard_s, **fields)
        heard.append(Message(*published, NEW_YEAR))
    opened.store(heard)
    assert rows(database_url, "SELECT reason, detail FROM ingest_error") == []
    stored = rows(
        database_url,
        "SELECT s.code, c.channel, o.result FROM observation o JOIN deployment_channel c USING (datastream_id)"
        " JOIN deployment p ON p.id = c.deployment_id JOIN station s ON s.id = p.station_id"
        " WHERE position('@' IN c.channel) = 0",
    )
    expected = {
        (each.code, channel): value if isinstance(value, float) else None
        for each in types
        for channel, value in each.examples[0].expected.items()
    }
    assert {(code, channel): value for code, channel, value in stored} == expected


def test_an_object_is_kept_as_it_came_whatever_is_in_it(database_url: str, opened: Session) -> None:
    _register(database_url, _station("dragino-ldds45"))
    nasty = [
        b'{"Distance": 1, "name": "a\\u0000b"}',
        b'{"Distance": %s%s}' % (b"[" * 400, b"]" * 400),
        b'{"Distance": 1e999, "Bat": %s}' % (b"9" * 3_000),
        b'{"Distance": 5, "Distance": 2799,  "\xc3\xa4\\ud83d\\ude00": null}',
        b'{"Bat": "%s"}' % (b"x" * 100_000),
        b'"\\u0000"',
    ]
    messages = []
    for n, content in enumerate(nasty):
        topic, event = network.up(PAYLOAD, f_port=2, heard_s=NEW_YEAR_S + n, fCnt=n, object="HERE")
        messages.append(Message(topic, event.replace(b'"HERE"', content), NEW_YEAR))
    opened.store(messages)
    kept = rows(database_url, "SELECT convert_to(object::text, 'UTF8') FROM uplink ORDER BY event_time")
    assert [row[0] for row in kept] == nasty
    assert rows(database_url, "SELECT result FROM observation ORDER BY phenomenon_time")[-1] == (2799,)
    assert rows(database_url, "SELECT DISTINCT reason FROM ingest_error ORDER BY 1") == [
        ("object-malformed",),
        ("object-value",),
    ]


def test_what_no_database_takes_is_kept_with_the_message(database_url: str, opened: Session) -> None:
    _register(database_url, _station("dragino-ldds45"))
    topic, event = network.up(PAYLOAD, f_port=2, fCnt=99, object="HERE")
    contents = [b'{"a": "\xff"}', b'{"a": "\\ud800"}', b'{"a": %s%s}' % (b"[" * 20_000, b"]" * 20_000)]
    spoilt = [event.replace(b'"HERE"', content) for content in contents]
    opened.store([*(Message(topic, each, NEW_YEAR) for each in spoilt), *_messages(LEVEL)])
    kept = rows(database_url, "SELECT reason, payload FROM ingest_error ORDER BY id")
    reasons = ["object-malformed", "event-malformed", "event-malformed"]
    assert sorted(kept) == sorted(zip(reasons, spoilt, strict=True))
    assert count(database_url, "observation") == 2


def test_an_object_in_protobuf_is_the_same_object(database_url: str, opened: Session) -> None:
    _register(database_url, _station("dragino-ldds45"))
    event = integration.UplinkEvent(
        device_info=integration.DeviceInfo(dev_eui=DEV_EUI), data=PAYLOAD, f_port=2, dev_addr="01ab23cd"
    )
    event.time.FromSeconds(NEW_YEAR_S)
    event.object.update({"Distance": "2799 mm", "Bat": 3.387, "spoilt": float("nan")})
    opened.store([Message(network.topic(), event.SerializeToString(), NEW_YEAR)])
    assert rows(database_url, "SELECT result FROM observation ORDER BY result") == [(3.387,), (2799,)]
    assert rows(database_url, "SELECT object->>'Distance', object->>'spoilt' FROM uplink") == [("2799 mm", None)]


def test_the_same_frame_by_another_gateway_is_a_copy_although_it_was_heard_later(
    database_url: str, opened: Session
) -> None:
    """It names no time of its own that would make the two one reading."""
    _register(database_url, _station("dragino-ldds45"))
    for second in (0, 3):
        published = network.up(PAYLOAD, f_port=2, heard_s=NEW_YEAR_S + second, object=LEVEL)
        opened.store([Message(*published, NEW_YEAR)])
    assert count(database_url, "observation") == 2
    assert rows(database_url, "SELECT repeats IS NULL FROM uplink ORDER BY event_time") == [(True,), (False,)]


def test_what_was_wrong_with_the_type_is_made_good_by_trying_again(database_url: str, opened: Session) -> None:
    _register(database_url, _station("dragino-ldds45"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        definition = "UPDATE device_type SET definition = %s WHERE code = 'dragino-ldds45'"
        (known,) = (
            connection.execute("SELECT definition::text FROM device_type WHERE code = 'dragino-ldds45'").fetchone()
            or ()
        )
        message = _messages(LEVEL)[0]
        for unknown in (None, '{"format": "plietsch-device-type/9"}', known.replace('"battery":', '"never_heard_of":')):
            connection.execute(definition, [unknown])
            until(opened.registry_changed, "the change is heard of")
            opened.store([message])
            assert rows(database_url, "SELECT reason FROM ingest_error") == [("type-unknown",)]
        connection.execute(definition, [known])
    until(opened.registry_changed, "the change is heard of")
    assert opened.store([message._replace(retried=True)]).observations == 2
    assert count(database_url, "ingest_error") == 0
    assert rows(database_url, "SELECT object->>'Distance' FROM uplink") == [("2799 mm",)]


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (LEVEL, ["distance = 2799 mm", "battery = 3.387 V"]),
        ({"Distance": "No Sensor", "Bat": "?"}, ["distance = missing", "battery: it is '?', not a number."]),
        (None, ["no object: the network server decoded nothing"]),
    ],
)
def test_a_kept_message_is_explained_by_its_objects_channels(found: Any, lines: list[str]) -> None:
    published = network.up(PAYLOAD, f_port=2, object=found)
    _, shown = explain.of_message(*published, ULTRASOUND)
    assert shown == ["port 2, counter 7, 8 bytes: 0d3b0aef00000001", *lines]
