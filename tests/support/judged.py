"""What the judge makes of values that a test wrote itself: what is computed of them stands there as in a region."""

import psycopg

from plietsch.ingest import database
from plietsch.ingest.judge import writing
from plietsch.ingest.judge.assessing import assess
from plietsch.ingest.judge.knowing import Known
from plietsch.ingest.judge.spans import Span

_EXTENTS = """
    SELECT d.id, floor(extract(epoch FROM min(o.phenomenon_time)))::bigint,
           ceil(extract(epoch FROM max(o.phenomenon_time)))::bigint
    FROM station s
    JOIN datastream d ON d.station_id = s.id AND d.method = 'raw'
    JOIN observation o ON o.datastream_id = d.id
    WHERE %(station)s::text IS NULL OR s.code = %(station)s
    GROUP BY d.id
"""


def judge(database_url: str, station: str | None = None) -> None:
    """Judge all that the instruments of a station, or of all, have said."""
    with database.connect(database_url) as connection, connection.transaction():
        rows = connection.execute(_EXTENTS, {"station": station}).fetchall()
        spans = {datastream_id: [Span(first_s, last_s)] for datastream_id, first_s, last_s in rows}
        assessed = assess(connection, Known(connection), spans)
        writing.enter(connection, assessed.written, "judge")


def may_change(connection: psycopg.Connection) -> None:
    """Let a connection change observations, as somebody does who says why."""
    connection.execute("SELECT set_config('plietsch.cause', 'reprocess', false)")


def forget(connection: psycopg.Connection, station: str) -> None:
    """Let a station have measured nothing."""
    may_change(connection)
    connection.execute(
        "DELETE FROM observation WHERE datastream_id IN"
        " (SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id WHERE s.code = %s)",
        (station,),
    )
