"""What a station's page says of itself: instruments, downloads, licence, how far its values can be trusted."""

import html
import re
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from plietsch.dashboards import instruments
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import methods
from plietsch.dashboards.station.past import Deployment
from plietsch.dashboards.station.streams import Stream
from plietsch.dashboards.texts import LANGUAGES, Texts
from plietsch.platform import properties


@pytest.fixture
def reader(site: str) -> Iterator[httpx.Client]:
    """A reader of the site."""
    with httpx.Client(base_url=site) as client:
        yield client


def _downloads(page: str) -> list[str]:
    """The addresses of the API in a page, in its order."""
    return [html.unescape(each) for each in re.findall(r'href="(/api/[^"]+)"', page)]


@pytest.mark.usefixtures("measured")
def test_a_station_says_what_it_is_and_every_download_is_there(reader: httpx.Client) -> None:
    page = reader.get("/da/stations/flensburg-suedermarkt").text
    for words in ("Simulering", "afrundet til 100 meter", "CC0-1.0 · OK Lab", "https://example.org/"):
        assert words in page
    for link in _downloads(page):
        assert reader.get(link).status_code == 200, link


@pytest.mark.usefixtures("water_and_rain")
@pytest.mark.parametrize(
    ("language", "name"),
    [("de", "Kippwaage (Niederschlag)"), ("da", "vippemåler"), ("en", "tipping-bucket rain gauge")],
)
def test_a_rain_gauge_has_a_name_and_no_maker(reader: httpx.Client, language: str, name: str) -> None:
    page = reader.get(f"/{language}/stations/flensburg-regen").text
    assert f"<dd>{name}</dd>" in page
    dust = reader.get(f"/{language}/stations/flensburg-suedermarkt").text
    assert "Aosong DHT22, Nova Fitness SDS011" in dust


@pytest.mark.usefixtures("water_and_rain")
def test_the_index_stands_where_a_value_is_classed_by_it(reader: httpx.Client) -> None:
    said = {
        code: "European Air Quality Index 2024, here of single values" in reader.get(f"/en/stations/{code}").text
        for code in ("flensburg-suedermarkt", "flensburg-pegel", "flensburg-regen")
    }
    assert said == {"flensburg-suedermarkt": True, "flensburg-pegel": False, "flensburg-regen": False}


@pytest.mark.usefixtures("water_and_rain")
@pytest.mark.parametrize(
    ("station", "instruments"),
    [
        ("flensburg-suedermarkt", ["Fine dust: Nova Fitness SDS011", "Temperature and humidity: Aosong DHT22"]),
        ("flensburg-pegel", ["Distance to the water: DFRobot A02YYUW", "Water level above the gauge's zero"]),
        ("flensburg-regen", ["Rain: tipping bucket"]),
    ],
)
def test_each_instrument_has_its_limits(reader: httpx.Client, station: str, instruments: list[str]) -> None:
    page = reader.get(f"/en/stations/{station}").text
    headings = [html.unescape(each) for each in re.findall(r"<h3>([^<]+)</h3>\s*<p>", page)]
    assert [
        each for each in headings if each not in ("Fine dust corrected for humidity", "Air-quality index")
    ] == instruments


@pytest.mark.usefixtures("region")
def test_downloads_hold_a_day_of_a_station_that_measures_every_few_seconds(
    reader: httpx.Client, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO observation SELECT d.id, now() - seconds * interval '1 second', 1, now(), 1"
            " FROM datastream d JOIN station s ON s.id = d.station_id"
            " CROSS JOIN generate_series(10, 86000, 10) AS seconds"
            " WHERE s.code = 'husum-markt' AND d.method IN ('raw', 'kappa-koehler/1')"
        )
    links = [link for link in _downloads(reader.get("/en/stations/husum-markt").text) if "/observations" in link]
    # Of every station, of the chart's span, of the station's day: by hours, as measured in CSV and in JSON.
    hourly, raw, _ = (link for link in links if "husum" in link and "from" not in link and "last" not in link)
    assert reader.get(raw).text.count("\r\n") == 1 + 4 * 8600
    assert 4 * 24 <= reader.get(hourly).text.count("\r\n") - 1 <= 4 * 25
    for link in links:
        assert "next" not in reader.get(link).links, link
    # Whole from the first day on, and no more than that is said of it.
    all_hours, everything = (
        link for link in links if "from=2026-01-01T00%3A00%3A00Z" in link or "from=2026-01-01T00:00:00Z" in link
    )
    assert "resolution=1h" in all_hours and ".parquet?" in everything
    assert reader.get(everything).content.startswith(b"PAR1")


def test_an_instrument_is_named_once_and_its_maker_too() -> None:
    texts = Texts.read("en")
    assert instruments.name("Keller-26D", "Keller", texts) == "Keller-26D"
    assert instruments.name("SDS011", "Nova Fitness", texts) == "Nova Fitness SDS011"
    found = ["Dragino LDDS75", "Dragino LDDS75-ultrasound", "Dragino LDDS75", "Dragino LDDS751"]
    assert instruments.distinct(found) == ["Dragino LDDS75", "Dragino LDDS751"]


def test_a_level_from_a_pressure_probe_is_told_by_its_depth() -> None:
    level = Stream(1, "water_level", "gauge-zero/1", "PR-26D", "Keller", is_fed=True, is_default=True)
    depth = level._replace(id=2, property="water_depth", method="raw")
    mounted = Deployment(None, None, True, -1.5, None, None, ["PR-26D"])
    (told,) = methods.of([level, depth], [mounted], Texts.read("de"))
    said = " ".join(told.sentences)
    assert "plus das Wasser, das über ihm steht" in said
    assert "Hier liegt das Messgerät 1,50 m unter" in said
    (told,) = methods.of([level, depth._replace(property="distance")], [mounted], Texts.read("de"))
    assert "weniger der Abstand zum Wasser" in " ".join(told.sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_quantity_has_a_name_in_each_language_and_the_registrys_decimals(language: str) -> None:
    catalogue = Texts.read(language).catalogue
    for each in QUANTITIES.values():
        assert catalogue.get(each.name, ("",))[0], each.name
        assert catalogue.get(each.short, ("",))[0], each.short
        assert each.decimals <= properties.of(each.code).decimals, each.code
    # What is not shown is made of what is, or says how sure something is.
    left_out = {each.code for each in properties.ALL.values()} - set(QUANTITIES)
    assert {code for code in left_out if not code.endswith("_spread")} == {"rain", "rain_24h", "rain_total"}
