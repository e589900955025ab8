"""The counted places to look, as an operator sees them: listed, explained, tried again, let go."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from ingest.network import NEW_YEAR_S, Published, count, rows
from typer.testing import CliRunner

from ingest import network
from plietsch.ingest import commands, session
from plietsch.ingest.messages import Message
from plietsch.ingest.reasons import Reason
from plietsch.platform import errors, settings
from support import databases, processes

UNKNOWN = "70b3d57ed00000ff"
CUT_OFF = bytes.fromhex("1ae402007b04")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that logs sets the log up for its process, which is this one; and the runner takes its stream away."""
    yield
    structlog.reset_defaults()


def _invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(commands.app, arguments, catch_exceptions=False)
    return result.exit_code, result.output


def _run(*arguments: str) -> str:
    exit_code, output = _invoke(*arguments)
    assert exit_code == 0, output
    return output


def _json(*arguments: str) -> Any:
    return json.loads(_run(*arguments, "--json"))


def _store(database_url: str, *published: Published) -> None:
    with session.opened(database_url) as opened:
        opened.store([Message(*each, datetime(2026, 1, 1, 12, n, tzinfo=UTC)) for n, each in enumerate(published)])


def _ids(database_url: str, reason: str) -> list[str]:
    return [str(row[0]) for row in rows(database_url, "SELECT id FROM ingest_error WHERE reason = %s", reason)]


class TestErrors:
    def test_they_are_counted_by_reason_and_the_newest_shown(self, database_url: str) -> None:
        network.register(database_url)
        cut_off = network.up(CUT_OFF)
        _store(database_url, cut_off, cut_off, network.up(b"\xff"), network.up(b"", f_port=9))
        shown = _run("errors", "--database-url", database_url)
        (counted,) = [line for line in shown.splitlines() if "payload-truncated" in line and "cut off" in line]
        assert [cell.strip() for cell in counted.split("│")[2:4]] == ["1", "2"]
        assert "Port 9 has no decoder" in shown
        assert shown.index("Port 9 has no decoder") < shown.index("The payload has version 15")
        assert network.DEV_EUI in shown

    def test_they_can_be_chosen(self, database_url: str) -> None:
        network.register(database_url)
        _store(database_url, network.up(b"\xff"), network.up(b"", f_port=9), Published(network.topic(UNKNOWN), b"?"))
        base = ("errors", "--database-url", database_url)
        shown = _run(*base, "--reason", "payload-version")
        assert "The payload has version 15" in shown
        assert "Port 9 has no decoder" not in shown
        of_unknown = _json(*base, "--device", "70-B3-D5-7E-D0-00-00-FF")
        assert [row["reason"] for row in of_unknown["newest"]] == ["event-malformed"]
        (station,) = rows(database_url, "SELECT code FROM station")[0]
        of_station = _json(*base, "--device", station)
        assert {row["dev_eui"] for row in of_station["newest"]} == {network.DEV_EUI}
        with pytest.raises(errors.DeviceUnknown, match="no device nowhere"):
            _invoke(*base, "--device", "nowhere")
        assert len(_json(*base, "--since", "2026-01-01T12:01Z")["newest"]) == 2
        assert len(_json(*base, "--limit", "1")["newest"]) == 1
        assert "No message was refused." in _run(*base, "--since", "1s")

    def test_machines_get_one_document(self, database_url: str) -> None:
        network.register(database_url)
        _store(database_url, network.up(CUT_OFF))
        found = _json("errors", "--database-url", database_url)
        assert found["reasons"] == [
            {
                "reason": "payload-truncated",
                "messages": 1,
                "occurrences": 1,
                "last_at": "2026-01-01T12:00:00Z",
                "meaning": Reason.PAYLOAD_TRUNCATED.meaning,
            }
        ]
        assert found["newest"][0]["dev_eui"] == network.DEV_EUI

    def test_one_is_explained_down_to_the_bits(self, database_url: str) -> None:
        network.register(database_url)
        _store(database_url, network.up(CUT_OFF))
        (error_id,) = _ids(database_url, "payload-truncated")
        shown = _run("errors", "show", error_id, "--database-url", database_url)
        assert Reason.PAYLOAD_TRUNCATED.meaning in shown
        assert Reason.PAYLOAD_TRUNCATED.remedy in shown
        assert '"deviceName": "a node"' in shown
        assert "A station" in shown
        assert "12.3 µg/m³" in shown
        assert "cut off: 14 bits are expected" in shown
        found = _json("errors", "show", error_id, "--database-url", database_url)
        assert json.loads(found["payload"])["fPort"] == 1

    def test_what_is_no_text_is_shown_as_bytes_and_steers_no_terminal(self, database_url: str) -> None:
        _store(database_url, Published("else[/]where\x1b[2J", b"\x00\x1b[2J\xff"))
        (error_id,) = _ids(database_url, "topic-malformed")
        shown = _run("errors", "show", error_id, "--database-url", database_url)
        assert "00 1b 5b 32 4a ff" in shown
        assert "else[/]where\\x1b[2J" in shown
        assert "\x1b" not in shown + _run("errors", "--database-url", database_url)

    def test_a_long_one_is_shown_as_far_as_somebody_reads(self, database_url: str) -> None:
        _store(database_url, Published("elsewhere", b"\xff" * 100_000))
        (error_id,) = _ids(database_url, "topic-malformed")
        base = ("errors", "show", error_id, "--database-url", database_url)
        shown = _run(*base)
        assert len(shown) < 10_000
        assert "characters more: --all shows everything" in shown
        assert "00018690  " in _run(*base, "--all")

    def test_what_can_be_stored_by_now_is_mended(self, database_url: str) -> None:
        registered = network.register(database_url, channels=("pm2_5",))
        published = [network.up(heard_s=NEW_YEAR_S + 300 * n, fCnt=n) for n in range(5)]
        _store(database_url, *published, network.up(b"\xff", fCnt=9))
        assert (count(database_url, "observation"), count(database_url, "ingest_error")) == (5, 6)
        with psycopg.connect(database_url) as connection:
            station_id = network.rows(database_url, "SELECT id FROM station")[0][0]
            datastream_id = network._datastream(connection, station_id, "pm10")
            connection.execute(
                "INSERT INTO deployment_channel SELECT id, 'pm10', %s FROM deployment WHERE device_id = %s",
                (datastream_id, registered.device_id),
            )
        retried = _json("errors", "retry", "--all", "--database-url", database_url)
        assert retried == {"mended": 5, "refused": 1, "unknown": 0, "observations": 5, "gone": []}
        assert (count(database_url, "observation"), count(database_url, "uplink")) == (10, 6)
        assert rows(database_url, "SELECT reason, occurrences FROM ingest_error") == [("payload-version", 1)]
        again = _run("errors", "retry", "--reason", "payload-version", "--database-url", database_url)
        assert "Mended: 0," in again
        assert "Remaining: 1;" in again

    def test_trying_again_does_not_change_when_it_last_came(self, database_url: str) -> None:
        network.register(database_url)
        refused = network.up(b"\xff")
        _store(database_url, refused, network.up(), refused)
        _run("errors", "retry", "--all", "--database-url", database_url)
        query = "SELECT first_at, last_at, occurrences FROM ingest_error"
        first, last = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, 2, tzinfo=UTC)
        assert rows(database_url, query) == [(first, last, 2)]

    def test_a_topic_that_was_no_text_stays_one_error(self, database_url: str) -> None:
        _store(database_url, Published("a\0b", b"?"))
        retried = _json("errors", "retry", "--all", "--database-url", database_url)
        assert (retried["refused"], count(database_url, "ingest_error")) == (1, 1)

    def test_what_is_discarded_is_asked_for_and_gone(self, database_url: str) -> None:
        network.register(database_url)
        _store(database_url, network.up(b"\xff", fCnt=1), network.up(CUT_OFF, fCnt=2))
        base = ("errors", "discard", "--reason", "payload-version", "--database-url", database_url)
        exit_code, asked = _invoke(*base)
        assert exit_code == 2
        assert "--yes" in asked
        assert count(database_url, "ingest_error") == 2
        assert "Discarded: 1." in _run(*base, "--yes")
        assert rows(database_url, "SELECT reason FROM ingest_error") == [("payload-truncated",)]
        assert count(database_url, "uplink") == 2

    def test_many_are_taken_up_in_pages(self, database_url: str) -> None:
        network.register(database_url)
        query = (
            "INSERT INTO ingest_error (message_id, topic, payload, reason, detail)"
            " SELECT gen_random_uuid(), 'x', '', 'topic-malformed', '' FROM generate_series(1, 2500)"
        )
        with psycopg.connect(database_url) as connection:
            connection.execute(query)
        assert "Discarded: 2500." in _run("errors", "discard", "--all", "--yes", "--database-url", database_url)
        assert count(database_url, "ingest_error") == 0

    @pytest.mark.parametrize("verb", ["retry", "discard"])
    def test_nothing_is_meant_by_accident(self, database_url: str, verb: str) -> None:
        exit_code, said = _invoke("errors", verb, "--database-url", database_url)
        assert exit_code == 2
        assert "--all" in said

    def test_trying_again_may_be_repeated_and_passes_over_what_is_gone(self, database_url: str) -> None:
        _store(database_url, Published("elsewhere", b"?"))
        (error_id,) = _ids(database_url, "topic-malformed")
        base = ("errors", "retry", "999", error_id, "42", "--database-url", database_url)
        said = _run(*base)
        assert "Not there, or no longer: 42, 999." in said
        assert "Remaining: 1;" in said
        _run("errors", "discard", "--all", "--yes", "--database-url", database_url)
        again = _json(*base)
        assert (again["refused"], again["gone"]) == (0, sorted([42, int(error_id), 999]))

    @pytest.mark.parametrize("verb", ["show", "discard"])
    def test_one_that_is_not_there_is_said(self, database_url: str, verb: str) -> None:
        with pytest.raises(errors.PlietschError, match="no error 42"):
            _invoke("errors", verb, "42", "--database-url", database_url)

    def test_nothing_is_done_when_one_of_several_is_not_there(self, database_url: str) -> None:
        _store(database_url, Published("elsewhere", b"?"))
        (error_id,) = _ids(database_url, "topic-malformed")
        with pytest.raises(errors.PlietschError, match="no error 42"):
            _invoke("errors", "discard", error_id, "42", "--yes", "--database-url", database_url)
        assert count(database_url, "ingest_error") == 1

    def test_options_before_a_sub_command_are_not_passed_over(self, database_url: str) -> None:
        exit_code, said = _invoke("errors", "--reason", "payload-version", "discard", "--all", "--yes")
        assert exit_code == 2
        assert "behind discard" in said


class TestQuarantine:
    def test_unknown_devices_are_counted(self, database_url: str) -> None:
        _store(database_url, network.up(dev_eui=UNKNOWN), network.up(dev_eui=UNKNOWN), network.event(kind="join"))
        shown = _run("quarantine", "--database-url", database_url)
        assert UNKNOWN in shown
        assert "messages: 3, devices: 2" in shown
        found = _json("quarantine", "--device", UNKNOWN, "--database-url", database_url)
        assert (found["messages"], found["devices"], found["senders"][0]["occurrences"]) == (2, 1, 2)

    def test_a_device_is_shown_with_what_to_do(self, database_url: str) -> None:
        _store(database_url, network.up(dev_eui=UNKNOWN), network.event(UNKNOWN, "join"))
        base = ("quarantine", "show", UNKNOWN, "--database-url", database_url)
        shown = _run(*base, "--limit", "2")
        assert "a node" in shown
        assert "plietsch device import" in shown
        assert "12.3 µg/m³" in shown
        assert [kind["kind"] for kind in _json(*base)["kinds"]] == ["join", "up"]
        network.register(database_url, UNKNOWN)
        assert f"plietsch ingest quarantine retry {UNKNOWN}" in _run(*base)

    def test_a_strangers_object_is_shown_and_its_bytes_are_not_taken_for_our_own(self, database_url: str) -> None:
        stranger = network.up(b"\x0c\x19", UNKNOWN, f_port=2, object={"Distance": "2799 mm", "Bat": [3.3, {}]})
        _store(database_url, stranger)
        shown = _run("quarantine", "show", UNKNOWN, "--database-url", database_url)
        frame = shown[shown.index("frame") :]
        assert [line.strip() for line in frame.splitlines()[2:]] == [
            "object:", 'Distance = "2799 mm"', "Bat.0 = 3.3", "Bat.1 = {}",
        ]  # fmt: skip
        assert f"`plietsch device install {UNKNOWN} --type TYPE --at STATION`" in shown

    def test_what_waited_is_stored_once_the_device_is_registered(self, database_url: str) -> None:
        _store(database_url, network.up(dev_eui=UNKNOWN), network.up(b"\xff", UNKNOWN), network.event(kind="join"))
        assert "not registered and deployed: 3, of devices: 2" in _run(
            "quarantine", "retry", "--database-url", database_url
        )
        network.register(database_url, UNKNOWN)
        found = _json("quarantine", "retry", UNKNOWN, "--database-url", database_url)
        assert found == {
            "mended": 1, "refused": 1, "unknown": 0, "observations": 2, "remaining": 0, "devices": 0,
        }  # fmt: skip
        tables = ("quarantine", "ingest_error", "uplink", "observation")
        assert [count(database_url, table) for table in tables] == [1, 1, 2, 2]

    def test_what_is_discarded_is_asked_for_and_gone(self, database_url: str) -> None:
        _store(database_url, network.up(dev_eui=UNKNOWN), network.event(kind="join"))
        base = ("quarantine", "discard", UNKNOWN, "--database-url", database_url)
        assert _invoke(*base)[0] == 2
        assert "Discarded: 1." in _run(*base, "--yes")
        assert rows(database_url, "SELECT dev_eui FROM quarantine") == [(network.DEV_EUI,)]

    @pytest.mark.parametrize("verb", ["show", "retry", "discard"])
    def test_one_that_is_not_there_is_said(self, database_url: str, verb: str) -> None:
        with pytest.raises(errors.PlietschError, match="waits in quarantine"):
            _invoke("quarantine", verb, UNKNOWN, "--database-url", database_url)


def test_nothing_to_show_is_said(database_url: str) -> None:
    assert "No message was refused." in _run("errors", "--database-url", database_url)
    assert "No message waits in quarantine." in _run("quarantine", "--database-url", database_url)


def test_the_worker_s_own_user_may_do_all_of_it(database_url: str) -> None:
    network.register(database_url)
    _store(database_url, network.up(b"\xff"), network.up(dev_eui=UNKNOWN))
    (error_id,) = _ids(database_url, "payload-version")
    with databases.member(database_url, "plietsch_ingest") as limited:
        for arguments in (
            ("errors",),
            ("errors", "--device", rows(database_url, "SELECT code FROM station")[0][0]),
            ("errors", "show", error_id),
            ("errors", "retry", "--all"),
            ("errors", "discard", "--all", "--yes"),
            ("quarantine",),
            ("quarantine", "show", UNKNOWN),
            ("quarantine", "retry"),
            ("quarantine", "discard", UNKNOWN, "--yes"),
            ("gaps", "--all"),
        ):
            _run(*arguments, "--database-url", limited)


def test_a_user_without_rights_is_explained(database_url: str) -> None:
    with (
        databases.member(database_url, "plietsch_site") as limited,
        pytest.raises(errors.DatabaseError, match="ingest_error") as caught,
    ):
        _run("errors", "--database-url", limited)
    assert "plietsch_ingest" in caught.value.hint


@pytest.mark.parametrize("command", ["errors", "quarantine", "errors retry --all", "gaps --all"])
def test_a_database_that_is_not_there_is_explained(command: str) -> None:
    nowhere = settings.read(database_url="postgresql://plietsch@127.0.0.1:1/plietsch").database_url
    with pytest.raises(errors.DatabaseUnreachable, match="cannot be asked"):
        _invoke(*command.split(), "--database-url", nowhere)


def test_a_database_without_tables_is_explained(empty_database_url: str) -> None:
    with pytest.raises(errors.DatabaseUnreachable) as caught:
        _invoke("errors", "--database-url", empty_database_url)
    assert "plietsch db migrate" in caught.value.hint


@pytest.mark.parametrize(("option", "value"), [
    ("errors --since", "soon"), ("quarantine --device", "70b3"), ("errors --reason", "no-reason"),
])  # fmt: skip
def test_a_value_that_cannot_be_meant_is_said(option: str, value: str) -> None:
    exit_code, said = _invoke(*option.split(), value)
    assert exit_code == 2
    assert value in said


def _verbs() -> list[str]:
    named = [command.name or "" for command in commands.app.registered_commands]
    for group in commands.app.registered_groups:
        assert group.typer_instance
        below = [command.callback.__name__ for command in group.typer_instance.registered_commands if command.callback]
        named += [str(group.name), *(f"{group.name} {name}" for name in below)]
    return named


VERBS = _verbs()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    shown = " ".join(_run(*verb.split(), "--help").split())
    assert f"plietsch ingest {verb}" in shown.split("Example")[1]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_manual(verb: str) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")
    assert f"plietsch ingest {verb}" in manual


def test_in_a_pipe_there_are_no_colours_and_a_discard_is_logged(database_url: str) -> None:
    _store(database_url, network.up(dev_eui=UNKNOWN))
    given = {"database_url": database_url, "log_format": "json"}
    shown = processes.run("ingest", "quarantine", settings=given)
    assert UNKNOWN in shown.stdout
    assert "\x1b" not in shown.stdout
    gone = processes.run("ingest", "quarantine", "discard", UNKNOWN, "--yes", settings=given)
    (line,) = [json.loads(line) for line in gone.stderr.splitlines()]
    assert (line["event"], line["what"], line["device"], line["messages"]) == ("discarded", "quarantine", UNKNOWN, 1)
