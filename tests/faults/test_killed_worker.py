"""The ingest worker is killed twenty times at random while a recording is replayed: nothing lost, nothing doubled."""

import json
import random
import signal
import subprocess
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from plietsch.platform.local.broker import EmbeddedBroker
from support import archive, processes
from support.mosquitto import Mosquitto
from support.wait import until

KILLS = 20
STATIONS = 12
READINGS = 500
# The recorded day takes about this long, so that the kills fall into it.
REPLAY_S = 20

Key = tuple[str, str, datetime]


@pytest.mark.slow
def test_twenty_kills_lose_nothing_and_double_nothing(
    database_url: str, broker: EmbeddedBroker | Mosquitto, tmp_path: Path
):
    recording = tmp_path / "recording"
    recording.mkdir()
    archive.write(recording, stations=STATIONS, readings=READINGS)
    settings = {"database_url": database_url, "broker_url": broker.url}
    _register(recording, tmp_path / "region.json", database_url)
    ledger = tmp_path / "ledger.ndjson"
    seed = time.time_ns()
    print(f"random seed {seed}")  # noqa: T201 a failure must be repeatable

    worker = _Worker(settings, tmp_path / "ingest.log")
    replay = processes.start(
        "simulate", "--replay", str(recording), "--speed", str(86_400 / REPLAY_S), "--broker", broker.url,
        "--ledger", str(ledger), log=tmp_path / "replay.log",
    )  # fmt: skip
    try:
        random_source = random.Random(seed)
        for _ in range(KILLS):
            worker.kill_after(random_source.uniform(0.05, 1.6))
        assert until(lambda: replay.poll() is not None, "the replay ends", timeout_s=120)
        assert replay.returncode == 0, (tmp_path / "replay.log").read_text()
        expected = _expected(ledger)
        until(lambda: _count(database_url) >= sum(expected.values()), f"{sum(expected.values())} observations", 60)
    finally:
        replay.kill()
        replay.wait()
        worker.stop()
    assert worker.kills == KILLS
    _compare(database_url, expected, frames=_frames(ledger))


class _Worker:
    """An ingest worker that is started again each time it is killed."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self._settings = settings
        self._log = log
        self.kills = 0
        ready_file = log.with_suffix(".ready")
        self._process = self._start("--ready-file", str(ready_file))
        # What is published before the very first subscription is kept for nobody.
        until(ready_file.exists, "the worker receives")

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        return processes.start("ingest", "run", *options, settings=self._settings, log=self._log)

    def kill_after(self, delay_s: float) -> None:
        """The moment is random, so that it falls anywhere: while starting, reading, writing, acknowledging."""
        time.sleep(delay_s)
        assert self._process.poll() is None, self._log.read_text()
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1
        self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(timeout=30) == 0, self._log.read_text()


def _register(recording: Path, region: Path, database_url: str) -> None:
    described = processes.run("simulate", "--replay", str(recording), "--region", str(region))
    assert described.returncode == 0, described.stderr
    imported = processes.run("device", "import", str(region), "--database-url", database_url)
    assert imported.returncode == 0, imported.stderr


def _entries(ledger: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in ledger.read_text().splitlines()]


def _expected(ledger: Path) -> Counter[Key]:
    """How often each value was sent; a recording has each only once."""
    return Counter(
        (str(entry["station"]), name, datetime.fromisoformat(str(entry["time"])))
        for entry in _entries(ledger)
        if entry["fate"] == "sent"
        for name in dict(entry["values"])  # pyright: ignore
    )


def _frames(ledger: Path) -> int:
    return len({(entry["station"], entry["f_cnt"]) for entry in _entries(ledger) if entry["fate"] == "sent"})


def _count(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT count(*) FROM observation").fetchone()[0]  # pyright: ignore


def _compare(database_url: str, expected: Counter[Key], frames: int) -> None:
    with psycopg.connect(database_url) as connection:
        stored = Counter(
            connection.execute(
                """SELECT s.code, p.code, o.phenomenon_time
                FROM observation o JOIN datastream d ON d.id = o.datastream_id
                JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"""
            ).fetchall()
        )
        uplinks = connection.execute(
            "SELECT count(*), count(DISTINCT (device_id, dev_addr, f_cnt)) FROM uplink"
        ).fetchone()
        ledger_sum = connection.execute("SELECT sum(observations) FROM write_ledger").fetchone()
        joins = connection.execute("SELECT count(*) FROM device_event WHERE kind = 'join'").fetchone()
        refused = connection.execute("SELECT reason, detail FROM ingest_error").fetchall()
    assert stored == expected
    assert set(expected.values()) == {1}
    assert uplinks == (frames, frames)
    assert ledger_sum == (sum(expected.values()),)
    assert joins == (STATIONS,)
    assert refused == []
