"""The command line's root: help, version, expected errors as plain sentences."""

from importlib.metadata import entry_points

import pytest
import typer
from typer.testing import CliRunner, Result

from plietsch.platform import __main__, cli, errors
from support import databases, processes


def run_here(verb: str, *arguments: str) -> Result:
    """Run a verb in this process, as most of a command's time is Python's start; errors stay as they were raised."""
    name, *rest = verb.split()
    (entry,) = entry_points(group=cli.GROUP, name=name)
    app: typer.Typer = entry.load()
    return CliRunner().invoke(app, [*rest, *arguments], prog_name=name)


def test_help_names_every_verb():
    shown = processes.run("--help")
    assert shown.returncode == 0
    for verb in ("db", "device", "device-type", "ingest", "serve", "simulate", "token", "up"):
        assert f" {verb} " in shown.stdout


@pytest.mark.parametrize(
    "verb",
    [
        "db migrate",
        "db retention",
        "device import",
        "device install",
        "device limits",
        "device list",
        "device move",
        "device register",
        "device remove",
        "device show",
        "device why",
        "ingest run",
        "serve",
        "simulate",
        "token create",
        "token list",
        "token revoke",
        "up",
    ],
)
def test_every_verb_has_help_with_an_example(verb: str):
    shown = run_here(verb, "--help")
    assert shown.exit_code == 0
    assert f"plietsch {verb}" in " ".join(shown.stdout.split())


def test_the_version_is_shown():
    assert processes.run("--version").stdout.startswith("plietsch ")


def test_an_expected_error_is_two_plain_sentences():
    refused = processes.run("db", "migrate", "--database-url", "postgresql://x@127.0.0.1:1/x")
    assert refused.returncode == 1
    assert "DatabaseUnreachable" in refused.stderr
    assert "PLIETSCH_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_wrong_setting_is_named_by_every_command():
    refused = processes.run("db", "migrate", settings={"http_port": "eighty"})
    assert refused.returncode == 1
    assert "http_port" in refused.stderr


@pytest.mark.parametrize(
    "verb", ["db migrate", "device list", "ingest run", "ingest errors", "ingest drain x", "serve"]
)
def test_a_database_address_that_cannot_be_read_is_said_at_once_and_not_quoted(
    verb: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PLIETSCH_DATABASE_URL", "postgresql://u:SE CRET@db/x")
    refused = run_here(verb)
    assert isinstance(refused.exception, errors.PlietschError)
    said = f"{refused.exception.message} {refused.exception.hint}"
    assert "database_url" in said
    assert "CRET" not in said + refused.output


def test_a_wrong_duration_is_said_before_anything_starts(tmp_path):
    refused = processes.run("up", "--history", "3x", "--data-dir", str(tmp_path / "data"))
    assert refused.returncode == 2
    assert "3x" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_region_file_that_is_not_there_is_said():
    refused = processes.run("device", "import", "nowhere.json")
    assert refused.returncode == 1
    assert "nowhere.json" in refused.stderr


def test_importing_and_listing(database_url: str, tmp_path):
    region = tmp_path / "region.json"
    assert processes.run("simulate", "--region", str(region), "--stations", "2").returncode == 0
    settings = {"database_url": database_url}
    imported = processes.run("device", "import", str(region), settings=settings)
    assert "2 stations registered" in imported.stdout
    listed = processes.run("device", "list", settings=settings)
    assert listed.stdout.count("installed") == 2
    assert "never" in listed.stdout


def test_a_user_who_may_not_is_told_to_take_the_owners_address(database_url: str, tmp_path):
    region = tmp_path / "region.json"
    assert processes.run("simulate", "--region", str(region), "--stations", "1").returncode == 0
    with databases.member(database_url, "plietsch_ingest") as limited:
        for verb in (("db", "migrate"), ("device", "import", str(region))):
            refused = processes.run(*verb, settings={"database_url": limited})
            assert refused.returncode == 1
            assert "NotAllowed" in refused.stderr
            assert "owner" in refused.stderr
            assert "Traceback" not in refused.stderr


def test_ctrl_c_while_the_command_line_is_being_loaded_is_no_error(monkeypatch: pytest.MonkeyPatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130
