"""What a message becomes: every rule, without a database."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.network import DEV_EUI, NEW_YEAR_S, Published

from ingest import network
from plietsch.ingest import messages
from plietsch.ingest.interpret import Outcome, interpret
from plietsch.ingest.messages import Message
from plietsch.ingest.quality import Quality
from plietsch.ingest.reasons import Reason
from plietsch.ingest.registry import Deployment, Device, Registry
from plietsch_node.app import payload as node

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
MOVED_S = NEW_YEAR_S - 600.0
REGISTRY = Registry.of(
    [
        Device(
            7,
            DEV_EUI,
            (
                Deployment(NEW_YEAR_S - 86_400.0, MOVED_S, {"pm2_5": 10, "pm10": 11}),
                Deployment(MOVED_S, float("inf"), {"pm2_5": 20, "pm10": 21, "temperature": 22}),
            ),
            network.OWN,
        )
    ]
)


def _interpret(published: Published, registry: Registry = REGISTRY) -> Outcome:
    return interpret(Message(published.topic, published.payload, RECEIVED_AT), registry)


def _reason(outcome: Outcome) -> Reason | None:
    return outcome.problem.reason if outcome.problem else None


def test_an_uplink_becomes_a_frame_and_observations() -> None:
    published = network.up()
    outcome = _interpret(published)
    assert outcome.problem is None
    assert [tuple(row) for row in outcome.observations] == [
        (20, NEW_YEAR, 12.3, NEW_YEAR, Quality.GOOD),
        (21, NEW_YEAR, 26.1, NEW_YEAR, Quality.GOOD),
    ]
    uplink = outcome.uplink
    assert uplink
    assert uplink.event_id == uuid.UUID(json.loads(published.payload)["deduplicationId"])
    assert (uplink.event_time, uplink.received_at) == (NEW_YEAR, RECEIVED_AT)
    assert (uplink.device_id, uplink.f_port, uplink.f_cnt, uplink.data_rate) == (7, 1, 7, 5)
    assert (uplink.frequency_hz, uplink.spreading_factor) == (868_100_000, 7)


def test_the_time_of_the_reading_selects_the_deployment() -> None:
    data = node.encode([(NEW_YEAR_S - 601, network.VALUES), (NEW_YEAR_S - 600, network.VALUES)])
    assert [row.datastream_id for row in _interpret(network.up(data)).observations] == [10, 11, 20, 21]


def test_faults_have_no_result_and_a_flag() -> None:
    data = node.encode([(NEW_YEAR_S, {"pm2_5": None, "pm10": 2_000.0})])
    assert [(row.result, row.quality) for row in _interpret(network.up(data)).observations] == [
        (None, Quality.MISSING),
        (None, Quality.FAIL),
    ]


def test_a_wide_time_far_ahead_is_suspect_and_counted_back() -> None:
    data = node.encode([(NEW_YEAR_S + 3_600, network.VALUES), (NEW_YEAR_S + 3_601, network.VALUES)], wide=True)
    observations = _interpret(network.up(data)).observations
    assert [row.quality for row in observations] == [Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.SUSPECT]
    assert observations[-1].phenomenon_time == NEW_YEAR


def test_a_network_that_dates_an_event_years_ahead_is_not_believed() -> None:
    """A gateway without a fix may say any time. The event keeps its key, the reading takes the time of receipt."""
    data = node.encode([(NEW_YEAR_S - 5, network.VALUES)])
    outcome = _interpret(network.up(data, heard_s=NEW_YEAR_S + 600_000_000))
    assert outcome.uplink
    assert outcome.uplink.event_time == NEW_YEAR + timedelta(seconds=600_000_000)
    assert {row.phenomenon_time for row in outcome.observations} == {NEW_YEAR - timedelta(seconds=5)}
    assert {row.result_time for row in outcome.observations} == {RECEIVED_AT}


def test_a_clock_never_set_takes_the_networks_time_to_the_second() -> None:
    data = node.encode([(5, network.VALUES)], clock_set=False)
    outcome = _interpret(network.up(data, heard_s=NEW_YEAR_S + 0.75))
    assert outcome.observations[0].phenomenon_time == NEW_YEAR
    assert outcome.observations[0].result_time == NEW_YEAR.replace(microsecond=750_000)


def test_an_event_without_id_and_time_has_those_of_the_message() -> None:
    published = network.up(time=None, deduplicationId=None)
    outcome = _interpret(published)
    assert outcome.timeless
    assert outcome.uplink
    assert outcome.uplink.event_time == RECEIVED_AT
    assert outcome.uplink.event_id == messages.message_id(Message(*published, RECEIVED_AT))


def test_mac_commands_alone_are_only_a_frame() -> None:
    outcome = _interpret(network.up(b"", f_port=0))
    assert outcome.uplink
    assert (outcome.observations, outcome.problem) == ((), None)


@pytest.mark.parametrize("f_port", [0, 4, 223])
def test_a_wrong_port_keeps_the_frame(f_port: int) -> None:
    outcome = _interpret(network.up(b"\x01", f_port=f_port))
    assert _reason(outcome) is Reason.UNEXPECTED_PORT
    assert outcome.uplink
    assert outcome.uplink.payload == b"\x01"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.PAYLOAD_EMPTY),
        (bytes(223), Reason.PAYLOAD_OVERSIZED),
        (b"\x3a", Reason.PAYLOAD_VERSION),
        (bytes.fromhex("1ae402007b04"), Reason.PAYLOAD_TRUNCATED),
        (bytes.fromhex("1ae402007b0415"), Reason.PAYLOAD_PADDING),
        (bytes.fromhex("1ae40227100414"), Reason.PAYLOAD_CODE),
    ],
)
def test_an_undecodable_payload_keeps_the_frame(payload: bytes, reason: Reason) -> None:
    outcome = _interpret(network.up(payload))
    assert _reason(outcome) is reason
    assert outcome.uplink
    assert outcome.observations == ()


def test_a_channel_without_a_datastream_loses_only_itself() -> None:
    data = node.encode([(NEW_YEAR_S, {**network.VALUES, "temperature": 3.0, "humidity": 80.0, "battery": 3.7})])
    outcome = _interpret(network.up(data))
    assert [row.datastream_id for row in outcome.observations] == [20, 21, 22]
    assert outcome.problem == (
        Reason.NO_DATASTREAM,
        "The channel humidity feeds no datastream. The channel battery feeds no datastream.",
    )


def test_a_spread_without_a_datastream_is_not_missed() -> None:
    """A fine-dust node of the second version, at a station that was registered before there was one."""
    data = node.encode([(NEW_YEAR_S, {**network.VALUES, "pm2_5_spread": 0.8, "pm10_spread": 2.5})])
    outcome = _interpret(network.up(data))
    assert [row.datastream_id for row in outcome.observations] == [20, 21]
    assert outcome.problem is None


def test_a_distance_without_a_datastream_is_missed() -> None:
    outcome = _interpret(network.up(node.encode([(NEW_YEAR_S, {"distance": 1953, "distance_spread": 4})])))
    assert outcome.problem == (Reason.NO_DATASTREAM, "The channel distance feeds no datastream.")


def test_no_deployment_when_it_measured() -> None:
    data = node.encode([(NEW_YEAR_S - 90_000, network.VALUES), (NEW_YEAR_S, network.VALUES)], wide=True)
    outcome = _interpret(network.up(data))
    assert _reason(outcome) is Reason.NO_DEPLOYMENT
    assert len(outcome.observations) == 2


def test_an_unknown_device_goes_to_quarantine() -> None:
    outcome = _interpret(network.up(), Registry())
    assert outcome == Outcome(outcome.message, DEV_EUI, kind="up", quarantined=True)


def test_a_malformed_event_is_an_error_even_of_an_unknown_device() -> None:
    assert _reason(_interpret(Published(network.topic(), b"{"), Registry())) is Reason.EVENT_MALFORMED


@pytest.mark.parametrize("kind", ["up", "join", "status", "never-heard-of"])
def test_a_malformed_event_of_any_kind_is_an_error(kind: str) -> None:
    outcome = _interpret(Published(network.topic(kind=kind), b"no json"))
    assert _reason(outcome) is Reason.EVENT_MALFORMED
    assert outcome.device_id == 7


def test_a_malformed_topic_is_an_error() -> None:
    assert _reason(_interpret(Published("somewhere/else", b"{}"))) is Reason.TOPIC_MALFORMED


def test_topic_and_message_must_name_the_same_device() -> None:
    published = Published(network.topic(), network.up(dev_eui="70b3d57ed0000002").payload)
    outcome = _interpret(published)
    assert _reason(outcome) is Reason.DEVICE_MISMATCH
    assert outcome.uplink is None


def test_an_event_without_device_info_is_that_of_its_topic() -> None:
    assert _interpret(network.up(deviceInfo=None)).uplink


@pytest.mark.parametrize("kind", ["join", "status", "ack", "txack", "log", "location", "never-heard-of"])
def test_other_events_are_kept_as_they_came(kind: str) -> None:
    published = network.event(kind=kind, margin=7)
    row = _interpret(published).device_event
    assert row
    assert (row.kind, row.device_id, row.event_time, row.detail) == (kind, 7, NEW_YEAR, published.payload)


def test_events_that_share_the_id_of_their_frame_are_told_apart() -> None:
    shared = str(uuid.uuid4())
    rows = [_interpret(network.event(kind=kind, deduplicationId=shared)).device_event for kind in ("ack", "status")]
    assert len({row.event_id for row in rows if row}) == 2


@given(st.text(max_size=60) | st.just(network.topic()), st.binary(max_size=100))
def test_any_message_becomes_something(topic: str, payload: bytes) -> None:
    outcome = _interpret(Published(topic, payload))
    assert outcome.problem or outcome.uplink or outcome.device_event


@given(st.binary(max_size=240), st.integers(0, 255))
def test_any_frame_is_kept(data: bytes, f_port: int) -> None:
    outcome = _interpret(network.up(data, f_port=f_port))
    assert outcome.uplink
    assert outcome.uplink.payload == data
    assert outcome.observations or outcome.problem or (f_port == 0 and not data)
