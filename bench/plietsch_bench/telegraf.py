"""Telegraf as a peer: a program of other people, run as a process, judged by what is in the database afterwards."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from plietsch_bench.measured import CompetitorFailed

CONFIGURATION = Path(__file__).with_name("telegraf.conf")
_COUNT = "SELECT count(*), count(pm2_5) + count(pm10) + count(temperature) + count(humidity) + count(pressure)" \
    " + count(battery) FROM telegraf_observation"  # fmt: skip
_TIMEOUT_S = 300.0
# It creates its table with the first batch.
_LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Stored:
    """What it stored, and what it took."""

    values: int
    elapsed_s: float
    cpu_s: float


def program() -> str | None:
    """The program, where one is installed."""
    return shutil.which("telegraf")


def store(telegraf: str, broker_url: str, client_id: str, messages: int, database_url: str, log: Path) -> Stored:
    """Let it bring a backlog into the database; its start, a fraction of a second, is included.

    Raises measured.CompetitorFailed.
    """
    environment = {
        **os.environ,
        "BENCH_BROKER_PORT": str(urlsplit(broker_url).port),
        "BENCH_CLIENT_ID": client_id,
        "BENCH_DATABASE_URL": database_url,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 our own arguments
            [telegraf, "--config", str(CONFIGURATION)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=environment,
        )  # fmt: skip
    began = time.perf_counter()
    try:
        values = _wait(database_url, messages, process)
        elapsed_s = time.perf_counter() - began
        spent = psutil.Process(process.pid).cpu_times()
        return Stored(values, elapsed_s, spent.user + spent.system)
    except CompetitorFailed as error:
        raise CompetitorFailed(f"{error} It said: {log.read_text(errors='replace')[-500:]}") from error
    finally:
        process.kill()
        process.wait()


def _wait(database_url: str, messages: int, process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + _TIMEOUT_S
    with psycopg.connect(database_url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise CompetitorFailed("Telegraf ended.")
            if _has_table(connection) and (row := connection.execute(_COUNT).fetchone()) and row[0] >= messages:
                return int(row[1])
            time.sleep(_LOOK_EVERY_S)
    raise CompetitorFailed("Telegraf did not finish in time.")


def _has_table(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT to_regclass('telegraf_observation') IS NOT NULL").fetchone()
    return bool(row and row[0])
