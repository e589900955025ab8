"""Which observations, and how they lie: regions, methods side by side, the newest of each series, wide tables, gaps."""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from api.world import NOON, Client, World
from psycopg.types.multirange import Multirange

from api import instruments
from plietsch.api import errors
from plietsch.api.changes import cursor
from plietsch.api.observations import documents, last
from plietsch.api.observations.question import Question
from plietsch.api.observations.series import Series
from plietsch.api.observations.wide import Wide

OBSERVATIONS = "/api/v1/observations"
DAY = {"from_": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"}


def wide(api: Client, **query: Any) -> list[tuple[Any, ...]]:
    """Rows of a wide table: the clock time, and the cells."""
    page = api.json(OBSERVATIONS, layout="wide", **query)
    documents.Observations.model_validate(page)
    for row in page["observations"]:
        assert list(row)[1:] == list(page["series"])
    return [(row.pop("time")[11:16], *row.values()) for row in page["observations"]]


def test_a_whole_answer_streams_and_says_what_it_is_complete_to(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, 3])
    response = api.get(OBSERVATIONS, **DAY)
    body = response.json()
    assert len(body["observations"]) == 3
    assert body["next"] is None
    assert response.headers["plietsch-complete-to"] == body["complete_to"]
    place = cursor.decode(body["complete_to"])
    world.measured("harbour", "pm10", NOON + timedelta(hours=1), 4.0)
    after = cursor.decode(api.json(OBSERVATIONS, **DAY)["complete_to"])
    assert place < after


@pytest.mark.parametrize("resolution", ["1d", "1mo"])
def test_a_span_that_ends_in_thousands_of_years_costs_no_more(world: World, api: Client, resolution: str):
    world.series("harbour", "pm10", [1, 2, 3])
    asked = {"station": "harbour", "property": "pm10", "resolution": resolution, "tz": "Europe/Berlin"}
    rows = api.json(OBSERVATIONS, last="1", to="9990-01-01T00:00:00Z", **asked)["observations"]
    assert [(row["count"], row["last"]) for row in rows] == [(3, 3.0)]
    # The calendar ends not long after it begins.
    page = api.json(OBSERVATIONS, from_="9998-12-01T00:00:00Z", to="9999-12-31T00:00:00Z", **asked)
    assert page["observations"] == []


@pytest.mark.parametrize("resolution", ["raw", "1d"])
def test_the_newest_of_all_series_together_have_a_bound(resolution: str):
    most = 2_000_000 if resolution == "raw" else 250_000
    last.check(10_000, most // 10_000, is_raw=resolution == "raw")
    with pytest.raises(errors.ParameterInvalid, match=f"more than {most}") as refused:
        last.check(10_000, most // 10_000 + 1, is_raw=resolution == "raw")
    assert f"ask for {most // (most // 10_000 + 1)} at most" in refused.value.hint


def test_regions_filter(world: World, api: Client):
    for code in ("harbour", "husum"):
        world.measured(code, "humidity", NOON, 70.0)
    rows = api.json(OBSERVATIONS, region="nordfriesland", **DAY)["observations"]
    assert [row["station"] for row in rows] == ["husum"]
    assert len(api.json(OBSERVATIONS, region=["nordfriesland", "flensburg"], **DAY)["observations"]) == 2
    assert api.problem(OBSERVATIONS, region="bavaria")["status"] == 404


def test_raw_and_corrected_lie_side_by_side(world: World, api: Client):
    for value, method in [(20.0, "raw"), (8.5, "kappa-koehler/1")]:
        world.measured("harbour", "pm10", NOON, value, method=method)
    rows = api.json(OBSERVATIONS, property="pm10", method="all", **DAY)["observations"]
    assert {row["method"]: row["value"] for row in rows} == {"raw": 20.0, "kappa-koehler/1": 8.5}
    page = api.json(OBSERVATIONS, station="harbour", property="pm10", method="all", layout="wide", **DAY)
    assert page["observations"] == [
        {"time": "2026-05-01T12:00:00Z", "harbour.pm10.raw": 20.0, "harbour.pm10.kappa-koehler/1": 8.5}
    ]


@pytest.mark.parametrize(
    ("quality", "values"), [(None, [1, 2, 3, 4, None]), ("good", [1]), ("usable", [1, 2, 3]), ("3,9", [3, None])]
)
def test_quality_filters(world: World, api: Client, quality: str | None, values: list[float | None]):
    for minute, flag in enumerate((1, 2, 3, 4, 9)):
        value = None if flag == 9 else float(flag)
        world.measured("harbour", "pm10", NOON + timedelta(minutes=minute), value, flag)
    query = {"quality": quality} if quality else {}
    assert [row["value"] for row in api.json(OBSERVATIONS, **query, **DAY)["observations"]] == values


def test_the_newest_of_each_series(world: World, api: Client):
    world.series("harbour", "pm10", range(10))
    world.series("market", "pm10", range(100, 103), every_s=86_400)
    world.measured("husum", "humidity", NOON, 70.0)
    page = api.json(OBSERVATIONS, last="2", to="2026-06-01T00:00:00Z")
    found = [(row["station"], row["value"]) for row in page["observations"]]
    assert found == [("husum", 70), ("harbour", 8), ("harbour", 9), ("market", 101), ("market", 102)]
    assert page["from"] == "2026-05-01T12:00:00Z"
    good = api.json(OBSERVATIONS, last="1", station="market", quality="4", to="2026-06-01T00:00:00Z")
    assert good["observations"] == []


@pytest.mark.parametrize(
    ("resolution", "times"),
    [
        ("1h", ["2026-04-30T23:00:00+02:00", "2026-05-03T11:00:00+02:00"]),
        ("1d", ["2026-04-30T00:00:00+02:00", "2026-05-03T00:00:00+02:00"]),
        ("1mo", ["2026-04-01T00:00:00+02:00", "2026-05-01T00:00:00+02:00"]),
    ],
)
def test_the_newest_buckets_of_each_series_pass_over_gaps(world: World, api: Client, resolution: str, times: list[str]):
    # By Berlin's clock 23:30 on 30 April, 11:10 and 11:20 on 3 May; and two months before.
    for day, hour, minute in [(30, 21, 30), (33, 9, 10), (33, 9, 20)]:
        at = datetime(2026, 4, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)
        world.measured("harbour", "pm10", at, 1.0)
    world.measured("harbour", "pm10", datetime(2026, 2, 1, tzinfo=UTC), 1.0)
    page = api.json(OBSERVATIONS, last="2", to="2026-06-01T00:00:00Z", resolution=resolution, tz="Europe/Berlin")
    assert [row["time"] for row in page["observations"]] == times


def test_a_wide_table_has_a_column_for_each_series(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, None])
    world.series("market", "pm10", [3], every_s=300)
    world.measured("market", "pm10", NOON + timedelta(minutes=5), 99.0, 4)
    assert wide(api, property="pm10", station=["harbour", "market"], **DAY) == [("12:00", 1, 3), ("12:05", 2, None)]
    assert wide(api, property="pm10", station=["harbour", "market"], quality="all", **DAY) == [
        ("12:00", 1, 3),
        ("12:05", 2, 99),
        ("12:10", None, None),
    ]


def test_a_gap_of_aggregates_is_no_row_when_long_and_a_row_of_nulls_when_wide(world: World, api: Client):
    for hours, value in [(0, 1.0), (3, 2.0)]:
        world.measured("harbour", "pm10", NOON + timedelta(hours=hours), value)
    query = {"property": "pm10", "station": ["harbour", "market"], "resolution": "1h", **DAY}
    assert [row["time"][11:13] for row in api.json(OBSERVATIONS, **query)["observations"]] == ["12", "15"]
    rows = [("12:00", 1, None), ("13:00", None, None), ("14:00", None, None), ("15:00", 2, None)]
    assert wide(api, **query) == rows
    first = api.json(OBSERVATIONS, layout="wide", limit=2, **query)
    assert [row["time"][11:16] for row in api.json(first["next"])["observations"]] == ["14:00", "15:00"]


@pytest.mark.parametrize(("statistic", "value"), [("count", 2), ("min", 1), ("max", 4), ("last", 4), ("mean", 2.5)])
def test_a_wide_table_holds_the_statistic_that_is_asked_for(world: World, api: Client, statistic: str, value: float):
    world.series("harbour", "pm10", [1, 4])
    query = {"station": "harbour", "property": "pm10", "resolution": "1d", **DAY}
    assert wide(api, statistic=statistic, **query) == [("00:00", value)]


@pytest.mark.parametrize(("method", "ending"), [(None, ""), ("raw", ".raw")])
def test_a_column_keeps_its_name_when_another_instrument_comes(
    world: World, api: Client, method: str | None, ending: str
):
    def series(**span: str) -> dict[str, int]:
        asked = {"station": "harbour", "property": "humidity", "layout": "wide"} | (
            {"method": method} if method else {}
        )
        page = api.json(OBSERVATIONS, **asked, **(DAY | span))
        documents.Observations.model_validate(page)
        return {name: each["datastream"] for name, each in page["series"].items()}

    (first,) = instruments.ids(world, "harbour", "humidity")
    plain = f"harbour.humidity{ending}"
    assert series() == {plain: first}
    second = instruments.add(world, "harbour", "humidity", "DHT22")
    assert series() == {plain: first, f"{plain}.{second}": second}
    # Nor has the one that came first another name, or none, where it is there no longer.
    world.connection.execute("DELETE FROM deployment_channel WHERE datastream_id = %s", [first])
    assert series() == {f"{plain}.{second}": second}


def test_the_default_of_a_property_has_the_plain_name_whatever_methods_there_are(world: World, api: Client):
    for method in ("raw", "kappa-koehler/1"):
        world.measured("harbour", "pm10", NOON, 20.0, method=method)
    (default,) = instruments.ids(world, "harbour", "pm10")
    page = api.json(OBSERVATIONS, station="harbour", property="pm10", layout="wide", **DAY)
    assert {name: each["datastream"] for name, each in page["series"].items()} == {"harbour.pm10": default}
    both = api.json(OBSERVATIONS, station="harbour", property="pm10", method="all", layout="wide", **DAY)
    assert list(both["series"]) == ["harbour.pm10.raw", "harbour.pm10.kappa-koehler/1"]


def test_wide_tables_have_their_limits(world: World, api: Client):
    world.crowd(1001)
    assert "more than 1000" in api.problem(OBSERVATIONS, layout="wide", **DAY)["detail"]
    crowd = [f"crowd-{number}" for number in range(1, 101)]
    problem = api.problem(OBSERVATIONS, layout="wide", limit=50_000, station=crowd, **DAY)
    assert (problem["parameter"], "10000 rows" in problem["hint"]) == ("limit", True)
    rows = list(csv.reader(io.StringIO(api.get(OBSERVATIONS, layout="wide", format="csv", station=crowd, **DAY).text)))
    assert len(rows) == 1 + 100
    assert {len(row) for row in rows} == {101}


def test_times_are_of_the_zone_that_is_asked_for(world: World, api: Client):
    world.series("harbour", "pm10", [1])
    (row,) = api.json(OBSERVATIONS, tz="Asia/Kathmandu", **DAY)["observations"]
    assert row["time"] == "2026-05-01T17:45:00+05:45"


def test_pieces_that_end_between_equal_times_hold_every_observation_once(world: World, api: Client):
    """Three hundred series of the same times, in pieces of far fewer rows than they have at once."""
    world.crowd(300)
    readers = api.app.state.reading.readers
    readers.present += 2_000  # so many share the room that a piece has the least rows
    rows = api.json(OBSERVATIONS, **DAY)["observations"]
    readers.present -= 2_000
    keys = [(row["time"], row["station"]) for row in rows]
    assert len(keys) == 300 * 100
    assert keys == sorted(set(keys))


def test_others_have_their_turn_while_a_gap_of_years_is_made():
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    one = Series(1, "harbour", "Harbour", False, "CC0-1.0", "", "pm10", "raw", "ug/m3", "µg/m³", 1, Multirange([]))
    question = Question(start, end, resolution="1h", layout="wide", statistic="last", flags=(1, 2))
    table = Wide(question, [one._replace(id=number) for number in range(500)])
    made: list[int] = []
    seen: list[int] = []

    async def pieces() -> AsyncGenerator[pa.RecordBatch]:
        times = pa.array([start, end - timedelta(hours=1)], pa.timestamp("us", "UTC"))
        yield pa.record_batch({"time": times, "rank": [0, 0], "last": [1.0, 2.0]})

    async def look() -> None:
        while True:
            seen.append(len(made))
            await asyncio.sleep(0)

    async def use() -> None:
        other = asyncio.ensure_future(look())
        async for batch in table.rows(pieces()):
            made.append(batch.num_rows)  # noqa: PERF401 looked at meanwhile
        other.cancel()

    asyncio.run(use())
    assert made == [1, *[2000] * 4, 759]
    assert seen == [*range(1, len(made) + 1)]


def test_a_late_value_elsewhere_changes_no_tag(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, 3])
    for path, after_noon in ((OBSERVATIONS, timedelta(hours=1)), (f"{OBSERVATIONS}.csv", timedelta(hours=2))):
        before = api.get(path, station="harbour", **DAY)
        world.measured("market", "pm2_5", NOON + after_noon, 4.0)
        tag = {"If-None-Match": before.headers["etag"]}
        after = api.get(path, station="harbour", headers=tag, **DAY)
        assert after.status_code == 304
        world.measured("harbour", "pm10", NOON + after_noon, 5.0)
        after = api.get(path, station="harbour", headers=tag, **DAY)
        assert (after.status_code, after.headers["etag"] == tag["If-None-Match"]) == (200, False)


def test_an_address_that_names_its_place_in_the_ledger_need_not_be_asked_again(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, 3])
    query = {"station": "harbour", "property": "pm10", "limit": 1, **DAY}
    before = api.get(OBSERVATIONS, **query)
    assert "immutable" not in before.headers["cache-control"]
    at = before.headers["plietsch-complete-to"]
    bound = api.get(OBSERVATIONS, at=at, **query)
    assert bound.headers["cache-control"].endswith("immutable")
    assert api.get(bound.json()["next"]).headers["cache-control"].endswith("immutable")
    # Hours that are kept know late values later, and today goes on.
    for other in ({**query, "resolution": "1h"}, {"station": "harbour"}):
        assert "immutable" not in api.get(OBSERVATIONS, at=at, **other).headers["cache-control"]
    # What rows mean has names and licences in it, which change without the ledger.
    world.connection.execute("UPDATE station SET name = 'Quay' WHERE code = 'harbour'")
    meaning = api.get(f"{OBSERVATIONS}.metadata.json", at=at, **query)
    assert meaning.json()["stations"]["harbour"]["name"] == "Quay"
    assert "max-age=86400" in meaning.headers["cache-control"]
    assert "immutable" not in meaning.headers["cache-control"]
    # Who learns of a late value asks with where they are now: another address.
    world.measured("harbour", "pm10", NOON + timedelta(hours=1), 4.0)
    assert api.get(OBSERVATIONS, **query).headers["plietsch-complete-to"] != at
    server, transaction, entry = at.split("-")
    for wrong in (f"{server}-{int(transaction) + 1000}-{entry}", "yesterday"):
        for path in (OBSERVATIONS, f"{OBSERVATIONS}.metadata.json"):
            assert api.problem(path, at=wrong)["parameter"] == "at"


def test_the_address_of_a_citation_from_before_a_restore_leads_to_the_rows(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2, 3])
    query = {"station": "harbour", "property": "pm10", **DAY}
    for at in ("00000000-1-1", "00000000-99999999999-1"):
        answer = api.get(OBSERVATIONS, at=at, **query)
        assert answer.json()["observations"] == api.get(OBSERVATIONS, **query).json()["observations"] != []
        assert "immutable" not in answer.headers["cache-control"]
        assert api.get(f"{OBSERVATIONS}.metadata.json", at=at, **query).status_code == 200


@pytest.mark.parametrize("name", ["station", "property", "method", "region"])
def test_nobody_means_a_word_so_long(quiet_api: Client, name: str):
    assert quiet_api.problem(OBSERVATIONS, **{name: "x" * 101})["parameter"] == name
