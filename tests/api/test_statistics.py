"""Statistics: held against what pandas makes of the same observations, by another way; and what may be asked."""

import csv
import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import psycopg
import pyarrow.parquet
import pytest
from api.test_gauges import region_with_gauges
from api.world import Client, World, region, station

from api import own_database
from plietsch.api.listings.paging import Page
from plietsch.api.statistics import documents, figures, limits, periods, reading, whole
from plietsch.api.statistics import hours as by_hours
from plietsch.api.statistics.figures import Answer
from plietsch.api.turns import Turns
from plietsch.platform import registry
from plietsch.platform.local.postgres import EmbeddedPostgres

STATISTICS = "/api/v1/statistics"
BERLIN = "Europe/Berlin"
YEAR = {"from_": "2025-06-01T00:00:00Z", "to": "2025-06-02T00:00:00Z"}
START, END = pd.Timestamp("2025-01-01", tz=BERLIN), pd.Timestamp("2026-01-01", tz=BERLIN)
# Two values an hour say the same as twelve, and cost a sixth.
INTERVAL_S = 1800


class Written:
    """What was written of a series: time, value and quality."""

    def __init__(self, connection: psycopg.Connection, station: str, code: str, method: str = "raw") -> None:
        self.connection = connection
        row = connection.execute(
            """SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id
            JOIN observed_property p ON p.id = d.observed_property_id
            WHERE s.code = %s AND p.code = %s AND d.method = %s ORDER BY d.id LIMIT 1""",
            (station, code, method),
        ).fetchone()
        assert row is not None
        self.datastream_id = row[0]
        connection.execute("UPDATE device SET interval_s = %s", (INTERVAL_S,))
        connection.execute(
            "UPDATE deployment SET during = '[2024-01-01Z,)' WHERE upper(during) IS NULL"
            " AND station_id = (SELECT id FROM station WHERE code = %s)",
            (station,),
        )

    def write(self, frame: pd.DataFrame) -> None:
        with self.connection.cursor().copy("COPY observation FROM STDIN") as copy:
            for time, value, quality in frame.itertuples(index=False):
                copy.write_row((self.datastream_id, time.to_pydatetime(), float(value), None, int(quality)))

    def good(self) -> "pd.Series[float]":
        """The values of quality 1 and 2 as the database has them, by local time."""
        rows = self.connection.execute(
            "SELECT phenomenon_time, result FROM observation WHERE datastream_id = %s AND quality <= 2 ORDER BY 1",
            (self.datastream_id,),
        ).fetchall()
        index = pd.DatetimeIndex([row[0] for row in rows]).tz_convert(BERLIN)
        return pd.Series([row[1] for row in rows], index)


def year_of(values: "np.ndarray[Any, Any]", missing: float, seed: int) -> pd.DataFrame:
    """Values every half hour of 2025, of which some were lost, in stretches of hours, and some failed."""
    rng = np.random.default_rng(seed)
    times = pd.date_range(START, END, freq="30min", inclusive="left")
    blocks = rng.random(len(times) // 10 + 1)[np.arange(len(times)) // 10]
    quality = rng.choice([1, 1, 1, 1, 1, 2, 3, 4], len(times), p=[0.2, 0.2, 0.2, 0.2, 0.15, 0.03, 0.01, 0.01])
    kept = blocks > missing
    return pd.DataFrame({"time": times, "value": np.round(values, 1), "quality": quality})[kept]


def dust(seed: int) -> "np.ndarray[Any, Any]":
    """Fine dust as a winter has it: lognormal, with days of much."""
    rng = np.random.default_rng(seed)
    count = len(pd.date_range(START, END, freq="30min", inclusive="left"))
    return np.exp(rng.normal(2.6, 0.4, count) + np.repeat(rng.normal(0, 0.6, count // 48 + 1), 48)[:count])


def hours(good: "pd.Series[float]") -> "pd.Series[float]":
    """The means of the hours that have both their values."""
    grouped = good.resample("1h")
    return grouped.mean()[grouped.count() >= math.ceil(0.75 * 3600 / INTERVAL_S)]


def days(by_hour: "pd.Series[float]") -> "pd.Series[float]":
    """The means of the local days that have three quarters of their hours."""
    grouped = by_hour.groupby(by_hour.index.date)
    frame = pd.DataFrame({"mean": grouped.mean(), "count": grouped.count()})
    begins = pd.Series(pd.DatetimeIndex(frame.index).tz_localize(BERLIN), frame.index)
    ends = pd.Series((pd.DatetimeIndex(frame.index) + pd.Timedelta(days=1)).tz_localize(BERLIN), frame.index)
    length = (ends - begins) / pd.Timedelta(hours=1)
    return frame["mean"][frame["count"] >= 0.75 * length]


@pytest.fixture(scope="module")
def dusty(postgres: EmbeddedPostgres) -> Iterator[tuple[Client, "pd.Series[float]"]]:
    """A year of PM10 at the harbour, read back."""
    with own_database.fresh(postgres) as url:
        world = World(url)
        written = Written(world.connection, "harbour", "pm10")
        written.write(year_of(dust(7), 0.06, 8))
        client = Client(url)
        yield client, written.good()
        client.close()
        world.close()


def one(api: Client, **query: Any) -> dict[str, Any]:
    """The only row of an answer."""
    answer = api.json(STATISTICS, **{**YEAR, **query})
    documents.Statistics.model_validate(answer)
    (row,) = answer["statistics"]
    return row


def test_a_year_of_dust_is_what_pandas_makes_of_it(dusty: tuple[Client, "pd.Series[float]"]):
    api, good = dusty
    row = one(api, station="harbour", property="pm10", method="raw")
    by_hour, by_day = hours(good), days(hours(good))
    assert (row["period"], row["from"], row["to"]) == ("2025", "2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z")
    assert (row["complete"], row["sufficient"], row["reason"], row["zone"]) == (True, True, None, BERLIN)
    assert row["capture"] == {
        "share": round(len(by_hour) / 8760, 3),
        "hours": len(by_hour),
        "hours_possible": 8760,
        "days": len(by_day),
        "days_possible": 365,
    }
    assert 0.8 < row["capture"]["share"] < 0.95
    assert row["mean"] == pytest.approx(by_hour.mean(), abs=0.005)
    for name, extreme, at in (("min", good.min(), good.idxmin()), ("max", good.max(), good.idxmax())):
        assert row[name]["value"] == extreme
        assert pd.Timestamp(row[name]["time"]) == at
    assert row["percentiles_of"] == "day"
    for name, value in row["percentiles"].items():
        assert value == pytest.approx(by_day.quantile(int(name) / 100), abs=0.005)
    above = {value: int((by_day > value).sum()) for value in (45, 50)}
    assert above[50] > 0
    held = {(each["code"], each["of"]): each for each in row["limits"]}
    assert held["eu-2008-50", "day"]["days_above"] == above[50]
    assert held["eu-2008-50", "day"]["met"] == (above[50] <= 35)
    assert held["eu-2024-2881", "day"]["days_above"] == held["who-2021", "day"]["days_above"] == above[45]
    assert held["eu-2024-2881", "day"]["met"] == (above[45] <= 18)
    assert held["who-2021", "day"]["met"] == (by_day.quantile(0.99) <= 45)
    assert {code: each["met"] for (code, of), each in held.items() if of == "year"} == {
        "eu-2008-50": by_hour.mean() <= 40,
        "eu-2024-2881": by_hour.mean() <= 20,
        "who-2021": by_hour.mean() <= 15,
    }


def test_months_are_what_pandas_makes_of_them(dusty: tuple[Client, "pd.Series[float]"]):
    api, good = dusty
    span = {"from_": "2025-02-10T00:00:00Z", "to": "2025-12-01T00:00:00Z"}
    rows = api.json(STATISTICS, **span, station="harbour", property="pm10", period="month")["statistics"]
    by_hour = hours(good)
    assert [row["period"] for row in rows] == [f"2025-{month:02}" for month in range(2, 13)]
    for row in rows:
        begins, ends = pd.Timestamp(row["from"]), pd.Timestamp(row["to"])
        own = by_hour[(by_hour.index >= begins) & (by_hour.index < ends)]
        # March has an hour less, October one more.
        assert row["capture"]["hours_possible"] == (ends - begins) / pd.Timedelta(hours=1)
        assert (row["capture"]["hours"], row["capture"]["days"]) == (len(own), len(days(own)))
        assert row["mean"] == pytest.approx(own.mean(), abs=0.005)
        assert {each["met"] for each in row["limits"]} == {None}
    assert rows[1]["capture"]["hours_possible"] == 743


def test_any_span_and_any_zone(dusty: tuple[Client, "pd.Series[float]"]):
    api, good = dusty
    span = {"from_": "2025-03-03T12:30:00Z", "to": "2025-03-20T00:00:00Z"}
    row = one(api, **span, station="harbour", property="pm10", period="whole", tz="UTC")
    by_hour = hours(good)
    own = by_hour[(by_hour.index >= "2025-03-03T13:00Z") & (by_hour.index < "2025-03-20T00:00Z")]
    assert (row["period"], row["zone"], row["capture"]["days_possible"]) == (None, "UTC", 16)
    assert (row["capture"]["hours"], row["capture"]["hours_possible"]) == (len(own), 16 * 24 + 11)
    assert row["mean"] == pytest.approx(own.mean(), abs=0.005)


def test_less_than_three_quarters_have_no_figures(dusty: tuple[Client, "pd.Series[float]"]):
    api, _ = dusty
    # Of 2024 there is nothing, of a year that begins in spring three quarters; of 2026 nothing was measured yet.
    rows = api.json(STATISTICS, from_="2024-06-01T00:00:00Z", to="2024-06-02T00:00:00Z", station="harbour",
                    property="pm10")["statistics"]  # fmt: skip
    (row,) = rows
    assert (row["sufficient"], row["capture"]["share"]) == (False, 0.0)
    assert "75 %" in row["reason"]
    assert {row[name] for name in ("mean", "min", "max", "sum", "limits", "levels", "days")} == {None}
    span = {"from_": "2024-10-01T00:00:00Z", "to": "2025-04-01T00:00:00Z"}
    half = one(api, **span, station="harbour", property="pm10", period="whole")
    assert (half["sufficient"], half["mean"]) == (False, None)
    assert 0.4 < half["capture"]["share"] < 0.5


def reckoned(by_hour: "pd.Series[float]", begins: pd.Timestamp, ends: pd.Timestamp, kind: periods.Kind) -> Answer:
    """What comes of hours that are known, without a database."""
    rows = [(int(at.timestamp()) // 3600, 2, value, value, value) for at, value in by_hour.items()]
    period = periods.Period("", kind, *(each.tz_convert(UTC).to_pydatetime() for each in (begins, ends)))
    every = by_hours.of(rows, 17, INTERVAL_S)
    return figures.of(every, "pm2_5", period, ZoneInfo(BERLIN), datetime(2027, 1, 1, tzinfo=UTC))


def test_too_few_days_say_nothing_of_days_though_there_are_enough_hours():
    begins, ends = pd.Timestamp("2026-05-01", tz=BERLIN), pd.Timestamp("2026-05-07", tz=BERLIN)
    times = pd.date_range(begins, ends, freq="1h", inclusive="left")
    # On each second day the value is above every limit, and seven hours are missing: the day does not count.
    by_hour = pd.Series(np.where(times.day % 2 == 0, 80.0, 5.0), times)[(times.day % 2 == 1) | (times.hour < 17)]
    capture, found = reckoned(by_hour, begins, ends, "whole")
    assert (capture.days, capture.days_possible, capture.has_days) == (len(days(by_hour)), 6, False)
    assert capture.days == 3
    assert found is not None
    assert found.mean == pytest.approx(by_hour.mean())
    assert found.percentiles is None
    assert found.lacks_days
    assert {(each.days_above, each.met) for each in found.limits} == {(None, None)}


@pytest.mark.parametrize(("above", "met"), [(19, False), (18, None)])
def test_a_limit_that_too_many_days_were_above_was_missed_whatever_is_missing(above: int, met: bool | None):
    times = pd.date_range(START, END, freq="1h", inclusive="left")
    known = np.asarray((times.day % 2 == 1) | (times.hour < 17))
    bad = list(dict.fromkeys(times.date[times.day % 2 == 1]))[:above]
    by_hour = pd.Series(np.where(pd.Index(times.date).isin(bad), 80.0, 4.0), times)[known]
    known_days = days(by_hour)
    capture, found = reckoned(by_hour, START, END, "year")
    assert (capture.days, capture.is_enough, capture.has_days) == (len(known_days), True, False)
    assert found is not None
    held = {(each.limit.code, each.limit.of): each for each in found.limits}
    is_above = int((known_days > 25).sum())
    eu, who = held["eu-2024-2881", "day"], held["who-2021", "day"]
    assert (eu.met, eu.days_above) == ((False, is_above) if is_above > 18 else (None, None))
    assert eu.met is met
    assert (who.met, who.days_above) == (None, None)
    # The mean of the year is one of hours.
    assert held["eu-2008-50", "year"].met == (by_hour.mean() <= 25)


def test_a_year_that_is_not_over_says_of_no_limit_that_it_was_met(world: World, api: Client):
    now = datetime.now(UTC)
    zone = ZoneInfo(BERLIN)
    begins = datetime(now.astimezone(zone).year, 1, 1, tzinfo=zone).astimezone(UTC)
    written = Written(world.connection, "harbour", "pm10")
    times = pd.date_range(begins, now, freq="30min", tz="UTC")
    written.write(pd.DataFrame({"time": times, "value": np.full(len(times), 46.0), "quality": 1}))
    row = one(api, from_=begins.isoformat(), to=now.isoformat(), station="harbour", property="pm10")
    assert (row["complete"], row["sufficient"], row["mean"]) == (False, True, 46.0)
    met = {(each["code"], each["of"]): each["met"] for each in row["limits"]}
    assert met["eu-2008-50", "day"] is None
    assert met["eu-2024-2881", "day"] is (False if row["capture"]["days"] > 18 else None)
    assert met["eu-2008-50", "year"] is None


def test_an_exchanged_instrument_s_values_are_the_same_station_s(world: World, api: Client):
    written = Written(world.connection, "harbour", "temperature")
    half = pd.date_range(START, END, freq="30min", inclusive="left")
    middle = len(half) // 2
    written.write(pd.DataFrame({"time": half[: middle + 40], "value": -1.0, "quality": 1}))
    world.connection.execute(
        """WITH new AS (
            INSERT INTO datastream (station_id, sensor_id, observed_property_id)
            SELECT station_id, (SELECT id FROM sensor WHERE model = 'DHT22'), observed_property_id
            FROM datastream WHERE id = %(id)s RETURNING id
        ), fed AS (
            INSERT INTO deployment_channel SELECT deployment_id, 'new', new.id FROM new, deployment_channel
            WHERE datastream_id = %(id)s
        )
        INSERT INTO observation SELECT new.id, t, 31, NULL, 1
        FROM new, generate_series(%(start)s::timestamptz, %(last)s::timestamptz, interval '30 min') t""",
        {"id": written.datastream_id, "start": half[middle].to_pydatetime(), "last": half[-1].to_pydatetime()},
    )
    row = one(api, station="harbour", property="temperature")
    assert (row["sensors"], row["capture"]["share"]) == (["BME280", "DHT22"], 1.0)
    # Where both measured, one of them counts: that which was there before.
    cold = middle + 40
    assert row["mean"] == pytest.approx((-1.0 * cold + 31.0 * (len(half) - cold)) / len(half), abs=0.005)
    by_day = pd.Series(np.where(np.arange(len(half)) < cold, -1.0, 31.0), half).groupby(half.date)
    assert row["days"] == {
        "ice": int((by_day.max() < 0).sum()),
        "frost": int((by_day.min() < 0).sum()),
        "summer": int((by_day.max() >= 25).sum()),
        "hot": int((by_day.max() >= 30).sum()),
    }


@pytest.fixture
def gauged(world: World) -> Iterator[Client]:
    registry.import_region(world.connection, region_with_gauges())
    client = Client(world.database_url)
    yield client
    client.close()


def test_a_year_of_water_tells_its_highest_level_and_the_days_at_each(world: World, gauged: Client):
    world.connection.execute(
        "UPDATE deployment SET during = tstzrange(lower(during) - interval '2 years', upper(during)) WHERE"
        " phase = 'installed' AND gauge_zero_distance_m IS NOT NULL"
    )
    written = Written(world.connection, "harbour", "water_level", "gauge-zero/1")
    times = pd.date_range(START, END, freq="30min", inclusive="left")
    hours_since = np.arange(len(times)) / 2
    level = 500 + 60 * np.sin(hours_since / 12.42 * 2 * np.pi) + 80 * np.sin(hours_since / 700) ** 9
    written.write(pd.DataFrame({"time": times, "value": np.round(level, 1), "quality": 1})[hours_since % 5 != 3])
    good = written.good()
    row = one(gauged, station="harbour", property="water_level")
    assert (row["max"]["value"], row["min"]["value"]) == (good.max(), good.min())
    assert pd.Timestamp(row["max"]["time"]) == good.idxmax()
    assert row["mean"] == pytest.approx(good.resample("1h").mean().mean(), abs=0.05)
    reached = {cm: good[good > cm - 0.05].index.normalize().nunique() for cm in (600.0, 650.0)}
    assert reached[600.0] > 0
    assert {each["level_cm"]: each["days"] for each in row["levels"]} == reached
    assert row["levels"][0]["name"]["da"] == "forhøjet"


def test_rain_is_summed_by_month(world: World, api: Client):
    document = region("flensburg", [station("market")])
    document.stations[0].device.dev_eui = "70b3d57ed00c0001"
    document.stations[0].device.type, document.stations[0].device.sensors = "plietsch-rain", []
    document.stations[0].deployment.rain_tip_mm = 0.2
    document.stations[0].deployment.since = datetime(2026, 1, 2, tzinfo=UTC)
    registry.import_region(world.connection, document)
    world.connection.execute(
        "UPDATE deployment SET during = '[2026-01-02Z,)' WHERE device_id = (SELECT id FROM device WHERE dev_eui ="
        " '70b3d57ed00c0001')"
    )
    row = world.connection.execute(
        """SELECT d.id FROM datastream d JOIN station s ON s.id = station_id
        JOIN observed_property p ON p.id = observed_property_id WHERE s.code = 'market' AND p.code = 'rain'"""
    ).fetchone()
    assert row is not None
    rng = np.random.default_rng(3)
    times = pd.date_range("2026-03-01", "2026-04-01", freq="1h", tz=BERLIN, inclusive="left")
    fallen = np.round(rng.exponential(0.3, len(times)) * (rng.random(len(times)) < 0.1), 1)
    with world.connection.cursor().copy("COPY observation FROM STDIN") as copy:
        for time, mm in zip(times, fallen, strict=True):
            copy.write_row((row[0], time.to_pydatetime(), float(mm), None, 1))
    span = {"from_": "2026-03-10T00:00:00Z", "to": "2026-03-11T00:00:00Z"}
    found = one(api, **span, station="market", property="rain", period="month")
    by_day = pd.Series(fallen, times).groupby(times.date).sum()
    assert found["sum"] == pytest.approx(fallen.sum(), abs=0.05)
    assert found["days"] == {"wet": int((by_day >= 0.999999).sum())}


def test_pages_are_the_whole_and_a_table_says_the_same(dusty: tuple[Client, "pd.Series[float]"]):
    api, _ = dusty
    whole = api.json(STATISTICS, **YEAR, limit=50)
    keys = [(row["station"], row["property"]) for row in whole["statistics"]]
    assert keys == sorted(keys)
    assert ("harbour", "battery") not in keys
    page = api.json(STATISTICS, **YEAR, limit=4)
    found = page["statistics"]
    while page["next"]:
        page = api.json(page["next"])
        found += page["statistics"]
    assert found == whole["statistics"]
    (row,) = csv.DictReader(io.StringIO(api.get(f"{STATISTICS}.csv", **YEAR, property="pm10", station="harbour").text))
    said = next(each for each in found if (each["station"], each["property"]) == ("harbour", "pm10"))
    assert float(row["mean"]) == said["mean"]
    assert row["max_time"] == said["max"]["time"]
    assert int(row["days_above_eu_2008_50"]) == said["limits"][0]["days_above"]
    assert row["year_met_who_2021"] == ("true" if said["limits"][-1]["met"] else "false")
    assert whole["stations"]["harbour"]["licence"] == "CC0-1.0"
    assert "ndicative" in whole["indicative"]


def test_metadata_and_files_say_whose_all_rows_are_and_reckon_nothing(
    dusty: tuple[Client, "pd.Series[float]"], monkeypatch: pytest.MonkeyPatch
):
    api, _ = dusty
    monkeypatch.setattr(whole, "AT_ONCE", 1)
    stations = {row["station"] for row in api.json(STATISTICS, **YEAR)["statistics"]}
    assert len(stations) > 1
    file = pyarrow.parquet.read_schema(io.BytesIO(api.get(f"{STATISTICS}.parquet", **YEAR).content))
    assert file.metadata[b"licence"] == b"CC0-1.0"

    def reckon(*_: Any) -> None:
        raise AssertionError("Nobody asked for figures.")

    monkeypatch.setattr(reading, "page", reckon)
    said = api.json(f"{STATISTICS}.metadata.json", **YEAR)
    assert set(said["stations"]) == stations
    assert {code for each in said["licences"] for who in each["attributions"] for code in who["stations"]} == stations
    assert (said["from"], said["methods"]["raw"]["name"]) == (YEAR["from_"], "raw")
    one = api.json(f"{STATISTICS}.metadata.json", **YEAR, limit=1)
    assert set(one["stations"]) == {min(stations)}
    assert api.problem(f"{STATISTICS}.metadata.json", **YEAR, station="nowhere")["status"] == 404


def test_without_a_limit_all_series_come_piece_by_piece(
    dusty: tuple[Client, "pd.Series[float]"], monkeypatch: pytest.MonkeyPatch
):
    api, _ = dusty
    paged = api.json(STATISTICS, **YEAR, limit=50)
    read: list[int] = []

    async def page(*args: Any) -> Page[reading.Row]:
        found = await reading_page(*args)
        read.append(len(found.rows))
        return found

    reading_page = reading.page
    monkeypatch.setattr(reading, "page", page)
    monkeypatch.setattr(whole, "AT_ONCE", 3)
    assert api.json(STATISTICS, **YEAR) == paged
    assert max(read) == 3
    assert sum(read) == len(paged["statistics"]) > 6
    lines = list(csv.DictReader(io.StringIO(api.get(f"{STATISTICS}.csv", **YEAR).text)))
    assert [(row["station"], row["property"]) for row in lines] == [
        (row["station"], row["property"]) for row in paged["statistics"]
    ]
    none = api.json(STATISTICS, **YEAR, station="harbour", property="water_level", method="kappa-koehler/1")
    assert (none["statistics"], none["stations"], none["next"]) == ([], {}, None)


def test_an_answer_of_a_year_that_is_over_may_be_kept_for_long(dusty: tuple[Client, "pd.Series[float]"]):
    api, _ = dusty
    kept = api.get(STATISTICS, **YEAR, station="harbour", property="pm10").headers["cache-control"]
    now = api.get(STATISTICS, station="harbour", property="pm10").headers["cache-control"]
    assert "max-age=86400" in kept
    assert "max-age=60" in now


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("station=nowhere", 404),
        ("region=atlantis", 404),
        ("property=pm25", 400),
        ("property=wind_direction", 400),
        ("property=rain_1h", 400),
        ("method=magic", 400),
        ("period=week", 400),
        ("tz=Mars/Olympus", 400),
        ("tz=../etc/passwd", 400),
        ("from=2015-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", 400),
        ("from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z", 400),
        ("from=9999-12-30T00:00:00Z&to=9999-12-31T00:00:00Z", 400),
        ("from=2025-01-01T00:00:00", 400),
        ("from=2025-01-02T00:00:00Z&to=2025-01-01T00:00:00Z", 400),
        ("limit=51", 400),
        ("cursor=e30", 400),
        ("resolution=1d", 400),
        ("format=xlsx", 400),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_says_what_can(quiet_api: Client, query: str, status: int):
    problem = quiet_api.problem(f"{STATISTICS}?{query}")
    assert problem["status"] == status
    assert problem["hint"]


def test_a_time_to_come_has_no_figures(quiet_api: Client):
    rows = quiet_api.json(STATISTICS, from_="2090-01-01T00:00:00Z", to="2090-02-01T00:00:00Z")["statistics"]
    assert {row["sufficient"] for row in rows} == {False}
    assert {row["capture"]["hours_possible"] for row in rows} == {0}


def test_many_who_reckon_leave_connections_to_others(world: World, api: Client):
    api.app.state.statistics = Turns(2, "Others reckon.", 0.2)
    asked = [f"{STATISTICS}?station={code}" for code in ("harbour", "market", "husum")]
    with psycopg.connect(world.database_url) as slow:
        slow.execute("LOCK TABLE observation IN ACCESS EXCLUSIVE MODE")
        answers, late = api.beside(asked * 4, ["/api/v1/properties", STATISTICS], slow.rollback)
    assert [answer.status_code for answer in answers] == [200, 503]
    assert sorted(answer.status_code for answer in late) == [200] * 2 + [503] * 10
    assert {answer.headers["Retry-After"] for answer in late if answer.status_code == 503}


@pytest.mark.parametrize(
    ("days_above", "is_year", "is_over", "met"),
    [
        (35, True, True, True),
        (36, True, True, False),
        (36, True, False, False),
        (35, True, False, None),
        (36, False, True, None),
    ],
)
def test_a_limit_is_met_on_as_many_days_as_it_allows(days_above: int, is_year: bool, is_over: bool, met: bool | None):
    limit = limits.Limit(limits.EU_2008, "day", 50, 35)
    held = limits.held(limit, days_above, 30.0, 60.0, is_year=is_year, is_over=is_over)
    assert (held.days_above, held.met) == (days_above, met)


def test_the_span_of_a_page_goes_with_its_link(dusty: tuple[Client, "pd.Series[float]"]):
    api, _ = dusty
    page = api.json(STATISTICS, limit=1)
    assert page["next"]
    assert api.json(page["next"])["to"] == page["to"]
    assert datetime.fromisoformat(page["to"]) - datetime.fromisoformat(page["from"]) == timedelta(days=366)
