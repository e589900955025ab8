"""The counted places to look, as an operator sees them."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from ingest import network
from plietsch.ingest import commands, session
from plietsch.ingest.messages import Message
from plietsch.platform import errors, settings

UNKNOWN = "70b3d57ed00000ff"


def _run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(commands.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _store(database_url: str, *published: network.Published) -> None:
    with session.opened(database_url) as opened:
        opened.store([Message(*each, datetime(2026, 1, 1, 12, n, tzinfo=UTC)) for n, each in enumerate(published)])


def test_errors_are_counted_by_reason_and_the_newest_shown(database_url: str) -> None:
    network.register(database_url)
    cut_off = network.up(bytes.fromhex("1ae402007b04"))
    _store(database_url, cut_off, cut_off, network.up(b"\xff"), network.up(b"", f_port=9))
    shown = _run("errors", "--database-url", database_url)
    (counted,) = [line for line in shown.splitlines() if "payload-truncated" in line and "cut off" in line]
    assert [cell.strip() for cell in counted.split("│")[2:4]] == ["1", "2"]
    assert "Port 9 has no decoder" in shown
    assert shown.index("Port 9 has no decoder") < shown.index("The payload has version 15")
    assert network.DEV_EUI in shown


def test_errors_of_one_reason(database_url: str) -> None:
    network.register(database_url)
    _store(database_url, network.up(b"\xff"), network.up(b"", f_port=9))
    shown = _run("errors", "--reason", "payload-version", "--database-url", database_url)
    assert "The payload has version 15" in shown
    assert "Port 9 has no decoder" not in shown


def test_unknown_devices_are_counted(database_url: str) -> None:
    _store(database_url, network.up(dev_eui=UNKNOWN), network.up(dev_eui=UNKNOWN), network.event(kind="join"))
    shown = _run("quarantine", "--database-url", database_url)
    assert UNKNOWN in shown
    assert "messages: 3, devices: 2" in shown


def test_nothing_to_show_is_said(database_url: str) -> None:
    assert "No message was refused." in _run("errors", "--database-url", database_url)
    assert "No message waits in quarantine." in _run("quarantine", "--database-url", database_url)


@pytest.mark.parametrize("command", ["errors", "quarantine"])
def test_a_database_that_is_not_there_is_explained(command: str) -> None:
    nowhere = settings.read(database_url="postgresql://plietsch@127.0.0.1:1/plietsch").database_url
    with pytest.raises(errors.DatabaseUnreachable, match="cannot be asked"):
        CliRunner().invoke(commands.app, [command, "--database-url", nowhere], catch_exceptions=False)


def test_a_database_without_tables_is_explained(empty_database_url: str) -> None:
    with pytest.raises(errors.DatabaseUnreachable) as caught:
        CliRunner().invoke(commands.app, ["errors", "--database-url", empty_database_url], catch_exceptions=False)
    assert "plietsch db migrate" in caught.value.hint
