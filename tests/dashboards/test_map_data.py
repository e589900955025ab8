"""The map's documents as its script gets them: from the real application and database."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import httpx
import psycopg
import pytest

from support import judged
from support import many_stations as many

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("water_and_rain")


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    """A script of the site."""
    with httpx.Client(base_url=site) as client:
        yield client


@pytest.fixture
def numbers(browser: httpx.Client) -> dict[int, str]:
    """The stations' codes by their numbers, as the script learns them."""
    document = browser.get("/data/flensburg/names").json()
    return dict(zip(accumulate(document["number"]), document["code"], strict=True))


def test_the_map_holds_the_stations_that_measure_a_property(browser: httpx.Client, numbers: dict[int, str]) -> None:
    document = browser.get("/data/flensburg/map?property=pm2_5").json()
    found = _by_station(document, numbers)
    assert found == {
        "flensburg-suedermarkt": (123, 0),
        "flensburg-hafenspitze": (999, 120),
        "husum-markt": (None, None),
    }
    assert abs(document["at"] - datetime.now(UTC).timestamp()) < 60
    places = dict(zip(accumulate(document["number"]), accumulate(document["x"]), strict=True))
    # What is public of a place, and nothing finer.
    assert {numbers[number]: x for number, x in places.items()} == {
        station["id"]: round(station["geometry"]["coordinates"][0] * 10_000)
        for station in browser.get("/api/v1/stations?property=pm2_5").json()["features"]
    }


def test_levels_and_rain_are_on_the_map(
    browser: httpx.Client, numbers: dict[int, str], measured: Callable[..., None]
) -> None:
    for tips, minutes_ago in ((-22, 70), (-12, 30)):  # and 0, a minute ago
        measured("flensburg-regen", "rain_tips", tips, minutes_ago)
    level = browser.get("/data/flensburg/map?property=water_level").json()
    # Just below a level is not above it: it is sent as exactly as it is classed, and rounded when it is written.
    assert _by_station(level, numbers) == {"flensburg-pegel": (5278, 0)}
    assert (level["decimals"], level["levels"]) == (1, [[0, [620, 660, 700, 727]]])
    rain = browser.get("/data/flensburg/map?property=rain_1h").json()
    assert _by_station(rain, numbers) == {"flensburg-regen": (44, 1)}


def test_a_value_may_be_suspect_or_have_failed_and_the_map_says_so(browser: httpx.Client, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute("UPDATE observation SET quality = 4 WHERE phenomenon_time > now() - INTERVAL '3 hours'")
    document = browser.get("/data/flensburg/map?property=pm2_5").json()
    assert sorted(flag for _, flag in document["quality"]) == [4, 4]
    assert all(document["value"][index] is not None for index, _ in document["quality"])


def test_the_map_can_be_asked_for_a_moment_and_says_which(browser: httpx.Client, numbers: dict[int, str]) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - 5 * HOUR
    document = browser.get("/data/flensburg/map", params={"property": "pm2_5", "at": at.isoformat()}).json()
    assert document["at"] == at.timestamp()
    found = _by_station(document, numbers)
    assert found["flensburg-suedermarkt"][1] < 10
    assert found["flensburg-hafenspitze"] == (None, None)
    # Of what has not come yet, the present is known.
    ahead = browser.get("/data/flensburg/map?property=pm2_5&at=2999-01-01T00:00:00Z").json()
    assert ahead["at"] < datetime.now(UTC).timestamp() + 1


def test_frames_are_what_was_known_at_the_end_of_each_hour(
    browser: httpx.Client, numbers: dict[int, str], database_url: str
) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
    _write(database_url, "flensburg-pegel", "water_level", noon, [(1, 500), (59, 510), (121, 520), (301, 530)])
    _write(database_url, "flensburg-regen", "rain_tips", noon, [(-5, 10), (20, 15), (50, 20), (61, 20), (70, 21)])
    _write(database_url, "husum-markt", "pm10", noon, [(0, 10), (20, 20), (40, 30), (60, 8)])
    asked = {"from": noon.isoformat(), "to": (noon + 4 * HOUR).isoformat()}
    frames = {
        code: _frames(browser.get("/data/flensburg/frames", params={"property": code, **asked}).json(), numbers)
        for code in ("water_level", "rain_1h", "pm10")
    }
    # A level holds for an hour in which its gauge says nothing; no longer.
    assert frames["water_level"] == {"flensburg-pegel": [5100, 5100, 5200, 5200]}
    assert frames["rain_1h"] == {"flensburg-regen": [20, 2, None, None]}
    # The index is made for means of an hour.
    assert frames["pm10"]["husum-markt"] == [200, 80, None, None]


def test_frames_of_days_that_are_over_are_kept_longer(browser: httpx.Client) -> None:
    now = datetime.now(UTC)
    kept = [
        browser.get(
            "/data/flensburg/frames",
            params={"property": "pm10", "from": (now - 9 * HOUR).isoformat(), "to": (now - ago).isoformat()},
        ).headers["Cache-Control"]
        for ago in (0 * HOUR, 5 * HOUR)
    ]
    assert kept == ["public, max-age=1", "public, max-age=300"]


def test_only_what_is_installed_is_in_any_document(browser: httpx.Client, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET phase = 'bench'")
    since = (datetime.now(UTC) - 20 * HOUR).isoformat()
    documents = [
        browser.get("/data/flensburg/names").json(),
        *(browser.get(f"/data/flensburg/map?property={code}").json() for code in ("pm10", "water_level", "rain_1h")),
        *(
            browser.get(
                "/data/flensburg/frames", params={"property": code, "from": since, "to": datetime.now(UTC).isoformat()}
            ).json()
            for code in ("pm10", "water_level", "rain_1h")
        ),
    ]
    assert [document["number"] for document in documents] == [[]] * 7


def test_places_are_on_both_sides_of_the_border(browser: httpx.Client) -> None:
    answer = browser.get("/data/places")
    places = {name: (longitude, latitude, kind) for name, longitude, latitude, kind in answer.json()}
    assert {"Flensburg", "Aabenraa", "Tarp"} <= set(places)
    assert all(7 < longitude < 11 and 54 < latitude < 56 for longitude, latitude, _ in places.values())
    again = browser.get("/data/places", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


_DOCUMENTS = ["map?property=pm10", "names", "frames?property=pm10&from={}&to={}"]


def test_a_document_that_is_known_already_is_not_sent_again(browser: httpx.Client, subtests: pytest.Subtests) -> None:
    for address in _DOCUMENTS:
        with subtests.test(address):
            since, until = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
            at = "&at=2026-11-01T00:00:00Z" if address.startswith("map") else ""
            url = f"/data/flensburg/{address.format(since, until)}{at}"
            answer = browser.get(url)
            assert answer.status_code == 200
            again = browser.get(url, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")


_WRONG_QUESTIONS = [
    ("flensburg/map", 400, "property"),
    ("flensburg/map?property=ozone", 400, "“ozone”"),
    ("flensburg/map?property=battery", 400, "It shows: pm2_5"),
    ("flensburg/map?property=pm10&at=yesterday", 400, "“yesterday” is not a time"),
    ("flensburg/map?property=pm10&at=2026-01-01T00:00:00", 400, "names no time zone"),
    ("flensburg/map?property=pm10&when=now", 400, "takes no parameter “when”"),
    ("atlantis/map?property=pm10", 404, "There is no region “atlantis”"),
    ("atlantis/names", 404, "Known are: flensburg"),
    ("%00/names", 404, "There is no region"),
    ("flensburg/frames?property=pm10", 400, "from"),
    ("flensburg/frames?property=pm10&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, "is not before"),
    ("flensburg/frames?property=pm10&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z", 400, "8 days at most"),
    ("flensburg/frames?property=pm10&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&step=60", 400, "step=3600"),
    ("flensburg/frames?property=pm10&from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 400, "too long"),
    ("flensburg/frames?property=pm10&from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z", 400, "no hours"),
    ("flensburg/frames?property=pm10&from=9999-12-31T22:00:00Z&to=9999-12-31T23:59:59Z", 400, "no hours"),
    ("flensburg/nothing", 404, "Not Found"),
]


def test_a_wrong_question_is_told_what_is_wrong(browser: httpx.Client, subtests: pytest.Subtests) -> None:
    for address, status, said in _WRONG_QUESTIONS:
        with subtests.test(address):
            answer = browser.get(f"/data/{address}")
            assert (answer.status_code, said in answer.text) == (status, True), answer.text
            if status >= 400:
                assert answer.headers["Content-Type"] == "application/problem+json"


def test_ten_thousand_stations_are_fifteen_bytes_each_at_most(browser: httpx.Client, database_url: str) -> None:
    many.seed(database_url)
    with browser.stream("GET", "/data/many/map?property=pm2_5", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        sent = sum(len(some) for some in answer.iter_raw())
    document = browser.get("/data/many/map?property=pm2_5").json()
    assert len(document["number"]) == many.STATIONS
    assert None not in document["value"]
    assert sent <= 15 * many.STATIONS


def test_the_newest_of_many_stations_is_found_by_the_key(database_url: str) -> None:
    """However long the history is: one look into the key for each station, and never the table as a whole."""
    many.seed(database_url, values=20, stations=500)
    with psycopg.connect(database_url) as connection:
        plan = _plan(connection)
    reads = [node for node in _nodes(plan) if node.get("Relation Name") == "observation"]
    assert [(node["Node Type"], node["Index Name"]) for node in reads] == [("Index Scan", "observation_pkey")]
    assert all(node["Actual Rows"] <= 1 for node in reads)


def _plan(connection: psycopg.Connection) -> dict[str, Any]:
    from plietsch.dashboards import newest

    query = newest._QUERIES["newest"]  # pyright: ignore[reportPrivateUsage] what is asked is not public, how fast is
    asked = {"at": datetime.now(UTC), "reach": newest.REACH, "worst": 4}
    parameters = {"region": "many", "stations": None, "codes": ["pm10"], **asked}
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", parameters).fetchone()
    assert row
    return row[0][0]["Plan"]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _by_station(document: dict[str, Any], numbers: dict[int, str]) -> dict[str, tuple[int | None, int | None]]:
    """Value and age by station."""
    values = zip(accumulate(document["number"]), document["value"], document["age"], strict=True)
    return {numbers[number]: (value, age) for number, value, age in values}


def _frames(document: dict[str, Any], numbers: dict[int, str]) -> dict[str, list[int | None]]:
    found: dict[str, list[int | None]] = {}
    for number, row in zip(accumulate(document["number"]), document["values"], strict=True):
        known, values = 0, []
        for difference in row:
            known += difference or 0
            values.append(None if difference is None else known)
        found[numbers[number]] = values
    return found


def _write(database_url: str, station: str, code: str, start: datetime, values: list[tuple[float, float]]) -> None:
    with psycopg.connect(database_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO observation SELECT d.id, %s, %s, now(), 1 FROM datastream d"
            " JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"
            " WHERE s.code = %s AND p.code = %s AND d.method = p.default_method",
            [(start + timedelta(minutes=minute), value, station, code) for minute, value in values],
        )
    if code == "rain_tips":
        judged.judge(database_url, station)
