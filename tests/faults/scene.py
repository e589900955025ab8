"""A scene: a database, a broker, workers started as a user would, and a network server that goes on sending."""

import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from faults import judge
from faults.outbox import Outbox
from faults.traffic import register, traffic

from plietsch.platform.local.broker import EmbeddedBroker
from support import processes
from support.mosquitto import Mosquitto
from support.wait import until

Broker = EmbeddedBroker | Mosquitto
# Hundreds of messages in the seconds that a run takes.
PACE_PER_S = 150


class Worker:
    """`plietsch ingest run`."""

    def __init__(self, folder: Path, client_id: str = "plietsch-ingest", **settings: str) -> None:
        self.client_id = client_id
        self.settings = {"broker_client_id": client_id, **settings}
        self._log = folder / f"{client_id}.log"
        self._ready_file = folder / f"{client_id}.ready"
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0

    def start(self) -> None:
        self._ready_file.unlink(missing_ok=True)
        self._process = processes.start(
            "ingest", "run", "--ready-file", str(self._ready_file), settings=self.settings, log=self._log
        )

    def is_ready(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self._log.read_text()
        return self._ready_file.exists()

    def wait_until_ready(self) -> None:
        until(self.is_ready, "the worker receives", 60)

    def waits_for_the_database(self) -> bool:
        """Whether it has logged so since it was started, or since `forget_what_was_logged`."""
        return "waiting for the database" in self._log.read_text()[self._read :]

    def forget_what_was_logged(self) -> None:
        self._read = len(self._log.read_text())

    def kill(self) -> None:
        assert self._process
        assert self._process.poll() is None, self._log.read_text()
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """In order: it must not have ended by itself."""
        self.wait_until_ready()  # one that has only just been started may not listen to signals yet
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=60) == 0, self._log.read_text()

    def end(self) -> None:
        """However the run went, nothing is left behind."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def is_connected(self, port: int) -> bool:
        """Whether it has a connection to a port of this machine."""
        assert self._process
        connections = psutil.Process(self._process.pid).net_connections("tcp4")
        return any(each.raddr and each.raddr.port == port for each in connections)

    @property
    def memory_mb(self) -> float:
        assert self._process
        return psutil.Process(self._process.pid).memory_info().rss / 2**20


@dataclass
class Scene:
    """What a run plays with; everything random comes from `dice`."""

    folder: Path
    database_url: str
    broker: Broker
    dice: random.Random
    workers: list[Worker]
    datastreams: dict[tuple[str, str], int]
    outbox: Outbox

    @property
    def worker(self) -> Worker:
        return self.workers[0]

    def wait_for_traffic(self, most: int = 100) -> None:
        """Until a random number of further messages was acknowledged by the broker."""
        goal = self.outbox.acknowledged + self.dice.randint(1, most)
        until(lambda: self.outbox.acknowledged >= goal, "the network server goes on", 60)

    def judge(self) -> None:
        """Settle, stop the workers in order, and compare."""
        self.outbox.settle()
        for worker in self.workers:
            worker.wait_until_ready()
        # What comes last is behind everything that is delivered again: once it is stored, that is acknowledged too.
        self.outbox.send(2 * len(self.workers))
        sent = self.outbox.sent
        judge.complete(self.database_url, sent)
        for worker in self.workers:
            worker.stop()
        judge.judge(self.database_url, self.datastreams, sent)
        for worker in self.workers:
            until(lambda worker=worker: self._emptied(worker), f"nothing is left for {worker.client_id}", 60)

    def _emptied(self, worker: Worker) -> bool:
        """Whether all is acknowledged; what was delivered again just when the worker stopped, it takes up once more."""
        if judge.session_is_empty(self.broker.port, worker.client_id):
            return True
        worker.start()
        worker.stop()
        return False


@contextmanager
def playing(
    folder: Path,
    database_url: str,
    broker: Broker,
    seed: int,
    *,
    seen_at: str | None = None,
    pace_per_s: float = PACE_PER_S,
    worker_ids: tuple[str, ...] = ("plietsch-ingest",),
    **settings: str,
) -> Iterator[Scene]:
    """A scene with workers that receive; `seen_at` is the database's address for them where it is another one."""
    dice = random.Random(seed)
    settings = {"database_url": seen_at or database_url, "broker_url": broker.url, **settings}
    workers = [Worker(folder, worker_id, **settings) for worker_id in worker_ids]
    outbox = Outbox(broker.port, traffic(random.Random(seed)), pace_per_s)
    scene = Scene(folder, database_url, broker, dice, workers, register(database_url), outbox)
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            # What is published before the very first subscription is kept for nobody.
            worker.wait_until_ready()
        with scene.outbox:
            yield scene
    finally:
        for worker in workers:
            worker.end()
