"""`plietsch up`, as a newcomer meets it: started, stopped, killed, started again, in each other's way."""

import json
import socket
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import psutil

from support import local_stack, processes
from support.local_stack import Up
from support.wait import until


def test_ctrl_c_stops_everything_and_the_data_is_kept(folder: Path):
    first = Up(folder)
    assert first.stations() == 3
    newest = until(first.newest, "a first measurement")
    parts = processes.family(first.process.pid)
    assert len(parts) >= 5
    assert first.interrupt() == 0
    assert [part for part in parts if part.is_running()] == []
    assert "Everything has stopped" in first.log.read_text()

    second = Up(folder)
    since = httpx.get(
        f"{second.site}/api/v1/observations", params={"from": newest, "to": _a_second_later(newest)}
    ).json()["observations"]
    assert since != []
    assert second.interrupt() == 0


def test_fresh_begins_anew(folder: Path):
    first = Up(folder)
    newest = until(first.newest, "a first measurement")
    first.interrupt()
    second = Up(folder, "--fresh")
    kept = httpx.get(f"{second.site}/api/v1/observations", params={"from": newest, "to": _a_second_later(newest)})
    assert kept.json()["observations"] == []
    assert second.interrupt() == 0


def test_a_killed_stack_is_cleared_away_by_the_next_start(folder: Path):
    first = Up(folder)
    until(first.newest, "a first measurement")
    orphans = processes.family(first.process.pid)[1:]
    first.process.kill()
    first.process.wait()
    second = Up(folder)
    assert second.newest()
    gone = [part for part in orphans if not part.is_running() or part.status() == psutil.STATUS_ZOMBIE]
    alive = [part for part in orphans if part not in gone]
    # The database server is adopted; everything else of the old stack has been ended.
    assert all("postgres" in part.name() for part in alive)
    assert second.interrupt() == 0


def test_a_killed_part_is_started_again(folder: Path):
    stack = Up(folder)
    before = until(stack.newest, "a first measurement")
    worker = next(part for part in processes.family(stack.process.pid) if "ingest" in part.cmdline())
    worker.kill()
    until(lambda: "ingest had ended" in stack.log.read_text(), "the stack says so")
    until(lambda: stack.newest() > before, "measurements go on")
    assert stack.interrupt() == 0


def test_two_in_one_folder_is_refused(folder: Path):
    stack = Up(folder)
    site = stack.site
    second = processes.run("up", "--data-dir", str(folder / "data"), "--port", "0")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert site in second.stderr
    assert stack.interrupt() == 0


def test_a_taken_port_is_said_with_what_to_do(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = processes.run("up", "--data-dir", str(folder / "data"), "--port", port)
    assert refused.returncode == 1
    assert port in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_whole_stack_needs_less_than_800_megabytes(folder: Path):
    stack = Up(folder)
    until(stack.newest, "a first measurement")
    parts = processes.family(stack.process.pid)
    server = psutil.Process(int((local_stack.database(folder).data / "postmaster.pid").read_text().splitlines()[0]))
    database = [server, *server.children(recursive=True)]
    used = sum(part.memory_full_info().pss for part in {*parts, *database})
    assert used < 800_000_000
    assert stack.interrupt() == 0


def test_check_says_how_it_went(tmp_path: Path):
    checked = processes.run("up", "--check", timeout_s=90)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (line,) = checked.stdout.splitlines()
    outcome = json.loads(line)
    assert outcome["stations"] == 12
    assert outcome["observations"] > 100
    assert 0 < outcome["seconds_median"] <= outcome["seconds_worst"]


def test_check_says_why_it_failed(tmp_path: Path):
    checked = processes.run("up", "--check", settings={"database_url": "postgresql://x@127.0.0.1:1/x"})
    assert checked.returncode == 1
    assert "does not answer" in json.loads(checked.stdout)["reason"]


def _a_second_later(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(seconds=1)).isoformat()
