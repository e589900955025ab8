"""A station's page as a browser without JavaScript gets it."""

import csv
import html
import io
import json
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dashboards.journey_scene import Reader

from plietsch.dashboards.texts import LANGUAGES
from plietsch.platform import roles
from support import databases, judged

DUST, LEVEL, RAIN, EMPTY = "flensburg-suedermarkt", "flensburg-pegel", "flensburg-regen", "husum-markt"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
# A value as written: time, value, quality.
Row = tuple[datetime, float | None, int]


@pytest.fixture
def now() -> datetime:
    """When a test begins, to the second, as nodes measure."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    """A reader of a site that may do no more in the database than the site has to."""
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


def _write(database_url: str, station: str, code: str, rows: Sequence[Row], method: str = "raw") -> None:
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM datastream d JOIN station s ON s.id = d.station_id"
            " JOIN observed_property p ON p.id = d.observed_property_id"
            " WHERE s.code = %s AND p.code = %s AND d.method = %s",
            (station, code, method),
        )
        found = cursor.fetchone()
        assert found is not None
        cursor.executemany(
            "INSERT INTO observation VALUES (%s, %s, %s, %s, %s)",
            [(found[0], time, value, time, quality) for time, value, quality in rows],
        )
    if code == "rain_tips":
        judged.judge(database_url, station)


def _course(database_url: str, now: datetime, days: int, step: timedelta = timedelta(minutes=20)) -> list[Row]:
    """Fine dust of a station that measures nothing else, up to now: a few values are not believed, a few missing."""
    moments = [now - age * step for age in range(int(days * DAY / step))]
    rows: list[Row] = []
    for number, moment in enumerate(moments):
        value = round(20 + 15 * ((number * 7919) % 101) / 101, 1)
        if number % 50 == 7:
            rows.append((moment, 500.0, 3 + number % 2))
        elif number % 61 == 5:
            rows.append((moment, None, 9))
        else:
            rows.append((moment, value, 1 + number % 2))
    _write(database_url, EMPTY, "pm2_5", rows)
    return rows


def _means(rows: Sequence[Row], step: timedelta) -> dict[datetime, list[float]]:
    """The values that count of each step (days are local), computed apart from all SQL."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    found: dict[datetime, list[float]] = defaultdict(list)
    for time, value, quality in rows:
        if value is not None and quality <= 2:
            begin = _midnight(time.astimezone(BERLIN).date()) if step == DAY else epoch + (time - epoch) // step * step
            found[begin].append(value)
    return found


def _table(page: str) -> list[tuple[datetime, list[str]]]:
    """The rows of the table: their time and cells; of gaps nothing."""
    body = page.split('id="course-table"')[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r'<time datetime="([^"]+)">.*?</th>(.*?)</tr>', body, re.DOTALL)
    return [(datetime.fromisoformat(time), re.findall(r"<td>(.*?)</td>", cells)) for time, cells in rows]


def _gaps(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'<tr class="gap"><td[^>]*>(.*?)</td>', page)]


def _document(page: str) -> dict[str, Any]:
    return json.loads(re.findall(r'id="course-data">(.*?)</script>', page)[0])


def _text(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _csv(reader: Reader, page: str) -> list[dict[str, str]]:
    address = html.unescape(re.findall(r'id="course-csv" href="([^"]+)"', page)[0])
    answer = reader.get(address)
    assert answer.status_code == 200, answer.text
    assert "next" not in answer.links
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(("span", "step", "length"), [("month", HOUR, 30 * DAY), ("year", DAY, 365 * DAY)])
def test_means_are_those_of_what_was_measured_in_page_chart_and_download(
    reader: Reader, database_url: str, now: datetime, span: str, step: timedelta, length: timedelta
) -> None:
    rows = _course(database_url, now, 40)
    page = reader.get(f"/en/stations/{EMPTY}?span={span}").text
    shown = _table(page)
    expected = _means(rows, step)
    document = _document(page)
    since, until = (datetime.fromtimestamp(document[each], BERLIN) for each in ("since", "until"))
    # Days by the calendar: between two of the same zone, Python reckons by what clocks show.
    assert until - since == length if step == DAY else document["until"] - document["since"] == length.total_seconds()
    expected = {start: values for start, values in expected.items() if start.timestamp() >= document["since"]}
    assert [time for time, _ in shown] == sorted(expected, reverse=True)
    for time, (mean, least, most, count) in shown:
        values = expected[time]
        assert abs(float(mean) - statistics.fmean(values)) <= 0.05 + 1e-9
        assert (float(least), float(most), int(count)) == (min(values), max(values), len(values))
    assert document["times"] == [time.timestamp() for time, _ in reversed(shown)]
    assert document["lines"][0]["highs"] == [max(expected[time]) for time, _ in reversed(shown)]
    downloaded = {datetime.fromisoformat(each["time"]): each for each in _csv(reader, page)}
    assert sorted(downloaded) == sorted(expected)
    assert all(abs(float(downloaded[time]["mean"]) - float(mean)) <= 0.05 + 1e-9 for time, (mean, *_) in shown)


@pytest.mark.usefixtures("region")
def test_a_day_is_shown_as_measured_with_what_is_not_believed(reader: Reader, database_url: str, now: datetime) -> None:
    rows = [row for row in _course(database_url, now, 3) if row[0] > now - DAY + timedelta(minutes=5)]
    page = reader.get(f"/en/stations/{EMPTY}").text
    shown = dict(_table(page))
    words = {
        1: "checked, plausible",
        2: "not checked",
        3: "suspect, perhaps wrong",
        4: "failed its check",
        9: "missing",
    }
    for time, value, quality in rows:
        assert shown[time] == ["–" if value is None else f"{value:.1f}", words[quality]]
    line = _document(page)["lines"][0]
    assert 500.0 not in line["values"]
    doubted = {(time.timestamp(), value, quality) for time, value, quality in rows if quality in (3, 4)}
    assert doubted <= {tuple(each) for each in line["doubtful"]}
    assert "Between 20.0 and 34.9 µg/m³." in _text(page)
    assert 500.0 in {float(each["value"]) for each in _csv(reader, page) if each["value"]}


@pytest.mark.usefixtures("region")
def test_more_than_a_screen_can_show_becomes_means_of_minutes(reader: Reader, database_url: str, now: datetime) -> None:
    rows: list[Row] = [(now - timedelta(seconds=5 * number), float(number % 7), 1) for number in range(3000)]
    _write(database_url, EMPTY, "pm10", rows)
    page = reader.get(f"/en/stations/{EMPTY}?property=pm10").text
    expected = _means(rows, timedelta(minutes=10))
    assert {time: int(cells[3]) for time, cells in _table(page)} == {
        time: len(values) for time, values in expected.items()
    }
    assert len(_csv(reader, page)) == len(expected)


@pytest.mark.usefixtures("region")
def test_silence_is_a_row_of_its_own(reader: Reader, database_url: str, now: datetime) -> None:
    ages = [minutes for minutes in range(0, 1440, 10) if not 300 <= minutes < 600]
    _write(database_url, EMPTY, "pm2_5", [(now - timedelta(minutes=age), 5.0, 1) for age in ages])
    page = reader.get(f"/de/stations/{EMPTY}").text
    begun, ended = ((now - timedelta(minutes=age)).timestamp() for age in (600, 290))
    (gap,) = _gaps(page)
    for age in (600, 290):
        assert (now - timedelta(minutes=age)).astimezone(BERLIN).strftime("%H:%M") in gap
    assert gap.startswith("Keine Daten von")
    assert _document(page)["gaps"] == [[begun, ended]]


@pytest.mark.usefixtures("water_and_rain")
def test_rain_is_summed_up_by_hours_and_days(reader: Reader, database_url: str, now: datetime) -> None:
    start = now.replace(minute=0, second=0) - timedelta(hours=30)
    # One more tip at each reading, a quarter of an hour apart: four tips of 0.2 mm an hour.
    moments = [start + timedelta(minutes=15 * number) for number in range(1, 121) if start < now]
    rows: list[Row] = [(time, float(number), 1) for number, time in enumerate(moments, 1) if time < now]
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute("DELETE FROM observation")
    _write(database_url, RAIN, "rain_tips", [(start, 0.0, 1), *rows])
    page = reader.get(f"/en/stations/{RAIN}?span=week").text
    hours = {time: float(mm) for time, (mm,) in _table(page)}
    # The reading on the hour belongs to the hour that it begins.
    assert all(hours[start + number * HOUR] == 0.8 for number in range(1, 29))
    assert f"In all, {len(rows) * 0.2:.1f} mm of rain fell." in _text(page)
    document = _document(page)
    assert document["isSum"] and sum(document["lines"][0]["values"]) == pytest.approx(len(rows) * 0.2)
    month = {time: float(mm) for time, (mm,) in _table(reader.get(f"/en/stations/{RAIN}?span=month").text)}
    by_day: dict[datetime, float] = defaultdict(float)
    for time, mm in hours.items():
        by_day[_midnight(time.astimezone(BERLIN).date())] += mm
    assert month == pytest.approx(by_day)
    # The download has what fell from reading to reading.
    assert [float(each["value"]) for each in _csv(reader, page)] == [0.0, *[0.2] * len(rows)]


@pytest.mark.usefixtures("region")
@pytest.mark.parametrize(
    ("language", "european", "german", "decides"),
    [
        ("de", "2 akzeptabel", "2 gut", "Ausschlaggebend: PM10 (16,1 µg/m³). Orientierend"),
        ("da", "2 rimelig", "2 god", "Udslaget giver: PM10 (16,1 µg/m³). Vejledende"),
        ("en", "2 fair", "2 good", "What decides: PM10 (16.1 µg/m³). Indicative"),
    ],
)
def test_the_index_says_of_which_hour_and_dust_it_is(
    reader: Reader, database_url: str, now: datetime, language: str, european: str, german: str, decides: str
) -> None:
    hour = now.replace(minute=0, second=0) - HOUR
    times = [hour + timedelta(minutes=5 * number) for number in range(12)]
    # At 50 % humidity, dust weighs 1 / 1.2424 of what is measured: 4.8 and 16.1 µg/m³.
    for code, value in (("pm2_5", 6.0), ("pm10", 20.0), ("humidity", 50.0)):
        _write(database_url, EMPTY, code, [(time, value, 1) for time in times])
    judged.judge(database_url, EMPTY)
    page = reader.get(f"/{language}/stations/{EMPTY}").text
    cards = {code: _text(page.split(f'data-property="{code}"')[1].split("</dd>")[0]) for code in ("aqi_eu", "aqi_de")}
    assert european in cards["aqi_eu"]
    assert decides in cards["aqi_eu"]
    assert german in cards["aqi_de"]
    assert "2024" in cards["aqi_eu"] and "2025" in cards["aqi_de"]
    # A class has no course.
    assert "property=aqi_eu&amp;span" not in page


@pytest.mark.usefixtures("water_and_rain")
def test_a_level_is_told_by_its_own_gauge(reader: Reader, database_url: str, now: datetime) -> None:
    rows: list[Row] = [(now - timedelta(minutes=age), 690.0 - age, 1) for age in range(10, 130, 10)]
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute("DELETE FROM observation")
    _write(database_url, LEVEL, "water_level", rows, "gauge-zero/1")
    page = reader.get(f"/de/stations/{LEVEL}").text
    card = _text(page.split('data-property="water_level"')[1].split("</dl>")[0])
    assert card.startswith("class= band-level-2") or "band-level-2" in page
    assert "680 cm Sturmflut" in card
    assert "steigend, um 60 cm in der Stunde" in card
    assert "Das Wasser der Flensburger Förde hat die Stufe „Sturmflut“ erreicht (ab 660 cm)." in card
    assert "Es steht 180 cm über seinem mittleren Stand." in card
    limits = {each["value"]: each["name"] for each in _document(page)["limits"]}
    assert limits == {
        500: "Mittlerer Wasserstand",
        620: "erhöht",
        660: "Sturmflut",
        700: "schwere Sturmflut",
        727: "sehr schwere Sturmflut",
    }
    assert "Hier hängt das Messgerät 8,00 m über Pegelnull." in _text(page)


@pytest.mark.usefixtures("measured")
def test_a_corrected_series_stands_beside_the_raw_one(reader: Reader, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO observation SELECT c.id, o.phenomenon_time, o.result / 2, o.result_time, 1 FROM observation o"
            " JOIN datastream r ON r.id = o.datastream_id AND r.method = 'raw'"
            " JOIN datastream c ON c.station_id = r.station_id AND c.observed_property_id = r.observed_property_id"
            " AND c.method = 'kappa-koehler/1'"
        )
        judged.may_change(connection)
        connection.execute(
            "UPDATE observation SET quality = 3 WHERE phenomenon_time = (SELECT max(phenomenon_time) FROM observation o"
            " JOIN datastream d ON d.id = o.datastream_id WHERE d.method = 'kappa-koehler/1')"
            " AND datastream_id IN (SELECT id FROM datastream WHERE method = 'kappa-koehler/1')"
        )
    page = reader.get(f"/en/stations/{DUST}").text
    assert [line["method"] for line in _document(page)["lines"]] == ["raw", "kappa-koehler/1"]
    raw, dry = (line["values"] for line in _document(page)["lines"])
    assert dry[:-1] == pytest.approx([value / 2 for value in raw[:-1]], abs=0.051)
    # What the correction is not sure of is no part of its line, and said apart from the raw value's quality.
    assert (dry[-1], raw[-1]) == (None, 12.3)
    quality = "checked, plausible; corrected for humidity: not sure enough (air too humid)"
    assert [cells[2] for _, cells in _table(page)][:2] == [quality, "checked, plausible"]
    assert "Value (as measured) µg/m³ Value (corrected for humidity) µg/m³" in _text(page)
    assert "Its version: kappa-koehler/1." in _text(page)
    assert {each["method"] for each in _csv(reader, page)} == {"raw", "kappa-koehler/1"}


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "de",
            ("Jetzt", "12,3 µg/m³ akzeptabel", "Wie gemessen wird", "Die Geschichte dieses Ortes", "gleichbleibend"),
        ),
        ("da", ("Nu", "12,3 µg/m³ rimelig", "Hvordan der måles", "Stedets historie", "uændret")),
        ("en", ("Now", "12.3 µg/m³ fair", "How it is measured", "The past of this place", "steady")),
    ],
)
def test_a_page_says_all_of_it_in_its_language(reader: Reader, language: str, said: tuple[str, ...]) -> None:
    text = _text(reader.get(f"/{language}/stations/{DUST}").text)
    for words in said:
        assert words in text


@pytest.mark.usefixtures("measured")
def test_each_number_leads_to_how_it_came_here(reader: Reader) -> None:
    page = reader.get(f"/en/stations/{DUST}").text
    links = re.findall(r'data-journey href="([^"]+)"', page)
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert [re.sub(moment, "T", link) for link in links] == [
        f"/en/stations/{DUST}/values/{code}/T" for code in ("pm2_5", "pm10", "temperature", "humidity")
    ]


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("query", ["?property=unknown&span=decade", "?property=water_level", "?span=", "?property=%00"])
def test_what_a_station_does_not_have_is_answered_with_what_it_has(reader: Reader, query: str) -> None:
    answer = reader.get(f"/en/stations/{DUST}{query}")
    assert answer.status_code == 200
    assert (_document(answer.text)["property"], "The last 24 hours" in answer.text) == ("pm2_5", True)
    said = "this station does not have"
    assert said in answer.text
    assert said not in reader.get(f"/en/stations/{DUST}?property=pm10&span=week").text


@pytest.mark.usefixtures("measured")
def test_every_state_is_an_address(reader: Reader) -> None:
    page = reader.get(f"/da/stations/{DUST}?property=pm10&span=week").text
    assert _document(page)["property"] == "pm10"
    choices = re.findall(rf'href="(/da/stations/{DUST}\?[^"#]+)#course"( aria-current="true")?', page)
    assert len(choices) == 4 + 4
    assert [html.unescape(address) for address, current in choices if current] == [
        f"/da/stations/{DUST}?property=pm10&span=week"
    ] * 2
    assert all(reader.get(html.unescape(address)).status_code == 200 for address, _ in choices)
    # The language switch keeps the state.
    assert f"/en/stations/{DUST}?property=pm10&amp;span=week" in page


@pytest.mark.usefixtures("region")
def test_a_station_that_never_measured_says_so_and_loads_no_script(reader: Reader) -> None:
    page = reader.get(f"/en/stations/{EMPTY}").text
    assert "Nothing was measured in this span." in _text(page)
    assert page.count("no current value") == 4 + 2  # what is measured, and the indices
    assert "<script" not in page and 'id="chart"' not in page
    assert "Husum, Markt &lt;b&gt;&amp;" in page


@pytest.mark.usefixtures("measured")
def test_a_silent_station_says_that_its_value_says_nothing_of_now(reader: Reader) -> None:
    page = reader.get("/en/stations/flensburg-hafenspitze").text
    card = _text(page.split('data-property="pm2_5"')[1].split("</div>")[0])
    assert "99.9 µg/m³" in card and "not current" in card
    assert "Nothing newer has come" in card and "very poor" not in card
    # Two hours ago, and from then on nothing.
    assert len(_gaps(page)) == 2


@pytest.mark.usefixtures("water_and_rain")
def test_what_a_gauge_is_called_cannot_leave_its_place(reader: Reader, database_url: str) -> None:
    evil = "</script><script>alert(1)</script>"
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE gauge_level SET name = jsonb_build_object('en', %s::text) WHERE rank = 2", [evil])
    page = reader.get(f"/en/stations/{LEVEL}").text
    assert evil not in page
    assert _document(page)["limits"][2]["name"] == evil


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("path", ["nowhere", "Nowhere", "%00", "flensburg-pegel"])
def test_a_station_that_is_unknown_is_no_page(reader: Reader, path: str) -> None:
    for place in ("/de/stations/", "/data/de/stations/"):
        assert reader.get(f"{place}{path}").status_code == 404


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Diese Station wurde abgebaut. Sie hat vom 1. Januar 2026 bis zum"),
        ("da", "Stationen er taget ned. Den målte fra 1. januar 2026 til"),
        ("en", "This station was taken down. It measured from 1 January 2026 to"),
    ],
)
def test_a_station_that_was_taken_down_keeps_its_data(
    reader: Reader, database_url: str, language: str, said: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE deployment SET during = tstzrange(lower(during), now() - interval '1 minute')"
            " WHERE station_id = (SELECT id FROM station WHERE code = %s)",
            [DUST],
        )
    answer = reader.get(f"/{language}/stations/{DUST}")
    assert answer.status_code == 200
    assert said in _text(answer.text)
    link = html.unescape(re.findall(r'href="(/api/v1/observations\.csv\?station=[^"]+)"', answer.text)[0])
    assert reader.get(link).text.count("\r\n") > 4


@pytest.mark.usefixtures("measured")
def test_the_past_of_a_place_is_told_as_far_as_it_is_public(reader: Reader, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO location (name, longitude, latitude, grid_m) VALUES ('x', 9.4366, 54.8006, 100);"
            "INSERT INTO historical_location SELECT s.id, '2026-03-04T12:00:00Z', l.id FROM station s, location l"
            f" WHERE s.code = '{DUST}' AND l.name = 'x'"
        )
    text = _text(reader.get(f"/en/stations/{DUST}").text)
    assert "4 March 2026 The station moves by about 2,000 metres." in text
    assert "1 January 2026 Measuring begins, with Aosong DHT22 and Nova Fitness SDS011." in text
    assert "0000000000000000" not in text


@pytest.mark.usefixtures("region")
def test_the_days_of_a_month_say_in_how_many_hours_something_was_measured(
    reader: Reader, database_url: str, now: datetime
) -> None:
    # Ten days ago, local time, a whole day without anything; otherwise a value in each hour.
    day = (now.astimezone(BERLIN) - 10 * DAY).date()
    hours = [now - number * HOUR for number in range(24 * 40)]
    _write(database_url, EMPTY, "pm2_5", [(hour, 1.0, 1) for hour in hours if hour.astimezone(BERLIN).date() != day])
    page = reader.get(f"/en/stations/{EMPTY}").text
    strip = page.split('class="capture"')[1].split("<tbody>")[1].split("</tr>")[0]
    cells = re.findall(r'title="([^"]+): ([^"]+)"', strip)
    assert len(cells) == 30
    assert [name for name, percent in cells if percent == "0 %"] == [f"{day.day} {day:%B %Y}"]
    assert {percent for _, percent in cells[:-1]} == {"0 %", "100 %"}
    shares = {_share_without(day, moment) for moment in (now, datetime.now(UTC))}
    assert {int(percent) for percent in re.findall(r'<td class="all">(\d+) %', strip)} <= shares
    assert strip.count('class="all"') == strip.count('class="all">9') == 1


def _share_without(missing: date, until: datetime) -> int:
    """The percentage of the full hours of thirty local days that lie outside one day."""
    first = _midnight(until.astimezone(BERLIN).date() - 29 * DAY)
    due = (until - first) // HOUR
    return round(100 * (due - (_midnight(missing + DAY) - _midnight(missing)) // HOUR) / due)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.usefixtures("measured")
def test_in_fast_motion_the_present_is_that_of_the_newest_value(
    reader: Reader, database_url: str, now: datetime
) -> None:
    then = now - timedelta(hours=30)
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute("DELETE FROM observation")
        connection.execute("DELETE FROM write_ledger")
        connection.execute("UPDATE station SET simulated = true")
        connection.execute(
            "INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)"
            " SELECT ARRAY[d.id], %(then)s, %(then)s, 1 FROM datastream d JOIN station s ON s.id = d.station_id"
            " WHERE s.code = %(station)s",
            {"then": then, "station": DUST},
        )
    _write(database_url, DUST, "pm2_5", [(then - timedelta(minutes=5 * age), 60.0, 1) for age in range(200)])
    page = reader.get(f"/en/stations/{DUST}").text
    assert "Fast motion" in _text(page)
    card = _text(page.split('data-property="pm2_5"')[1].split("</div>")[0])
    assert "60.0 µg/m³ poor" in card and "not current" not in card
    assert (_document(page)["until"], len(_document(page)["times"])) == (then.timestamp(), 200)
    config = json.loads(html.unescape(re.findall(r'data-config="([^"]+)"', page)[0]))
    assert (config["present"], config["fastMotion"]) == (then.timestamp(), True)


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_part_that_changes_is_the_page_own(reader: Reader, language: str) -> None:
    query = f"stations/{DUST}?property=temperature&span=week"
    page, part = reader.get(f"/{language}/{query}").text, reader.get(f"/data/{language}/{query}").text
    assert _table(part) == _table(page)
    assert _document(part)["lines"] == _document(page)["lines"]
    assert part.count("data-property=") == page.count("data-property=")
