"""`plietsch ingest judge --once` beside a process that judges already."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ingest.judging import Reading, Region, judge, register, store

from plietsch.ingest import database
from plietsch.ingest.commands import judge as judge_command
from plietsch.ingest.database import Connection
from plietsch.ingest.judge import process
from plietsch.ingest.stopping import Stop
from plietsch.platform import ledger


@contextmanager
def _judging(region: Region) -> Iterator[Connection]:
    """While another process is the judge."""
    with closing(database.connect(region.database_url)) as connection:
        assert process.is_alone(connection)
        yield connection


def test_once_beside_another_judge_says_that_there_is_nothing_left_to_judge(database_url: str):
    region = register(database_url)
    store(region, [[Reading(0, step, {"pm2_5": 10.0})] for step in range(3)])
    with _judging(region) as connection:
        assert judge_command.is_behind(connection, ledger.present(connection))
        assert not judge_command.is_behind(connection, ledger.BEGINNING)
    judge(region)
    with _judging(region) as connection:
        assert not judge_command.is_behind(connection, ledger.present(connection))
        with closing(Stop()) as stop:
            said = judge_command.judge_all(region.database_url, stop)
    assert said == "Another process judges this database, and has judged all there is."
