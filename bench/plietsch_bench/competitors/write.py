"""B3: who writes rows that are there already, without a broker. The clock runs while rows are written and committed,
not while they are made."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from plietsch.ingest import database
from plietsch.ingest.rows import ObservationRow
from plietsch.ingest.worker import LARGEST_BATCH
from plietsch.ingest.writer import Writer
from plietsch_bench import events, measured, rows

# PostgreSQL, "COPY", binary format: signature, flags, no extension; a row is its number of fields, each field its
# length and its bytes; -1 ends it. A timestamp is microseconds since 2000.
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_ROW = struct.Struct("!h ii iq id iq ih")
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def writer(database_url: str, observations: int, with_frames: bool, edge: int) -> None:
    """The write path; also the rates of the first and the last `edge` observations."""
    clock = measured.Clock()
    sizes: list[int] = []
    with database.connect(database_url) as connection:
        write = Writer(connection)
        for outcomes in rows.made(observations // len(events.CHANNELS), LARGEST_BATCH, with_frames=with_frames):
            with clock.running():
                stored = write.store(outcomes)
            sizes.append(stored.observations)
    measured.tell(
        elapsed_s=clock.elapsed_s,
        cpu_s=clock.cpu_s,
        observations=sum(sizes),
        first=_rate(sizes, clock.laps_s, edge),
        last=_rate(sizes[::-1], clock.laps_s[::-1], edge),
    )


def copy_observations(database_url: str, observations: int, keyed: bool) -> None:
    """The limit: COPY of the same observations, a batch a transaction, into an equal table, with its key or without."""
    clock = measured.Clock()
    stored = 0
    columns = ObservationRow._fields
    with database.connect(database_url) as connection:
        _make_table(connection, keyed=keyed)
        types = rows.types(connection, "bench_observation", columns)
        for batch in _batches(observations):
            with clock.running(), connection.transaction():
                rows.copy(connection, "bench_observation", columns, types, batch)
            stored += len(batch)
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s, observations=stored)


def copy_encoded(database_url: str, observations: int) -> None:
    """What the server alone can take: the same without key, and the bytes made beforehand."""
    clock = measured.Clock()
    stored = 0
    with database.connect(database_url) as connection:
        _make_table(connection, keyed=False)
        statement = rows.statement("bench_observation", ObservationRow._fields)
        for batch in _batches(observations):
            data = _HEADER + b"".join(map(_encoded, batch)) + _END
            cursor = connection.cursor()
            with clock.running(), connection.transaction(), cursor.copy(statement) as into:
                into.write(data)
            stored += len(batch)
    measured.tell(elapsed_s=clock.elapsed_s, cpu_s=clock.cpu_s, observations=stored)


def _make_table(connection: database.Connection, *, keyed: bool) -> None:
    if keyed:
        connection.execute("CREATE TABLE bench_observation (LIKE observation INCLUDING ALL)")
    else:
        connection.execute("CREATE TABLE bench_observation (LIKE observation)")


def _batches(observations: int) -> Iterable[list[ObservationRow]]:
    frames = observations // len(events.CHANNELS)
    return (rows.observations(batch) for batch in rows.made(frames, LARGEST_BATCH, with_frames=False))


def _rate(sizes: list[int], laps_s: list[float], edge: int) -> float:
    """Observations per second of the first batches that hold `edge` of them."""
    taken = elapsed_s = 0.0
    for size, lap_s in zip(sizes, laps_s, strict=True):
        if taken >= edge:
            break
        taken += size
        elapsed_s += lap_s
    return taken / elapsed_s


def _encoded(row: ObservationRow) -> bytes:
    microseconds = [round((at - _EPOCH).total_seconds() * 1e6) for at in (row.phenomenon_time, row.result_time)]
    return _ROW.pack(
        5, 4, row.datastream_id, 8, microseconds[0], 8, row.result or 0.0, 8, microseconds[1], 2, row.quality
    )
