"""The local stack: database, broker, ingest, judge, site and simulated region on one machine, nothing to be installed.

Starting follows the way of the data backwards, stopping forwards: nobody speaks to a part that is not there, and what
was measured is stored before the database ends.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from plietsch.platform import database, errors, migrations, regions, roles
from plietsch.platform.local import filling, importing, logins, ports
from plietsch.platform.local.broker import EmbeddedBroker
from plietsch.platform.local.leftovers import Record
from plietsch.platform.local.postgres import EmbeddedPostgres
from plietsch.platform.local.service import Service
from plietsch.platform.settings import Settings
from plietsch.platform.terminal import counted

# What a small machine needs to bring a web server up, with room to spare.
_READY_TIMEOUT_S = 60.0
_UP_TO_DATE = timedelta(minutes=1)
# How often is looked how far the past is filled in: what looks takes time from what fills in.
_LOOK_EVERY_S = 0.25
_LOOK_AGAIN_S = 5.0
_FILLED_IN = "The past is filled in: what comes from now on is measured now."
_DRAIN_TIMEOUT_S = 60.0
# The groups of the database's users, by service.
_GROUPS = {"site": roles.SITE, "ingest": roles.INGEST, "judge": roles.INGEST}

Progress = Callable[[str], None]
# How much of the past is filled in (0 to 1), and until when it is.
Filling = Callable[[float, datetime], None]


def _unseen(_share: float, _until: datetime) -> None:
    """Show nobody how far it is."""


@dataclass(frozen=True)
class Simulation:
    """What the simulated region shall do: extra arguments of `plietsch simulate`.

    With `is_watched` somebody wants to see the past go by, and not to wait for its end.
    """

    arguments: tuple[str, ...]
    filling: Filling = _unseen
    is_watched: bool = False


@dataclass
class Stack:
    """The parts on one machine, in the order of the way of the data.

    A database or a broker that the settings name is used instead of the embedded one.
    """

    settings: Settings
    data_dir: Path
    simulation: Simulation | None
    progress: Progress
    database_url: str = ""
    broker_url: str = ""
    site: str = ""
    _postgres: EmbeddedPostgres | None = field(default=None, init=False)
    _broker: EmbeddedBroker | None = field(default=None, init=False)
    _services: list[Service] = field(default_factory=list[Service], init=False)
    # Whether the past is still being filled in, and when that is looked at again (monotonic clock).
    _fills: bool = field(default=False, init=False)
    _look_at: float = field(default=0.0, init=False)

    def start(self, *, fresh: bool = False) -> None:
        """Start every part and return when the site answers. On any error what was started is stopped again."""
        if fresh and not self._embedded_database:
            raise errors.StackFailed(
                "--fresh deletes the embedded database only, and the settings name another one.",
                "Unset PLIETSCH_DATABASE_URL, or empty that database yourself.",
            )
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._record.require_alone()
        port = self.settings.http_port or ports.free()
        ports.require_free(self.settings.http_host, port)
        try:
            self._record.write([], "", "")
            self._ingest_receives.unlink(missing_ok=True)
            if fresh:
                self._forget()
            self._start_database()
            self._start_broker()
            self.site = f"http://{self.settings.http_host}:{port}"
            site = self._start_service("site", "serve", "--port", str(port))
            ingest = self._start_service("ingest", "ingest", "run", "--ready-file", str(self._ingest_receives))
            self._wait(site, self._site_answers)
            # What is published before the worker has subscribed is kept for nobody.
            self._wait(ingest, self._ingest_receives.exists)
            # Nobody waits for it: what it finds is found later, too.
            self._start_service("judge", "ingest", "judge", ends_after=ingest)
            self.progress("Ingest, site and API are ready.")
            if self.simulation:
                self._start_simulation(self.simulation)
            self._note_processes()
        except BaseException:
            self.stop()
            raise

    def watch(self) -> None:
        """Start again what has ended by itself. Raises errors.StackFailed when that does not help."""
        if self._postgres and self._postgres.port is None:
            self.progress("The database had ended; it is started again.")
            self._postgres.start()
        if self._broker and not self._broker.running():
            self.progress("The broker had ended; it is started again.")
            self._broker.start()
            self._note_processes()
        for service in self._services:
            if service.revive():
                self.progress(f"{service.name} had ended; it is started again. {service.hint}")
                self._note_processes()
        self._look_at_the_past()

    def stop(self) -> None:
        """End every part in the order of the way of the data; what the broker still holds is stored before."""
        for service in reversed(self._services):
            if service.name == "ingest":
                self._wait_until_stored(service)
            service.stop()
        self._services.clear()
        if self._broker:
            self._broker.stop()
        if self._postgres:
            self._postgres.stop()
        self._record.forget()

    def _wait_until_stored(self, ingest: Service) -> None:
        """What the embedded broker still holds would only be stored by the next stack of this folder."""
        if not self._broker:
            return
        deadline = time.monotonic() + _DRAIN_TIMEOUT_S
        while pending := self._broker.pending(self.settings.broker_client_id):
            if time.monotonic() > deadline or not self._still_works(ingest):
                self.progress(f"{pending} messages could not be stored; the next start takes them up. {ingest.hint}")
                return
            time.sleep(0.1)

    @staticmethod
    def _still_works(service: Service) -> bool:
        try:
            service.revive()
        except errors.StackFailed:
            return False
        return True

    @property
    def _record(self) -> Record:
        return Record(self.data_dir / "stack.json")

    @property
    def _state_file(self) -> Path:
        return self.data_dir / "simulation.json"

    @property
    def region_file(self) -> Path:
        """What stations the simulated region has."""
        return self.data_dir / "region.json"

    @property
    def _imported_file(self) -> Path:
        """What was registered of them."""
        return self.data_dir / "region.imported.json"

    @property
    def _broker_folder(self) -> Path:
        return self.data_dir / "broker"

    @property
    def _ingest_receives(self) -> Path:
        return self.data_dir / "ingest.ready"

    @property
    def _embedded_database(self) -> bool:
        return "database_url" not in self.settings.model_fields_set

    def _environment(self, service: str) -> dict[str, str]:
        """All settings as a service shall see them."""
        values = self.settings.model_dump() | {
            "database_url": self._database_url_of(service),
            "broker_url": self.broker_url,
            # The worker can always be asked how it is; its log says where.
            "ingest_http_port": self.settings.ingest_http_port or 0,
        }
        return {f"PLIETSCH_{name.upper()}": str(value) for name, value in values.items() if value is not None}

    def _database_url_of(self, service: str) -> str | None:
        """The embedded database as the service's own user, or the one of the settings; the rest needs none."""
        group = _GROUPS.get(service)
        if group and self._postgres:
            return logins.url(self._postgres, group)
        return self.database_url if group else None

    def _forget(self) -> None:
        EmbeddedPostgres(self.data_dir / "database").remove()
        for file in self.data_dir.glob(f"{self._state_file.name}*"):
            file.unlink()
        self._imported_file.unlink(missing_ok=True)
        for folder in (self._broker_folder, self.data_dir / "logs"):
            shutil.rmtree(folder, ignore_errors=True)
        self.progress("What was stored before is deleted.")

    def _start_database(self) -> None:
        if self._embedded_database:
            self._postgres = EmbeddedPostgres(self.data_dir / "database")
            self._postgres.start()
            self.database_url = self._postgres.url()
        else:
            self.database_url = self.settings.database_url
        applied = migrations.migrate(self.database_url)
        self.progress("The database is ready." if not applied else "The database is ready, its schema is new.")

    def _start_broker(self) -> None:
        if "broker_url" in self.settings.model_fields_set:
            self.broker_url = self.settings.broker_url
        else:
            self._broker = EmbeddedBroker(folder=self._broker_folder)
            self._broker.start()
            self.broker_url = self._broker.url
        self.progress("The broker is ready.")

    def _start_service(self, name: str, *arguments: str, ends_after: Service | None = None) -> Service:
        logs = self.data_dir / "logs"
        logs.mkdir(exist_ok=True)
        service = Service(name, arguments, self._environment(name), logs / f"{name}.log")
        self._services.insert(self._services.index(ends_after) if ends_after else len(self._services), service)
        service.start()
        self._note_processes()
        return service

    def _wait(self, service: Service, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while not ready():
            if service.ended() is not None or time.monotonic() > deadline:
                raise errors.StackFailed(
                    f"The service {service.name} did not become ready:\n{service.last_words()}", service.hint
                )
            time.sleep(0.05)

    def _site_answers(self) -> bool:
        try:
            return httpx.get(f"{self.site}/healthz", timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def _wait_for_the_present(self, service: Service, simulation: Simulation) -> bool:
        """The map shall open on the present; what takes longer than one likes to wait is filled in behind it.

        Returns whether there is something left to be filled in.
        """
        deadline, begun = time.monotonic() + _READY_TIMEOUT_S, None
        with httpx.Client(base_url=self.site, timeout=5, trust_env=False) as client:
            while service.ended() is None:
                latest, now = filling.latest(client), datetime.now(UTC)
                if latest and now - latest < _UP_TO_DATE:
                    if begun:
                        self.progress(_FILLED_IN)
                    return False
                if time.monotonic() > deadline:
                    self.progress("The past is still being filled in; the map will come to the present by itself.")
                    return True
                if latest:
                    begun = begun or latest
                    if simulation.is_watched and latest > begun:
                        return True
                    simulation.filling(filling.share(begun, latest, now), latest)
                time.sleep(_LOOK_EVERY_S)
        return False

    def _look_at_the_past(self) -> None:
        """Say once when the past is filled in that nobody has waited for."""
        if not self._fills or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_AGAIN_S
        with httpx.Client(base_url=self.site, timeout=5, trust_env=False) as client:
            latest = filling.latest(client)
        if latest and datetime.now(UTC) - latest < _UP_TO_DATE:
            self._fills = False
            self.progress(_FILLED_IN)

    def _start_simulation(self, simulation: Simulation) -> None:
        region_file = self.region_file
        arguments = ("simulate", *simulation.arguments, "--state", str(self._state_file))
        command = [sys.executable, "-m", "plietsch.platform", *arguments, "--region", str(region_file)]
        finished = subprocess.run(  # noqa: S603 our own command line
            command, capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            raise errors.StackFailed(f"The simulated region was not described:\n{finished.stderr}")
        document = regions.read(region_file)
        with database.connect(self.database_url) as connection:
            count = importing.register(connection, document, self._imported_file)
        service = self._start_service("simulation", *arguments)
        self._fills = self._wait_for_the_present(service, simulation)
        if service.ended():
            raise errors.StackFailed(f"The simulated region does not run:\n{service.last_words()}", service.hint)
        self.progress(f"{counted(count, 'simulated station')} {'is' if count == 1 else 'are'} measuring.")

    def _note_processes(self) -> None:
        pids = [service.pid for service in self._services]
        if self._broker:
            pids.append(self._broker.pid)
        self._record.write(filter(None, pids), self.site, self.broker_url)
