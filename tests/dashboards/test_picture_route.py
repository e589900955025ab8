"""A station's chart as a picture, asked for over HTTP: what is in it, how long it may be kept, and what is refused."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import psycopg
import pytest
from dashboards.journey_scene import Reader

from plietsch.api import errors
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.studio import Studio
from plietsch.dashboards.texts import Texts
from plietsch.platform import roles
from support import databases

AIR, LEVEL, RAIN, EMPTY = "flensburg-suedermarkt", "flensburg-pegel", "flensburg-regen", "husum-markt"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    """A reader of a site that may do no more in the database than the site has to."""
    with databases.member(database_url, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


def _chart(reader: Reader, station: str, kind: str = "svg", **query: str | list[str]) -> httpx.Response:
    return reader.get(f"/api/v1/stations/{station}/chart.{kind}?{urlencode(query, doseq=True)}")


def _texts(answer: httpx.Response) -> list[str]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml"), answer.text
    return [element.text or "" for element in ElementTree.fromstring(answer.content).iter(f"{SVG}text")]


def _parts(answer: httpx.Response) -> set[str]:
    return {element.get("id", "") for element in ElementTree.fromstring(answer.content).iter()}


@pytest.mark.usefixtures("water_and_rain")
def test_pictures_show_what_the_page_shows_in_three_languages(
    reader: Reader, database_url: str, observe: Callable[[str, str, float, float], None]
):
    _fail_one(database_url)
    observe(LEVEL, "water_level", 640, 30)
    dust = _chart(reader, AIR, property="pm2_5", lang="de", last="24h")
    assert {"Flensburg, Südermarkt", "Simulation"} <= set(_texts(dust))
    assert any(re.fullmatch(r"Feinstaub PM2,5 \(µg/m³\) · .* · wie gemessen", text) for text in _texts(dust))
    assert any(text.startswith("CC0-1.0 · OK Lab · plietsch · ") for text in _texts(dust))
    assert {"line-1", "doubtful-1-within"} <= _parts(dust)
    level = _chart(reader, LEVEL, lang="da", property="water_level")
    assert "620 forhøjet" in _texts(level) and "limit-1" in _parts(level)
    hours = _chart(reader, AIR, property="temperature", last="1mo", lang="en")
    assert any("means of hours" in text for text in _texts(hours)) and "range-1" in _parts(hours)
    assert {"gap-1"} <= _parts(hours)
    days = _texts(_chart(reader, AIR, property="pm2_5", last="12mo"))
    assert any(text.startswith("15: WHO guideline 2021 for a day") for text in days)
    assert any("sums of hours" in text for text in _texts(_chart(reader, RAIN, property="rain", last="2d")))
    empty = _chart(reader, EMPTY)
    assert {"Husum, Markt <b>&", "Nothing was measured in this span.", "no data"} <= set(_texts(empty))
    assert "Simulation" not in _texts(empty)
    description = ElementTree.fromstring(empty.content).find(f"{SVG}desc")
    assert description is not None and description.text == "Nothing was measured in this span."


def _fail_one(database_url: str) -> None:
    """One value that is not believed, in the midst of the day."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO observation SELECT d.id, now() - interval '603 minutes', 13, now(), 4"
            " FROM datastream d JOIN station s ON s.id = d.station_id"
            " JOIN observed_property p ON p.id = d.observed_property_id AND d.method = p.default_method"
            " WHERE s.code = %s AND p.code = 'pm2_5'",
            (AIR,),
        )


@pytest.mark.usefixtures("measured")
def test_a_picture_may_be_kept_as_long_as_its_time_is_open(reader: Reader):
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    closed = {"property": "pm2_5", "from": (until - timedelta(days=3)).isoformat(), "to": until.isoformat()}
    picture = _chart(reader, AIR, "png", **closed, width="320", height="240", theme="dark")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.headers["Cache-Control"].startswith("public, max-age=86400")
    assert (int.from_bytes(picture.content[16:20], "big"), int.from_bytes(picture.content[20:24], "big")) == (320, 240)
    known = {"If-None-Match": picture.headers["ETag"]}
    again = reader.get(str(picture.request.url), known)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", picture.headers["ETag"])
    # Of now, not for longer than a minute; each look is a picture of its own.
    open_ = _chart(reader, AIR, property="pm2_5")
    assert re.fullmatch(r"public, max-age=([1-9]|[1-5]\d|60)", open_.headers["Cache-Control"])
    assert _chart(reader, AIR, **closed).headers["ETag"] != picture.headers["ETag"]


REFUSED = (
    (f"{AIR}/chart.svg?property=water_level", 400, "pm2_5, pm10, temperature, humidity"),
    (f"{AIR}/chart.svg?property=wind_direction", 400, "pm2_5"),
    (f"{AIR}/chart.svg?method=guess", 400, "kappa-koehler/1"),
    (f"{AIR}/chart.svg?property=temperature&method=kappa-koehler/1", 400, "It has: raw."),
    (f"{AIR}/chart.svg?last=100", 400, "last=7d"),
    (f"{AIR}/chart.svg?last=99mo", 400, "1830 days"),
    (f"{AIR}/chart.svg?last=7d&to=2026-05-01T00:00:00Z", 400, "from and to"),
    (f"{AIR}/chart.svg?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", 400, "1830 days"),
    (f"{AIR}/chart.svg?from=yesterday", 400, "ISO 8601"),
    (f"{AIR}/chart.svg?to=9999-12-31T23:59:59Z", 400, "ahead"),
    (f"{AIR}/chart.svg?to=0001-01-03T00:00:00Z", 400, "1970"),
    (f"{AIR}/chart.svg?last=9999999y", 400, "last=7d"),
    (f"{AIR}/chart.svg?property=%00", 400, "pm2_5"),
    (f"{AIR}/chart.svg?width=99999", 400, "2400"),
    (f"{AIR}/chart.svg?height=-1", 400, "240"),
    (f"{AIR}/chart.svg?theme=sepia", 400, "light"),
    (f"{AIR}/chart.svg?lang=fr", 400, "de"),
    (f"{AIR}/chart.svg?colour=red", 400, "theme"),
    (f"{AIR}/chart.gif", 400, "png"),
    ("nowhere/chart.png", 404, "/api/v1/stations"),
)


@pytest.mark.usefixtures("measured")
def test_what_cannot_be_drawn_is_a_problem_that_says_what_can(reader: Reader):
    for address, status, said in REFUSED:
        answer = reader.get(f"/api/v1/stations/{address}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), address
        assert said in answer.text, address


def test_the_studio_draws_equal_pictures_once_and_refuses_when_many_wait():
    async def ask() -> None:
        studio, texts = Studio(), Texts.read("en")
        same = await asyncio.gather(*(studio.draw(_scene(0), (320, 240), "light", "png", texts) for _ in range(50)))
        assert len({id(each) for each in same}) == 1
        some = [studio.draw(_scene(number), (320, 240), "light", "png", texts) for number in range(1, 20)]
        answers = await asyncio.gather(*some, return_exceptions=True)
        drawn = [answer for answer in answers if isinstance(answer, bytes)]
        refused = [answer for answer in answers if isinstance(answer, errors.TooBusy)]
        assert (len(drawn), len(refused)) == (16, 3)
        assert await studio.draw(_scene(19), (320, 240), "light", "png", texts)

    asyncio.run(ask())


def _scene(number: int) -> Scene:
    return Scene(
        title=str(number),
        subtitle="",
        language="en",
        description="",
        credit=(),
        unit="",
        decimals=0,
        since=0,
        until=3600,
        step_s=0,
        timezone="UTC",
        lines=(),
    )


@pytest.mark.usefixtures("region")
def test_the_document_describes_the_pictures(reader: Reader):
    described = reader.get("/api/v1/openapi.json").json()["paths"]["/api/v1/stations/{code}/chart.{kind}"]["get"]
    assert described["tags"] == ["pictures"]
    assert {"image/svg+xml", "image/png"} <= set(described["responses"]["200"]["content"])
    parameters = {each["name"]: each for each in described["parameters"]}
    assert all(each["description"] for each in parameters.values())
    assert set(parameters) == {
        *("code", "kind", "property", "method", "last", "from", "to", "lang", "theme", "width", "height"),
    }
