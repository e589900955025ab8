"""A running `plietsch up`, as a user starts it, in a folder and on a port of its own."""

import signal
import time
from pathlib import Path

import httpx

from plietsch.platform.local.postgres import EmbeddedPostgres
from support import processes
from support.wait import until


class Up:
    """A running `plietsch up` with a data folder and a port of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.log = folder / f"up-{time.monotonic_ns()}.log"
        self.process = processes.start(
            "up",
            "--data-dir",
            str(folder / "data"),
            "--port",
            "0",
            "--stations",
            "3",
            "--history",
            "5m",
            *arguments,
            log=self.log,
        )

    @property
    def site(self) -> str:
        def address() -> str | None:
            assert self.process.poll() is None, self.log.read_text()
            line = next((line for line in self.log.read_text().splitlines() if "is running" in line), None)
            return line.split()[-1].rstrip("/") if line else None

        return until(address, "the site's address", timeout_s=120) or ""

    def healthy(self) -> bool:
        return httpx.get(f"{self.site}/healthz").is_success

    def newest(self) -> str:
        latest = httpx.get(f"{self.site}/healthz").raise_for_status().json()["observations_latest_at"]
        return latest or ""

    def stations(self) -> int:
        return len(httpx.get(f"{self.site}/api/v1/stations").raise_for_status().json()["features"])

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


def database(folder: Path) -> EmbeddedPostgres:
    """The stack's database."""
    return EmbeddedPostgres(folder / "data" / "database")
