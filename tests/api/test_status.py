"""Whether all is well: each part as it is, also where there is no database."""

from datetime import UTC, datetime, timedelta

import pytest
from api.world import NOON, Client, World

from plietsch.api.hot.answer import Answers
from plietsch.api.live import reader
from plietsch.api.status import documents
from plietsch.api.status.gathering import Watch
from support import wait


def look(api: Client) -> dict[str, object]:
    """How it is now, not some seconds ago."""
    api.app.state.watch = Watch()
    answer = api.get("/status.json").json()
    documents.Status.model_validate(answer)
    return answer


def written(world: World, ago: timedelta, cause: str = "ingest") -> None:
    world.connection.execute(
        "INSERT INTO write_ledger (written_at, datastream_ids, first_time, last_time, observations, cause)"
        " VALUES (%s, '{1}', now(), now(), 1, %s)",
        (datetime.now(UTC) - ago, cause),
    )


def judged(world: World) -> None:
    """The judge has read all there is."""
    world.connection.execute(
        "INSERT INTO ledger_reader (name, transaction_id, id) SELECT 'judge', transaction_id, id FROM write_ledger"
        " ORDER BY transaction_id DESC, id DESC LIMIT 1"
        " ON CONFLICT (name) DO UPDATE SET transaction_id = EXCLUDED.transaction_id, id = EXCLUDED.id"
    )


def test_all_is_well_where_every_part_is(world: World, api: Client):
    now = datetime.now(UTC)
    for code in ("harbour", "market"):
        world.measured(code, "pm10", now, 1.0)
    judged(world)
    wait.until(lambda: look(api)["stations"]["fresh"] == 2, "the values are known")
    status = look(api)
    assert status["stations"] == {"status": "ok", "total": 3, "fresh": 2, "late": 0, "silent": 1}
    assert (status["status"], status["database"]["status"], status["api"]["status"]) == ("ok", "ok", "ok")
    assert (status["ingest"]["status"], status["judge"]) == ("ok", {"status": "ok", "behind_s": 0})


def test_when_nothing_arrives_it_is_said(world: World, api: Client):
    """What the judge writes later is no measurement that arrived."""
    assert look(api)["ingest"]["status"] == "empty"
    for ago, said in ((timedelta(days=2), "silent"), (timedelta(hours=2), "late"), (timedelta(minutes=70), "ok")):
        written(world, ago)
        written(world, timedelta(0), "judge")
        status = look(api)
        assert (status["ingest"]["status"], status["status"]) == (said, "degraded")


def test_the_judge_s_lag_is_the_age_of_what_it_has_not_read(world: World, api: Client):
    assert look(api)["judge"] == {"status": "absent", "behind_s": None}
    written(world, timedelta(hours=1))
    judged(world)
    assert look(api)["judge"] == {"status": "ok", "behind_s": 0}
    written(world, timedelta(minutes=30))
    written(world, timedelta(minutes=1))
    judge = look(api)["judge"]
    assert judge["status"] == "behind"
    assert 1800 <= judge["behind_s"] < 1900
    judged(world)
    written(world, timedelta(hours=9), "judge")
    assert look(api)["judge"]["status"] == "ok"


def test_many_who_ask_are_one_question(world: World, api: Client):
    before = api.app.state.pool.get_stats().get("requests_num", 0)
    first = api.get("/status.json").json()
    assert api.get("/status.json").json() == first
    assert api.app.state.pool.get_stats().get("requests_num", 0) == before + 1
    assert api.get("/status.json").headers["cache-control"] == "public, max-age=5"


def test_without_a_database_the_status_says_so():
    client = Client("postgresql://nobody@127.0.0.1:1/nothing")
    response = client.get("/status.json")
    assert (response.status_code, response.headers["cache-control"]) == (503, "no-store")
    status = documents.Status.model_validate(response.json())
    assert (status.status, status.database.status, status.ingest.status) == ("unavailable", "unreachable", "unknown")
    client.close()


def fail(*_: object) -> None:
    raise KeyError("a mistake of ours")


@pytest.mark.parametrize(("whose", "name"), [(reader, "_newest"), (Answers, "make")])
def test_a_mistake_of_ours_is_said_and_no_thread_ends_of_it(
    world: World, api: Client, monkeypatch: pytest.MonkeyPatch, whose: object, name: str
):
    """Of the thread that reads the ledger, and of the one that makes the ready answer."""

    def is_said(status: str) -> bool:
        return look(api)["api"]["status"] == status

    wait.until(lambda: is_said("ok"), "all is well")
    with monkeypatch.context() as patched:
        patched.setattr(whose, name, fail)
        world.measured("harbour", "pm10", NOON, 1)
        wait.until(lambda: is_said("starting"), "it is said")
    wait.until(lambda: is_said("ok"), "it has begun anew")
    world.measured("harbour", "pm10", NOON + timedelta(minutes=5), 2)
    api.settled()
    assert '"value":2' in api.get("/api/v1/stations").text


def test_the_examples_are_answers():
    documents.Status.model_validate(documents.EXAMPLE)
    documents.Status.model_validate(documents.EXAMPLE_DOWN)
