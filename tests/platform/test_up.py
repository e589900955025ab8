"""What `plietsch up` says of the stack that runs already, and when the past is filled in."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plietsch.platform.commands import up
from plietsch.platform.local import filling
from plietsch.platform.local.leftovers import Record
from plietsch.platform.local.stack import Stack
from plietsch.platform.settings import Settings

BROKER = "mqtt://127.0.0.1:2345"


def test_beside_a_running_stack_its_addresses_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLIETSCH_DATABASE_URL", "postgresql://x@127.0.0.1:1/x")
    # As if this process were the stack.
    Record(tmp_path / "stack.json").write([], "http://127.0.0.1:1234", BROKER)
    shown = CliRunner().invoke(up.app, ["--json", "--data-dir", str(tmp_path)])
    assert shown.exit_code == 0, shown.exception
    assert json.loads(shown.stdout) == {
        "site": "http://127.0.0.1:1234", "broker": BROKER, "database": "postgresql://x@127.0.0.1:1/x",
    }  # fmt: skip


def test_the_addresses_are_for_nobody_else_to_read(tmp_path: Path):
    file = tmp_path / "stack.json"
    (tmp_path / "stack.new").touch(mode=0o644)
    Record(file).write([], "", "mqtt://user:password@127.0.0.1:2345")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_that_the_past_is_filled_in_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    stack = Stack(Settings(), tmp_path, None, said.append, site="http://127.0.0.1:1")
    stack._fills = True
    for latest in (None, datetime.now(UTC) - timedelta(days=2), datetime.now(UTC), datetime.now(UTC)):
        monkeypatch.setattr(filling, "latest", lambda _site, latest=latest: latest)
        stack._look_at = 0.0
        stack.watch()
        if latest is None or datetime.now(UTC) - latest > timedelta(days=1):
            assert said == []
    assert said == ["The past is filled in: what comes from now on is measured now."]
