"""The judgement of each link, from facts: what a day of injected faults (tests/e2e/test_why.py) does not tell apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plietsch.platform.deployments import Deployment, Mounting
from plietsch.platform.why import decoding, judging
from plietsch.platform.why.facts import (
    Facts,
    Flagged,
    Health,
    Log,
    Place,
    Radio,
    Refusal,
    Registered,
    Series,
    Waiting,
)
from plietsch.platform.why.links import State, span

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLACE = Place("harbour", "test", (8.2, 54.3, 10.1, 55.1), "CC0-1.0", 9.4, 54.8, 100, 500.0)
DEPLOYMENT = Deployment(1, 1, 1, "harbour", "installed", AT - 60 * HOUR, None, Mounting(gauge_zero_distance_m=8.25))
DISTANCE = Series(
    "distance", "distance", "raw", "A02YYUW", "mm", True, AT - MINUTE, 3250, AT - MINUTE, 288, median=3250, lag_s=5
)
LEVEL = replace(DISTANCE, channel="water_level@gauge-zero/1", property="water_level", method="gauge-zero/1", median=500)
WELL = Facts(
    AT,
    "70b3d57ed0000001",
    Registered(1, "70b3d57ed0000001", "plietsch-water-level", "plietsch", 300, AT - 60 * HOUR),
    health=Health(AT - MINUTE, AT - 50 * HOUR),
    radio=Radio(288, expected=290, distinct=288, margin_db=12, gateways=2, rssi_dbm=-90, spreading_factor=7),
    decoded_at=AT - MINUTE,
    decoded_received_at=AT - MINUTE,
    series=(DISTANCE, LEVEL),
    deployments=(DEPLOYMENT,),
    place=PLACE,
)


def found(**otherwise: Any) -> list[str]:
    """The codes of what is found where facts are otherwise than of a device with which all is well."""
    return [finding.code for _, finding in judging.judge(replace(WELL, **otherwise)).findings]


def heard(**otherwise: Any) -> Health:
    return replace(WELL.health, **otherwise)


def log(code: str, at: datetime) -> Log:
    return Log(code, "ERROR", "…", 1, at, at)


def refusal(reason: str, at: datetime) -> Refusal:
    return Refusal(reason, "…", 1, at, at)


def test_all_is_well() -> None:
    chain = judging.judge(WELL)
    assert [link.state for link in chain.links] == [State.OK] * 8
    assert chain.document()["answer"] is None


@pytest.mark.parametrize(
    ("otherwise", "codes"),
    [
        # What the network refused before the device was heard again is over.
        ({"logs": (log("UPLINK_MIC", AT - HOUR), log("OTAA", AT - HOUR))}, []),
        ({"logs": (log("UPLINK_MIC", AT - MINUTE / 2),)}, ["wrong-key"]),
        ({"logs": (log("UPLINK_F_CNT_RETRANSMISSION", AT - HOUR),)}, []),
        ({"health": heard(joins=4)}, []),
        ({"health": heard(joins=5)}, ["rejoins"]),
        # Three of its intervals, and a quarter of an hour at least.
        ({"health": heard(heard_at=AT - 14 * MINUTE)}, []),
        ({"health": heard(heard_at=AT - 16 * MINUTE)}, ["silent"]),
        ({"health": heard(heard_at=AT - HOUR), "radio": replace(WELL.radio, gateways_live=False)}, ["gateway-silent"]),
        ({"health": heard(heard_at=AT - HOUR, battery_percent=10)}, ["battery-empty"]),
        ({"health": heard(heard_at=AT - HOUR, battery_percent=10, external_power=True)}, ["silent"]),
        ({"health": heard(battery_percent=10)}, ["battery-low"]),
        ({"health": heard(battery_percent=11)}, []),
        # A second gateway, or ADR's margin, and it is no cellar.
        ({"radio": replace(WELL.radio, margin_db=2.9, gateways=1)}, ["weak-signal"]),
        ({"radio": replace(WELL.radio, margin_db=2.9, gateways=2)}, []),
        ({"radio": replace(WELL.radio, margin_db=3.0, gateways=1)}, []),
        ({"radio": replace(WELL.radio, margin_db=None, rssi_dbm=None, gateways=0)}, []),
        ({"radio": replace(WELL.radio, expected=9, distinct=3)}, []),
        ({"radio": replace(WELL.radio, expected=10, distinct=7)}, ["frames-lost"]),
        ({"radio": replace(WELL.radio, copies=2)}, []),
        # A maker's device sends frames of other kinds between its readings.
        ({"refusals": (refusal("object-empty", AT - MINUTE / 2),)}, []),
        ({"refusals": (refusal("object-empty", AT - MINUTE),), "decoded_at": AT - 10 * MINUTE,
          "decoded_received_at": AT - 10 * MINUTE}, ["object-empty"]),
        ({"refusals": (refusal("object-empty", AT - 2 * HOUR),)}, []),
        ({"refusals": (refusal("no-datastream", AT - MINUTE),)}, ["no-datastream"]),
        ({"refusals": (refusal("no-datastream", AT - HOUR),)}, []),
        ({"decoded_at": None, "decoded_received_at": None, "series": ()}, ["no-readings"]),
        ({"refusals": (refusal("clock-wrong", AT - MINUTE),)}, ["clock-wrong"]),
        ({"health": heard(clock="unset")}, []),
        ({"series": (replace(DISTANCE, lag_s=-61.0),)}, ["clock-drift"]),
        ({"series": (replace(DISTANCE, lag_s=601.0),)}, ["clock-drift"]),
        ({"series": (replace(DISTANCE, lag_s=601.0, values=2),)}, []),
        ({"health": heard(node_status={"dropped": 7}, dropped_before=7)}, []),
        ({"health": heard(node_status={"dropped": 7})}, ["readings-dropped"]),
        # A line is flat or it is not; of spikes some are to be expected.
        ({"series": (replace(DISTANCE, tests={"flat_line": Flagged(40, AT - HOUR, False)}),)}, []),
        ({"series": (replace(DISTANCE, tests={"flat_line": Flagged(40, AT - HOUR, True)}),)}, ["stuck"]),
        ({"series": (replace(DISTANCE, tests={"spike": Flagged(28, AT - HOUR, True)}),)}, []),
        ({"series": (replace(DISTANCE, tests={"spike": Flagged(29, AT - HOUR, False)}),)}, ["spikes"]),
        ({"series": (replace(DISTANCE, tests={"multi_variate": Flagged(99, AT - HOUR, True)}),)}, []),
        ({"series": (replace(DISTANCE, tests={"neighbour": Flagged(99, AT - HOUR, True)}),)}, ["unlike-neighbours"]),
        ({"series": (replace(DISTANCE, failed=30),)}, ["out-of-range"]),
        ({"series": (replace(DISTANCE, missing=2, missing_run=2, missing_since=AT - HOUR),)}, []),
        ({"series": (replace(DISTANCE, missing=3, missing_run=3, missing_since=AT - HOUR),)}, ["instrument-dead"]),
        ({"series": (replace(DISTANCE, missing=58),)}, ["instrument-flaky"]),
        # A storm surge is none of a mounting.
        ({"series": (DISTANCE, replace(LEVEL, median=730))}, []),
        ({"series": (DISTANCE, replace(LEVEL, median=851))}, ["wrong-geometry"]),
        ({"series": (DISTANCE, replace(LEVEL, median=851, values=2))}, []),
        # Nor is days of offshore wind.
        ({"series": (DISTANCE, replace(LEVEL, median=310))}, []),
        ({"series": (DISTANCE, replace(LEVEL, median=255))}, ["wrong-geometry"]),
        ({"series": (DISTANCE, replace(LEVEL, tests={"gross_range": Flagged(144, AT - HOUR, True)}))},
         ["wrong-geometry"]),
        ({"deployments": (replace(DEPLOYMENT, mounting=Mounting()),), "series": (DISTANCE,)}, ["geometry-missing"]),
        ({"deployments": (replace(DEPLOYMENT, until=AT - HOUR),)}, ["removed"]),
        ({"deployments": (), "place": None}, ["not-deployed"]),
        ({"place": replace(PLACE, longitude=None, latitude=None)}, ["no-place"]),
        ({"place": replace(PLACE, longitude=12.0)}, ["outside"]),
        ({"place": replace(PLACE, licence="")}, ["no-licence"]),
        ({"series": (replace(DISTANCE, newest_at=AT - 74 * MINUTE, sure_at=AT - 74 * MINUTE),)}, []),
        ({"series": (replace(DISTANCE, newest_at=AT - 76 * MINUTE, sure_at=AT - 76 * MINUTE),)}, ["too-old"]),
        ({"series": (replace(DISTANCE, sure_at=None),)}, ["nothing-sure"]),
        ({"device": replace(WELL.device or Registered(0, "", "", None, 1, AT), decoder=None)}, ["type-unknown"]),
    ],
)  # fmt: skip
def test_what_tells_a_fault_from_an_ordinary_day(otherwise: dict[str, Any], codes: list[str]) -> None:
    assert found(**otherwise) == codes


def test_what_is_late_comes_by_the_way_that_it_came() -> None:
    """Of a recording nobody is silent, and no frame is due; of a node that is silent none is, either."""
    ago = AT - 642 * 24 * HOUR
    late = {"health": heard(heard_at=ago), "series": (replace(DISTANCE, newest_at=ago, sure_at=ago),)}
    recorded = judging.judge(replace(WELL, **late, radio=Radio(5_000, gateways=0.0)))
    assert [(finding.code, "plietsch ingest import" in finding.do) for _, finding in recorded.findings] == [
        ("too-old", True)
    ]
    silent = judging.judge(replace(WELL, **late))
    assert [(finding.code, "due" in finding.do) for _, finding in silent.findings] == [
        ("silent", False), ("too-old", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("length", "words"),
    [(0, "less than a minute"), (60, "1 minute"), (7_140, "119 minutes"), (7_200, "2 hours"), (172_800, "2 days")],
)
def test_a_length_of_time_is_said_as_one_says_it(length: int, words: str) -> None:
    assert span(timedelta(seconds=length)) == words


times = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 with a zone
maybe = st.none() | times
flags = st.builds(Flagged, st.integers(0, 300), times, st.booleans())
series = st.builds(
    Series, st.just("distance"), st.sampled_from(["distance", "water_level", "rain_tips"]),
    st.sampled_from(["raw", "gauge-zero/1"]), st.sampled_from(["A02YYUW", "node"]), st.just("mm"), st.booleans(), maybe,
    st.none() | st.floats(), maybe, st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300),
    maybe, st.none() | st.floats(), st.none() | st.floats(-1e9, 1e9),
    st.dictionaries(st.sampled_from(["spike", "flat_line", "gross_range", "neighbour", "telepathy"]), flags),
)  # fmt: skip
everything = st.builds(
    Facts, times, st.none() | st.just("70b3d57ed0000001"),
    st.none() | st.builds(Registered, since=times, interval_s=st.integers(1, 86_400)),
    st.none() | st.builds(Waiting, first_at=times, last_at=times),
    st.builds(Health, maybe, maybe, st.integers(0, 9), st.sampled_from([None, "reset", "unset", "telepathy"]), maybe,
              node_status=st.none() | st.fixed_dictionaries({}, optional={"dropped": st.none() | st.integers(0, 9)})),
    st.lists(st.builds(Log, st.sampled_from(["UPLINK_MIC", "OTAA", "UPLINK_CODEC", "UPLINK_F_CNT_RESET", "EXPIRED"]),
                       first_at=times, last_at=times), max_size=3),
    st.builds(Radio, margin_db=st.none() | st.floats(-30, 30), gateways=st.none() | st.floats(0, 9)),
    st.lists(st.builds(Refusal, st.sampled_from([*sorted(decoding.REASONS), "of a newer version"]), st.just("…"),
                       first_at=times, last_at=times), max_size=3),
    maybe, maybe, st.lists(series, max_size=3),
    st.lists(st.builds(Deployment, phase=st.sampled_from(["bench", "installed", "removed"]), since=times, until=maybe),
             max_size=2),
    st.none() | st.just(PLACE),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(everything)
def test_any_facts_give_eight_links_and_a_document(facts: Facts) -> None:
    chain = judging.judge(facts)
    document = msgspec.json.decode(msgspec.json.encode(chain.document()))
    assert [link["link"] for link in document["links"]] == [
        "provisioned", "joined", "heard", "decoded", "plausible", "installed", "public", "shown",
    ]  # fmt: skip
    for link in document["links"]:
        assert (link["state"] == "wrong") == bool(link["findings"])
        assert link["seen"]
        assert all(each["seen"] and each["do"] for each in link["findings"])
    assert bool(document["answer"]) == any(link["findings"] for link in document["links"])
