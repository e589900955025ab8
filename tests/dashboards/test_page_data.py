"""Every address is data: a page's address with a suffix answers with what the page shows."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import psycopg
import pytest
from dashboards.journey_scene import Reader

from plietsch.api.errors import ParameterInvalid
from plietsch.dashboards.page_data import links, rewriting
from plietsch.dashboards.picture.looks import MOST_LINES
from plietsch.dashboards.texts import Texts
from plietsch.platform import roles
from support import databases

AIR, OTHER = "flensburg-suedermarkt", "flensburg-hafenspitze"


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    """A reader of a site that may do no more in the database than the site has to."""
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


@pytest.mark.parametrize(
    ("address", "answered"),
    [
        ("/de/stations/x.json", "/api/v1/stations/x.json?"),
        ("/da/stations/x.metadata.json", "/api/v1/stations/x.metadata.json?"),
        ("/en/stations/x.csv?tz=UTC", "/api/v1/stations/x.csv?tz=UTC"),
        (
            "/de/stations/x.csv?property=pm2_5&span=week",
            "/api/v1/observations.csv?station=x&property=pm2_5&last=7d&method=all",
        ),
        (
            "/de/stations/x.excel.csv?property=pm2_5&span=year&method=raw",
            "/api/v1/observations.excel.csv?station=x&property=pm2_5&method=raw&last=12mo&resolution=1d",
        ),
        # Of rain in an hour, what fell each time: sums are made of that.
        (
            "/de/stations/x.json?property=rain_1h&span=month",
            "/api/v1/observations.json?station=x&property=rain&last=30d&method=all",
        ),
        ("/de/stations/x.json?span=day", "/api/v1/observations.json?station=x&last=24h"),
        (
            "/de/stations/x.parquet?property=pm10&span=year&resolution=raw",
            "/api/v1/observations.parquet?station=x&property=pm10&resolution=raw&last=12mo&method=all",
        ),
        (
            "/da/compare.csv?station=x&station=y&property=pm10&last=30d",
            "/api/v1/observations.csv?station=x&station=y&property=pm10&last=30d&resolution=1h",
        ),
        ("/da/compare.csv?station=x&station=y", "/api/v1/observations.csv?station=x&station=y&last=7d&resolution=1h"),
        ("/da/compare.csv?station=x&last=24h", "/api/v1/observations.csv?station=x&last=24h&resolution=10m"),
        (
            "/api/v1/stations/x/chart.csv?property=pm10&theme=dark&width=400&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z",
            "/api/v1/observations.csv?station=x&property=pm10&from=2026-01-01T00%3A00%3A00Z&to=2026-03-01T00%3A00%3A00Z"
            "&resolution=1d&method=all",
        ),
        # What cannot be read is handed on: the API says what is wrong with it.
        ("/de/stations/x.csv?span=decade", "/api/v1/observations.csv?station=x&span=decade"),
        # A comparison is that which the page shows: no more stations, no longer, and the usual time for none.
        (
            f"/de/compare.csv?property=pm10&{'&'.join(f'station=s{n}' for n in range(MOST_LINES + 3))}&last=24h&tz=UTC",
            f"/api/v1/observations.csv?{'&'.join(f'station=s{n}' for n in range(MOST_LINES))}"
            "&property=pm10&last=24h&tz=UTC&resolution=10m",
        ),
        *(
            (
                f"/de/compare.csv?station=x&property=pm10&{time}",
                "/api/v1/observations.csv?station=x&property=pm10&last=7d&resolution=1h&method=all",
            )
            for time in ("last=soon", "last=20y", "from=1980-01-01T00:00:00Z", "last=1d&to=2026-01-01T00:00:00Z")
        ),
    ],
)
def test_a_suffix_leads_to_the_values_of_the_page(address: str, answered: str):
    path, _, query = address.partition("?")
    found = rewriting.rewritten(path, query)
    assert found is not None
    found = found.found if isinstance(found, rewriting.Values) else found
    where = found.address if isinstance(found, rewriting.Daily) else found
    assert f"{where.path}?{where.query}" == answered


@pytest.mark.parametrize(
    ("address", "time"),
    [
        ("/de/stations/x.csv?property=pm10&span=year", ("2024-10-30T23:00:00Z", "2025-10-30T23:00:00Z")),
        ("/da/compare.json?station=x&property=pm10&last=12mo", ("2024-10-29T23:00:00Z", "2025-10-30T23:00:00Z")),
        (
            "/api/v1/stations/x/chart.csv?property=pm10&from=2025-03-01T12:00:00Z&to=2025-06-30T22:00:00Z",
            ("2025-02-28T23:00:00Z", "2025-06-30T22:00:00Z"),
        ),
    ],
)
def test_days_are_those_of_the_stations_zone_and_whole(address: str, time: tuple[str, str]):
    path, _, query = address.partition("?")
    found = rewriting.rewritten(path, query)
    found = found.found if isinstance(found, rewriting.Values) else found
    assert isinstance(found, rewriting.Daily) and found.station == "x"
    within = found.within(datetime(2025, 10, 30, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    asked = dict(parse_qsl(within.query))
    assert (asked["from"], asked["to"]) == time and "last" not in asked
    assert (asked["resolution"], asked["tz"], asked["method"]) == ("1d", "Europe/Berlin", "all")
    # Whoever names a zone gets its days, as the API gives them.
    assert isinstance(rewriting.rewritten(path, f"{query}&tz=UTC"), rewriting.Address | rewriting.Values)


@pytest.mark.parametrize(
    "query", ["last=20y", "last=soon", "from=1980-01-01T00:00:00Z", "last=1d&to=2026-01-01T00:00:00Z"]
)
def test_of_what_there_is_no_picture_there_are_no_values_of_one(query: str):
    with pytest.raises(ParameterInvalid):
        rewriting.rewritten("/da/compare.csv", f"property=pm10&{query}")
    with pytest.raises(ParameterInvalid):
        rewriting.rewritten("/api/v1/stations/x/chart.csv", f"property=pm10&{query}")


@pytest.mark.usefixtures("measured")
def test_values_are_of_the_one_quantity_that_the_page_shows(reader: Reader):
    for address, page in (
        (f"/api/v1/stations/{AIR}/chart.{{}}?last=24h", f"/de/stations/{AIR}"),
        (f"/de/compare.{{}}?station={AIR}&station={OTHER}&property=colour&last=24h", f"/de/compare?station={AIR}"),
    ):
        rows = list(csv.DictReader(io.StringIO(reader.get(address.format("csv")).text)))
        (shown,) = {row["property"] for row in rows}
        assert f"property={shown}&" in reader.get(address.format("metadata.json")).json()["address"]
        assert re.search(rf"\.csv\?[^\"]*property={shown}&", reader.page(page))
    # No station is not every station, and what there is no picture of is a problem here, too.
    for address, parameter in (("/de/compare.csv", "station"), (f"/api/v1/stations/{AIR}/chart.csv?last=20y", "last")):
        refused = reader.get(address)
        assert (refused.status_code, refused.json()["parameter"]) == (400, parameter)
        assert refused.headers["x-request-id"] == refused.json()["request_id"]
    assert reader.get("/api/v1/stations/nowhere/chart.csv").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/de/stations/x",
        "/fr/stations/x.csv",
        "/de/stations/x/values/pm10/y.csv",
        "/de/stations/.csv",
        "/de/stations/x.gif",
        "/de/compare",
        "/de/compare.png",
        "/api/v1/stations/x.csv",
        "/api/v1/stations/x/chart.svg",
        "/api/v1/observations.csv",
    ],
)
def test_other_addresses_stay_as_they_are(path: str):
    assert rewriting.rewritten(path, "") is None


@pytest.mark.usefixtures("measured")
def test_a_page_leads_to_its_values_in_every_format(reader: Reader):
    page = reader.page(f"/de/stations/{AIR}?property=temperature&span=day")
    alternates = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)">', page)
    assert len(alternates) == 7
    for media_type, address in alternates:
        answer = reader.get(html.unescape(address))
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, media_type), address
    shown = re.findall(r'<time datetime="([^"]+)">[^<]+</time></th><td>([^<]+)</td>', page)
    answer = reader.get(f"/de/stations/{AIR}.csv?property=temperature&span=day")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(shown) == 144
    assert [float(row["value"]) for row in rows] == [float(value.replace(",", ".")) for _, value in reversed(shown)]
    # Visible, too.
    visible = re.findall(r'href="([^"]+)" type="[^"]+">([^<]+)</a>', page)
    assert [name for _, name in visible] == ["CSV", "CSV für Excel", "Parquet", "JSON", *(visible[-1][1:])]
    # The station itself.
    assert reader.get(f"/de/stations/{AIR}.json").json()["id"] == AIR
    about = reader.get(f"/de/stations/{AIR}.metadata.json?property=temperature&span=day").json()
    assert {"columns", "complete_to"} <= about.keys()


@pytest.mark.usefixtures("measured")
def test_wrong_addresses_are_problems_and_former_codes_are_led_on(reader: Reader, database_url: str):
    for address, status in ((f"{AIR}.csv?span=decade", 400), ("nowhere.json", 404), ("nowhere.csv?span=day", 404)):
        answer = reader.get(f"/de/stations/{address}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO former_code (code, station_id) SELECT 'old', id FROM station WHERE code = %s", (AIR,)
        )
    for address in (
        "/de/stations/old.csv?property=pm10&span=day",
        "/de/stations/old.json",
        "/api/v1/stations/old/chart.svg",
        f"/de/compare?station={OTHER}&station=old&property=pm10",
    ):
        moved = reader.get(address)
        assert moved.status_code == 308 and AIR in moved.headers["Location"], address
        assert reader.get(moved.headers["Location"]).status_code == 200


@pytest.mark.usefixtures("measured")
def test_a_station_has_a_picture_for_who_shares_its_page(reader: Reader):
    page = reader.page(f"/da/stations/{AIR}?property=pm10&span=week")
    (address,) = re.findall(r'<meta property="og:image" content="http://plietsch\.example([^"]+)">', page)
    picture = reader.get(html.unescape(address))
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert "property=pm10" in address and "last=7d" in address and "lang=da" in address
    assert '<meta name="twitter:card" content="summary_large_image">' in page


def test_links_name_a_format_and_its_media_type():
    found = links.of("/de/stations/x", [("property", "pm10"), ("span", "day")], Texts.read("de"))
    assert found[0] == ("CSV", "text/csv", "/de/stations/x.csv?property=pm10&span=day")
    assert links.of("/de/stations/x", [], Texts.read("de"))[0].address == "/de/stations/x.csv"
