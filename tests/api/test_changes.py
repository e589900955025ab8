"""Changes over HTTP: where they begin, what they say, how one waits for them, and when a cursor leads nowhere."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from api.world import NOON, Client, World

from plietsch.api import documents as shared
from plietsch.api.changes import cursor, documents
from plietsch.api.changes.cursor import FIRST, Inside, Place
from plietsch.platform import deploying
from plietsch.platform.ledger import Position
from support import databases

_CHANGES = "/api/v1/changes"


def brief(changes: list[dict[str, Any]]) -> list[tuple[str | None, str, float | None, bool]]:
    return [(each["station"], each["property"], each["value"], each["deleted"]) for each in changes]


def test_without_a_cursor_it_begins_now_and_goes_on_from_there(world: World, api: Client):
    world.measured("harbour", "pm10", NOON, 1)
    now = api.json(_CHANGES)
    assert (now["changes"], now["more"]) == ([], False)
    world.measured("harbour", "pm10", NOON + timedelta(minutes=5), 2, quality=3)
    page = api.get(now["next"])
    documents.Changes.model_validate(page.json())
    (change,) = page.json()["changes"]
    assert change.pop("written_at") > "2026"
    assert change == {
        "station": "harbour", "property": "pm10", "method": "raw", "datastream": change["datastream"],
        "time": "2026-05-01T12:05:00Z", "value": 2.0, "quality": 3, "cause": "ingest", "deleted": False, "from": None,
        "until": None,
    }  # fmt: skip
    assert page.headers["plietsch-complete-to"] == page.json()["cursor"]
    assert page.headers["link"].startswith(f'<{page.json()["next"]}>; rel="next"')
    assert api.json(page.json()["next"])["changes"] == []


def test_a_download_is_gone_on_from(world: World, api: Client):
    world.measured("harbour", "pm10", NOON, 1)
    download = api.get("/api/v1/observations", from_="2026-05-01T00:00:00Z", to="2026-05-02T00:00:00Z", property="pm10")
    world.measured("harbour", "pm10", NOON - timedelta(hours=9), 2)
    since = download.headers["plietsch-complete-to"]
    assert brief(api.json(_CHANGES, cursor=since)["changes"]) == [("harbour", "pm10", 2.0, False)]


def test_pages_and_filters(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, 3])
    world.measured("husum", "humidity", NOON, 50)
    world.measured("bench", "pm10", NOON, 9)
    world.measured("harbour", "pm10_spread", NOON, 0.5)
    found: list[float] = []
    page = api.json(_CHANGES, since="beginning", limit=2)
    while page["changes"]:
        assert len(page["changes"]) <= 2
        found += [each["value"] for each in page["changes"]]
        page = api.json(page["next"])
    assert found == [1, 2, 3, 50, 0.5], "in the order of commit, with spreads, without what is on the bench"
    for query in ({"station": "husum"}, {"region": "nordfriesland"}, {"property": "humidity", "method": "raw"}):
        assert brief(api.json(_CHANGES, since="beginning", **query)["changes"]) == [("husum", "humidity", 50.0, False)]


def test_every_format_says_the_same(world: World, api: Client):
    world.series("harbour", "pm10", [1, None])
    lines = list(csv.DictReader(StringIO(api.get(_CHANGES, since="beginning", format="csv").text)))
    assert [(each["value"], each["quality"], each["deleted"]) for each in lines] == [
        ("1", "1", "false"),
        ("", "9", "false"),
    ]
    assert len(api.get(f"{_CHANGES}.ndjson", since="beginning").text.splitlines()) == 2
    assert api.get(_CHANGES, since="beginning", format="parquet").content.startswith(b"PAR1")


def test_what_is_deleted_is_told_as_that(world: World, api: Client):
    world.measured("harbour", "pm10", NOON, 1)
    since = api.json(_CHANGES)["next"]
    with world.connection.transaction():
        world.connection.execute("SELECT set_config('plietsch.cause', 'reprocess', true)")
        world.connection.execute(
            """WITH gone AS (DELETE FROM observation RETURNING datastream_id)
            INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations, revised, cause)
            SELECT array_agg(datastream_id), %(at)s, %(at)s, 0, 1, 'reprocess' FROM gone""",
            {"at": NOON},
        )
    (change,) = api.json(since)["changes"]
    assert (change["time"], change["value"], change["deleted"]) == ("2026-05-01T12:00:00Z", None, True)


def test_what_is_public_no_longer_is_deleted_and_what_becomes_public_comes(world: World, api: Client):
    for hours in (0, 2):
        world.measured("market", "pm10", NOON + timedelta(hours=hours), hours)
    since = api.json(_CHANGES, station="market", property="pm10")["next"]
    later = NOON + timedelta(hours=1)
    deploying.correct(world.connection, "market", since=later, mounting={})
    page = api.json(since)
    gone, kept = page["changes"]
    assert (gone["deleted"], gone["time"], gone["from"], gone["until"]) == (True, None, None, "2026-05-01T13:00:00Z")
    assert (kept["value"], kept["cause"]) == (2.0, "deployment")
    deploying.correct(world.connection, "market", since=NOON - timedelta(days=1), mounting={})
    _, *back = api.json(page["next"])["changes"]
    assert [each["value"] for each in back] == [0.0, 2.0]


def test_a_station_that_is_public_no_longer_is_not_named(world: World, api: Client):
    world.measured("market", "pm10", NOON, 1)
    since = api.json(_CHANGES, property="pm10")["next"]
    deploying.correct(world.connection, "market", phase="bench", mounting={})
    (gone,) = [each for each in api.json(since)["changes"] if each["method"] == "raw"]
    assert (gone["station"], gone["deleted"], gone["from"], gone["until"]) == (None, True, None, None)
    assert api.problem(_CHANGES, station="market")["status"] == 404


def test_who_waits_is_told_as_soon_as_something_is_written(world: World, api: Client):
    waiting = api.json(_CHANGES, station="harbour")["next"] + "&wait=20"

    def write() -> None:
        world.measured("husum", "humidity", NOON, 50)  # not what is waited for
        world.measured("harbour", "pm10", NOON, 1)

    _, answers = api.beside([waiting] * 10, ["/api/v1/stations"], write)
    assert [brief(answer.json()["changes"]) for answer in answers] == [[("harbour", "pm10", 1.0, False)]] * 10
    assert api.json(_CHANGES, wait=1)["changes"] == []


def test_who_waits_has_no_connection(world: World, api: Client):
    waiting = api.json(_CHANGES)["next"] + "&wait=20"
    asked, _ = api.beside(
        [waiting] * 20, ["/api/v1/properties"] * 3, lambda: world.measured("harbour", "pm10", NOON, 1)
    )
    assert [answer.status_code for answer in asked] == [200] * 3


def test_a_cursor_from_before_what_is_left_of_the_ledger_leads_nowhere(world: World, api: Client):
    before = api.json(_CHANGES)["next"]
    for value in range(3):
        world.measured("harbour", "pm10", NOON + timedelta(minutes=value), value)
    world.connection.execute("DELETE FROM write_ledger WHERE id <= (SELECT min(id) + 1 FROM write_ledger)")
    problem = shared.Problem.model_validate(api.problem(before))
    assert (problem.status, "Download anew" in (problem.hint or "")) == (410, True)
    page = api.json(_CHANGES, since="beginning")
    assert [each["value"] for each in page["changes"]] == [2.0]
    world.connection.execute("DELETE FROM write_ledger")
    assert api.json(page["next"])["changes"] == [], "who had come as far misses nothing"


def test_a_cursor_of_another_server_leads_nowhere(world: World, api: Client):
    server, transaction_id, id_ = api.json(_CHANGES)["cursor"].split("-")
    for elsewhere in (f"00000000-{transaction_id}-{id_}", f"{server}-{int(transaction_id) + 1_000_000}-{id_}"):
        assert api.problem(_CHANGES, cursor=elsewhere)["status"] == 410


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"cursor": "what?"}, 400),
        ({"cursor": "00000000-99999999999999999999-1"}, 400),
        ({"cursor": "00000000-1-1-1-999999999999999999"}, 400),
        ({"cursor": "00000000-1-1", "since": "beginning"}, 400),
        ({"since": "yesterday"}, 400),
        ({"limit": 0}, 400),
        ({"limit": 10_001}, 400),
        ({"wait": 31}, 400),
        ({"method": "guessed"}, 400),
        ({"property": "pm25"}, 400),
        ({"region": "bavaria"}, 404),
        ({"station": "bench"}, 404),
        ({"format": "xml"}, 400),
        ({"stations": "harbour"}, 400),
    ],
)
def test_a_wrong_question_is_a_problem(quiet_api: Client, query: dict[str, str], status: int):
    assert quiet_api.problem(_CHANGES, **query)["status"] == status


@pytest.mark.parametrize("inside", [None, Inside(17, NOON), Inside(2**31 - 1, FIRST)])
def test_a_place_is_read_as_it_was_written(inside: Inside | None):
    place = Place("0123abcd", Position(2**64 - 1, 2**63 - 1), inside)
    assert cursor.decode(cursor.encode(place)) == place


def test_a_member_of_the_sites_group_may_read_them(world: World):
    world.measured("harbour", "pm10", NOON, 1)
    with databases.member(world.database_url, "plietsch_site") as url:
        api = Client(url)
        assert len(api.json(_CHANGES, since="beginning")["changes"]) == 1
        api.close()


def test_deleting_the_ledger_is_noted_by_the_database(world: World):
    world.series("harbour", "pm10", [1, 2])
    with psycopg.connect(world.database_url) as connection:
        connection.execute("DELETE FROM write_ledger")
        known = connection.execute("SELECT id FROM ledger_reader WHERE name = 'deleted up to here'").fetchone()
        assert known == (2,)
