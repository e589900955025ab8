"""Where benchmarks run: a PostgreSQL set up as a server, a mosquitto, both in a temporary folder, gone afterwards."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from plietsch.platform import migrations
from plietsch.platform.local.postgres import EmbeddedPostgres
from plietsch_bench import events, wire
from support.mosquitto import Mosquitto

# A small server rather than a demo on a laptop; the same for all competitors. What makes a commit durable (fsync,
# synchronous_commit, full_page_writes) is as PostgreSQL ships it.
SERVER = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "64MB",
    "work_mem": "32MB",
}
_TEMPLATE = "bench_template"
# One fleet, registered by numbers instead of one by one: ids as `events` reckons with them.
_REGISTER = """
INSERT INTO organisation (code, name) VALUES ('lab', 'OK Lab');
INSERT INTO region (code, name, west, south, east, north, timezone)
    VALUES ('flensburg', '{}', 8.2, 54.3, 10.1, 55.1, 'Europe/Berlin');
INSERT INTO station (id, code, name, region_id, operator_id, licence, attribution) OVERRIDING SYSTEM VALUE
    SELECT n + 1, 'bench-' || n, 'Bench ' || n, r.id, o.id, 'CC0-1.0', 'OK Lab'
    FROM region r, organisation o, generate_series(0, %(devices)s - 1) AS n;
INSERT INTO datastream (id, station_id, sensor_id, observed_property_id) OVERRIDING SYSTEM VALUE
    SELECT n * %(channels)s + c.number, n + 1, (SELECT min(id) FROM sensor), p.id
    FROM generate_series(0, %(devices)s - 1) AS n, unnest(%(names)s::text[]) WITH ORDINALITY AS c (name, number)
    JOIN observed_property p ON p.code = c.name;
INSERT INTO device (id, dev_eui, device_type_id, interval_s) OVERRIDING SYSTEM VALUE
    SELECT n + 1, '70b3d57ed' || lpad(to_hex(n), 7, '0'), (SELECT min(id) FROM device_type), %(interval_s)s
    FROM generate_series(0, %(devices)s - 1) AS n;
INSERT INTO deployment (id, device_id, station_id, phase, during) OVERRIDING SYSTEM VALUE
    SELECT n + 1, n + 1, n + 1, 'installed', tstzrange('2025-01-01T00:00:00Z', NULL)
    FROM generate_series(0, %(devices)s - 1) AS n;
INSERT INTO deployment_channel (deployment_id, channel, datastream_id)
    SELECT n + 1, c.name, n * %(channels)s + c.number
    FROM generate_series(0, %(devices)s - 1) AS n, unnest(%(names)s::text[]) WITH ORDINALITY AS c (name, number);
"""


class World:
    """The servers of a run; `folder` is for whatever a benchmark has to write."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres) -> None:
        self.folder = folder
        self._postgres = postgres
        self._databases = 0

    @property
    def postgres_version(self) -> str:
        with self._maintenance() as connection:
            return str(connection.info.parameter_status("server_version"))

    @contextmanager
    def empty_database(self) -> Generator[str]:
        """A fresh database with the newest schema and nothing else."""
        with self.database("template1") as url:
            migrations.migrate(url)
            yield url

    @contextmanager
    def database(self, template: str = _TEMPLATE) -> Generator[str]:
        """A fresh database with the newest schema and the fleet; nothing waits to be written when it is handed out."""
        self._databases += 1
        name = f"bench_{self._databases}"
        with self._maintenance() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
            connection.execute("CHECKPOINT")
        try:
            yield self._postgres.url(name)
        finally:
            with self._maintenance() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def broker(self, client_ids: Sequence[str], packets: Sequence[bytes]) -> Generator[Mosquitto]:
        """A fresh broker in which the same messages wait for each of the clients."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="broker-") as folder:
            broker = Mosquitto(Path(folder))
            broker.start()
            try:
                for client_id in client_ids:
                    wire.open_session(broker.port, client_id, events.TOPIC)
                wire.publish(broker.port, packets)
                yield broker
            finally:
                # Not in order: it would write down what nobody will ask for.
                broker.kill()

    def count(self, database_url: str, table: str) -> int:
        """How many rows a table has."""
        with psycopg.connect(database_url) as connection:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        return int(row[0]) if row else 0

    def database_cpu_s(self) -> float:
        """The processor time that the server has taken, with all its processes, those that have ended too."""
        pid = int((self._postgres.data / "postmaster.pid").read_text().splitlines()[0])
        postmaster = psutil.Process(pid)
        spent = postmaster.cpu_times()
        ended = spent.children_user + spent.children_system
        return ended + sum(_cpu_s(process) for process in (postmaster, *postmaster.children()))

    def _maintenance(self) -> psycopg.Connection:
        return psycopg.connect(self._postgres.url("postgres"), autocommit=True)

    def prepare(self) -> None:
        """Make the database of which all others are copies."""
        with self._maintenance() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        url = self._postgres.url(_TEMPLATE)
        migrations.migrate(url)
        with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
            parameters = {
                "devices": events.DEVICES,
                "channels": len(events.CHANNELS),
                "names": list(events.CHANNELS),
                "interval_s": events.INTERVAL_S,
            }
            connection.execute(_REGISTER, parameters)


@contextmanager
def opened() -> Generator[World]:
    """Start the servers; they are gone at the end, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="plietsch-bench-") as name:
        folder = Path(name)
        postgres = EmbeddedPostgres(folder / "database", SERVER)
        try:
            postgres.start()
            world = World(folder, postgres)
            world.prepare()
            yield world
        finally:
            postgres.remove()


def _cpu_s(process: psutil.Process) -> float:
    try:
        spent = process.cpu_times()
    except psutil.NoSuchProcess:  # ended in between; its parent has it by now
        return 0.0
    return spent.user + spent.system
