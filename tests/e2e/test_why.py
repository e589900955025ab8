"""Where is my sensor? Faults as they come in reality: events of the network server, frames of the node's own encoder,
through ingest's interpretation, its writer and the judge into a database; and what `plietsch device why` makes of each.

All devices live in one region at once, so that the faults are told apart beside each other.
"""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from ingest import network
from plietsch.dashboards import quantities
from plietsch.ingest import commands as ingest_commands
from plietsch.ingest import session
from plietsch.ingest.judge.process import Judge
from plietsch.ingest.messages import Message
from plietsch.ingest.reasons import Reason
from plietsch.ingest.stopping import Stop
from plietsch.platform import database, errors
from plietsch.platform.commands import device
from plietsch.platform.local.postgres import EmbeddedPostgres
from plietsch.platform.why import decoding, gathering, judging, place
from plietsch.platform.why.links import Chain, State
from support import device_faults
from support.device_faults import DEVICES, FAULTS
from support.published import AT, INTERVAL_S, Fault


@pytest.fixture(scope="module")
def faulty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which all of it happened, and was judged."""
    name = f"why_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
    url = postgres.url(name)
    device_faults.register(url)
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
        ("wrong-height", "the gauge's mean level of 500 cm", "--correct --gauge-zero-distance-m"),
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
