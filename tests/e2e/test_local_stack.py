"""`plietsch up`, as a newcomer meets it: started, stopped, killed, started again, in each other's way."""

import json
import re
import signal
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import psycopg

from support import local_stack, processes
from support.local_stack import Up
from support.wait import until

# How often the demo's stations measure.
LIVE_INTERVAL_S = 10


def test_what_the_broker_holds_is_stored_before_it_ends_and_kept(folder: Path):
    first = Up(folder)
    assert first.stations() == 3
    until(first.newest, "a first measurement")
    parts = processes.family(first.process.pid)
    assert len(parts) >= 5
    worker = next(part for part in parts if {"ingest", "run"} <= {*part.cmdline()})
    simulation = next(part for part in parts if "simulate" in part.cmdline())
    worker.suspend()
    standing_still_since = time.monotonic()
    until(lambda: time.monotonic() > standing_still_since + LIVE_INTERVAL_S, "every station has measured again")
    first.process.send_signal(signal.SIGTERM)
    until(lambda: not simulation.is_running(), "the simulation has ended")
    worker.resume()
    assert first.process.wait(timeout=60) == 0
    assert [part for part in parts if processes.alive(part)] == []
    assert "Everything has stopped" in first.log.read_text()
    said = (folder / "data" / "logs" / "simulation.log").read_text()
    sent = int(re.findall(r"Stopped: (\d+) readings sent", said)[-1])
    assert _readings(folder) == sent


def test_a_scenario_goes_on_and_another_one_is_refused_but_with_fresh(folder: Path):
    first = Up(folder, "--scenario", "mishaps")
    assert first.stations() == 3
    newest = until(first.newest, "a first measurement")
    assert first.interrupt() == 0
    second = Up(folder)
    until(second.newest, "a measurement")
    assert _observations(second, newest) != []
    assert second.interrupt() == 0
    refused = Up(folder, "--scenario", "cloudburst")
    assert refused.process.wait(timeout=120) == 1
    assert "'mishaps'" in refused.log.read_text()
    assert "--fresh" in refused.log.read_text()
    assert "Traceback" not in refused.log.read_text()
    begun = datetime.now(UTC)
    third = Up(folder, "--fresh")
    until(third.newest, "a first measurement")
    with psycopg.connect(local_stack.database(folder).url()) as connection:
        (oldest,) = connection.execute("SELECT min(received_at) FROM uplink").fetchone() or (None,)
    assert oldest >= begun
    assert third.interrupt() == 0


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


def test_a_taken_port_is_said_with_what_to_do(folder: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = processes.run("up", "--data-dir", str(folder / "data"), "--port", port)
    assert refused.returncode == 1
    assert port in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_check_says_how_it_went_and_leaves_the_operators_own_parts_alone():
    settings = {"database_url": "postgresql://x@127.0.0.1:1/x", "broker_url": "mqtt://127.0.0.1:1", "mqtt_topic": "x"}
    checked = processes.run("up", "--check", settings=settings)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    (line,) = checked.stdout.splitlines()
    outcome = json.loads(line)
    assert outcome["stations"] == 22  # those for fine dust, of the 42
    assert outcome["observations"] > 100
    assert 0 < outcome["seconds_median"] <= outcome["seconds_worst"]


def test_check_says_why_it_failed():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        checked = processes.run("up", "--check", "--port", port)
    assert checked.returncode == 1
    assert port in json.loads(checked.stdout)["reason"]


def test_a_database_of_ones_own_is_not_deleted_by_fresh(folder: Path, database_url: str):
    refused = processes.run("up", "--fresh", "--data-dir", str(folder), settings={"database_url": database_url})
    assert refused.returncode == 1
    assert "--fresh" in refused.stderr


def test_a_closed_terminal_stops_everything(folder: Path):
    stack = Up(folder, "--bare")
    assert stack.site
    parts = processes.family(stack.process.pid)
    stack.process.send_signal(signal.SIGHUP)
    assert stack.process.wait(timeout=60) == 0
    assert [part for part in parts if processes.alive(part)] == []


def test_ctrl_c_while_starting_stops_what_was_started(folder: Path):
    stack = Up(folder)
    until(lambda: "database is ready" in stack.log.read_text(), "the database is ready")
    parts = processes.family(stack.process.pid)
    assert stack.interrupt() == 130
    assert [part for part in parts if processes.alive(part)] == []
    assert local_stack.database(folder).port is None


def _observations(stack: Up, moment: str) -> list[object]:
    """What was measured within a second from a moment on."""
    later = (datetime.fromisoformat(moment) + timedelta(seconds=1)).isoformat()
    return httpx.get(f"{stack.site}/api/v1/observations", params={"from": moment, "to": later}).json()["observations"]


def _readings(folder: Path) -> int:
    server = local_stack.database(folder)
    server.start()
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(
            """SELECT count(DISTINCT (station_id, phenomenon_time))
            FROM observation JOIN datastream ON datastream.id = datastream_id AND method = 'raw'"""
        ).fetchone()
    server.stop()
    return row[0] if row else 0
