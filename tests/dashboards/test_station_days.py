"""A year by local days: page, picture, data and comparison say the same of the days on which clocks change."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dashboards.journey_scene import Reader, text_of

from plietsch.platform import roles
from support import databases, judged

AIR, OTHER = "flensburg-suedermarkt", "flensburg-hafenspitze"
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
YEAR = f"station={AIR}&property=temperature&last=12mo"
# Each address that holds the days of a year.
DATA = (
    f"/de/stations/{AIR}.csv?property=temperature&span=year",
    f"/api/v1/stations/{AIR}/chart.csv?property=temperature&last=12mo",
    f"/da/compare.csv?{YEAR}",
)


@pytest.fixture
def reader(database_url: str, region: None) -> Iterator[Reader]:
    """A reader of a site whose first station has measured every half hour on the days around changes of the clock."""
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE deployment SET during = tstzrange(now() - interval '2 years', NULL)")
        connection.cursor().executemany(
            "INSERT INTO observation SELECT d.id, %s, %s, now(), 1 FROM datastream d"
            " JOIN station s ON s.id = d.station_id JOIN observed_property p ON p.id = d.observed_property_id"
            " WHERE s.code = %s AND p.code = 'temperature'",
            [(moment, value, AIR) for moments in _measured().values() for moment, value in moments.items()],
        )
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


def _measured() -> dict[date, dict[datetime, float]]:
    """By local day: moments from midnight on, and values that tell each day and half hour apart."""
    found: dict[date, dict[datetime, float]] = {}
    for changed in _changes():
        for day in (changed - DAY, changed, changed + DAY):
            begin, end = _midnight(day), _midnight(day + DAY)
            halves = range(int((end - begin) / timedelta(minutes=30)))
            found[day] = {begin + n * timedelta(minutes=30): round(day.day + n / 10, 1) for n in halves}
    return found


def _changes() -> list[date]:
    """The days of the last year, but for its ends, that have no 24 hours."""
    today = datetime.now(BERLIN).date()
    days = [today - n * DAY for n in range(5, 360)]
    return sorted(day for day in days if _midnight(day + DAY) - _midnight(day) != DAY)


def _midnight(day: date) -> datetime:
    # As a moment: between two of the same zone, Python reckons by what clocks show.
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(ZoneInfo("UTC"))


def _means() -> dict[str, tuple[float, int]]:
    """The mean of each day and of how many values, by its beginning as the data write it."""
    begins = {day: _midnight(day).astimezone(BERLIN).isoformat() for day in _measured()}
    return {begins[day]: (fmean(moments.values()), len(moments)) for day, moments in _measured().items()}


def _shown(page: str, table: str) -> dict[str, tuple[str, list[str]]]:
    """The rows of a table: by time, how it is written, and the cells."""
    body = page.split(f'id="{table}"')[1].split("<tbody>")[1]
    rows = re.findall(r'<tr><th scope="row"><time datetime="([^"]+)">([^<]+)</time></th>((?:<td>[^<]+</td>)+)', body)
    return {time: (said, re.findall(r"<td>([^<]+)", cells)) for time, said, cells in rows}


def _rows(reader: Reader, address: str) -> list[dict[str, str]]:
    answer = reader.get(html.unescape(address))
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_page_picture_and_data_have_the_same_local_days(reader: Reader):
    expected = _means()
    assert {count for _, count in expected.values()} == {46, 48, 50}
    page = reader.page(f"/en/stations/{AIR}?property=temperature&span=year")
    shown = _shown(page, "course-table")
    assert {time: int(cells[3]) for time, (_, cells) in shown.items()} == {
        time: count for time, (_, count) in expected.items()
    }
    assert all(abs(float(shown[time][1][0]) - mean) < 0.0501 for time, (mean, _) in expected.items())
    assert {said for said, _ in shown.values()} == {f"{day.day} {day:%B %Y}" for day in _measured()}
    document = json.loads(re.findall(r'id="course-data">(.*?)</script>', page)[0])
    assert document["times"] == [datetime.fromisoformat(time).timestamp() for time in expected]
    assert document["timezone"] == "Europe/Berlin"
    linked = re.findall(r'id="course-csv" href="([^"]+)"', page)
    for address in (*linked, *DATA):
        rows = {each["time"]: each for each in _rows(reader, address)}
        assert {time: int(row["count"]) for time, row in rows.items()} == {
            time: count for time, (_, count) in expected.items()
        }, address
        assert all(abs(float(rows[time]["mean"]) - mean) < 0.0051 for time, (mean, _) in expected.items())


def test_a_missing_day_is_called_by_its_own_name(reader: Reader, database_url: str):
    spring, autumn = sorted(_changes(), key=lambda day: day.month)
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        for day in (spring, autumn):
            since, until = _midnight(day), _midnight(day + DAY)
            connection.execute(
                "DELETE FROM observation WHERE phenomenon_time >= %s AND phenomenon_time < %s", (since, until)
            )
    page = reader.page(f"/de/stations/{AIR}?property=temperature&span=year")
    document = json.loads(re.findall(r'id="course-data">(.*?)</script>', page)[0])
    for day, month in ((spring, "März"), (autumn, "Oktober")):
        assert f"Keine Daten am {day.day}. {month} {day.year}" in text_of(page)
        assert [_midnight(day).timestamp(), _midnight(day + DAY).timestamp()] in document["gaps"]


def test_lines_break_on_a_day_of_which_nothing_is_believed(reader: Reader, database_url: str):
    """It is no gap, as something was measured; but the day before and the day after are no neighbours."""
    picture = f"/api/v1/stations/{AIR}/chart.svg?property=temperature&last=12mo"
    joined = _joined(reader.get(picture).text)
    day = _changes()[0]
    with psycopg.connect(database_url) as connection:
        judged.may_change(connection)
        connection.execute(
            "UPDATE observation SET quality = 3 WHERE phenomenon_time >= %s AND phenomenon_time < %s",
            (_midnight(day), _midnight(day + DAY)),
        )
    page = reader.page(f"/de/stations/{AIR}?property=temperature&span=year")
    document = json.loads(re.findall(r'id="course-data">(.*?)</script>', page)[0])
    noon = _midnight(day).timestamp() + 12 * 3600
    assert noon in document["breaks"]
    assert not any(since <= noon < until for since, until in document["gaps"])
    assert _joined(reader.get(picture).text) == joined - 2


def _joined(picture: str) -> int:
    """How many pairs of neighbours the line of a picture joins."""
    path = re.findall(r'<g id="line-1">.*?<path d="([^"]+)"', picture, re.DOTALL)[0]
    return path.count("L")


@pytest.mark.parametrize(
    ("language", "in_picture", "below"),
    [
        ("de", "Tagesmittel", "Tagesmittel; ein Tag geht von Mitternacht bis Mitternacht (Ortszeit)."),
        ("da", "døgnmiddel", "Døgnmiddel; et døgn går fra midnat til midnat (lokal tid)."),
        ("en", "daily means", "Daily means; a day goes from midnight to midnight, local time."),
    ],
)
def test_days_are_said_to_be_local_ones(reader: Reader, language: str, in_picture: str, below: str):
    assert below in text_of(reader.page(f"/{language}/stations/{AIR}?property=temperature&span=year"))
    picture = reader.get(f"/api/v1/stations/{AIR}/chart.svg?property=temperature&last=12mo&lang={language}")
    comparison = reader.page(f"/{language}/compare?{YEAR}")
    for drawn in (picture.text, comparison):
        assert re.search(rf">[^<]*\u00b7 {in_picture}</text>", drawn)
    # A line of the picture has a point for each day.
    path = re.findall(r'<g id="line-1">.*?<path d="([^"]+)"', picture.text, re.DOTALL)[0]
    assert len(re.findall("[ML]", path)) == len(_means())


def test_a_comparison_has_the_days_of_its_data(reader: Reader):
    page = reader.page(f"/en/compare?{YEAR}&station={OTHER}")
    shown = _shown(page, "compare-table")
    address = re.findall(r'<a href="([^"]+)" type="text/csv">', page)[0]
    rows = {each["time"]: each[f"{AIR}.temperature"] for each in _rows(reader, address)}
    assert {time for time, value in rows.items() if value} == shown.keys() == _means().keys()
    assert all(abs(float(rows[time]) - float(cells[0])) < 0.0551 for time, (_, cells) in shown.items())
