"""What a station's page says of its past, and of what is not believed."""

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from dashboards.journey_scene import Reader
from dashboards.test_station import EMPTY, HOUR, LEVEL
from dashboards.test_station import _document as document_of
from dashboards.test_station import _text as text_of
from dashboards.test_station import _write as write

from plietsch.platform import roles
from support import databases


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


def _columns(page: str) -> dict[str, str]:
    """What stands on each card."""
    parts = re.split(r'<div data-property="(\w+)"', page.split('class="cards readings"')[1].split("</dl>")[0])
    return {code: text_of(card) for code, card in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.usefixtures("region")
def test_a_series_that_is_suspect_throughout_was_measured(reader: Reader, database_url: str, now: datetime) -> None:
    write(database_url, EMPTY, "temperature", [(now - number * HOUR, 50.0, 3) for number in range(24)])
    for span in ("day", "month"):
        page = reader.get(f"/en/stations/{EMPTY}?property=temperature&span={span}").text
        assert "24 values, all of them suspect." in text_of(page)
        assert "Nothing was measured in this span" not in page
        strip = page.split('<th scope="row">Temperature</th>')[1].split("</tr>")[0]
        assert [percent for _, percent in re.findall(r'title="([^"]+): ([^"]+)"', strip)][-1] in ("100 %", "0 %")
        assert "0 %" not in re.findall(r'class="all">(\d+ %)', strip)
    assert "? suspect" in _columns(page)["temperature"]
    write(database_url, EMPTY, "temperature", [(now - HOUR / 2, 5.0, 1), (now - HOUR / 3, 6.0, 1)])
    page = reader.get(f"/de/stations/{EMPTY}?property=temperature").text
    assert "Zwischen 5,0 und 6,0 °C. 24 fragliche Werte sind nicht mitgezählt." in text_of(page)


@pytest.mark.usefixtures("region")
def test_a_station_that_fell_silent_long_ago_leads_to_its_days(
    reader: Reader, database_url: str, now: datetime
) -> None:
    then = datetime(2026, 1, 1, 12, tzinfo=UTC)
    write(database_url, EMPTY, "temperature", [(then, 50.0, 1)])
    page = reader.get(f"/en/stations/{EMPTY}?property=temperature").text
    assert "The newest value is of 1 January 2026." in text_of(page)
    (link,) = re.findall(r'href="([^"]+)">all its days', page)
    (day,) = csv.DictReader(io.StringIO(reader.get(html.unescape(link)).text))
    assert (day["time"][:10], float(day["mean"])) == ("2026-01-01", 50.0)


def _mount_anew(connection: psycopg.Connection, moment: datetime, *, of_another: bool) -> None:
    """End the gauge's deployment, and begin one of the same device, or of another one like it, 41 cm higher."""
    ended = connection.execute(
        "UPDATE deployment d SET during = tstzrange(lower(during), %s) FROM station s"
        " WHERE s.id = d.station_id AND s.code = %s RETURNING d.id, d.device_id, d.station_id",
        (moment, LEVEL),
    ).fetchone()
    assert ended is not None
    old, device, station = ended
    if of_another:
        copied = (
            "INSERT INTO device (dev_eui, device_type_id, interval_s) SELECT '00ff00ff00ff00ff', device_type_id, 300"
        )
        (device,) = connection.execute(f"{copied} FROM device WHERE id = %s RETURNING id", (device,)).fetchone() or ()
    begun = connection.execute(
        "INSERT INTO deployment (device_id, station_id, phase, during, gauge_zero_distance_m)"
        " VALUES (%s, %s, 'installed', tstzrange(%s, NULL), 8.41) RETURNING id",
        (device, station, moment),
    ).fetchone()
    assert begun is not None
    connection.execute(
        "INSERT INTO deployment_channel"
        " SELECT %s, channel, datastream_id FROM deployment_channel WHERE deployment_id = %s",
        (begun[0], old),
    )


@pytest.mark.parametrize(
    ("moves", "told", "word"),
    [
        (False, "The same device is mounted differently.", "mounted differently"),
        (True, "Another device is installed, with DFRobot A02YYUW.", "another device"),
    ],
)
@pytest.mark.usefixtures("water_and_rain")
def test_a_device_that_is_mounted_anew_is_no_other_one(
    reader: Reader, database_url: str, now: datetime, moves: bool, told: str, word: str
) -> None:
    moment = now - 2 * HOUR
    with psycopg.connect(database_url) as connection:
        _mount_anew(connection, moment, of_another=moves)
    page = reader.get(f"/en/stations/{LEVEL}").text
    assert told in text_of(page)
    assert ("Another device" in page) is moves
    assert "Measuring since 1 January 2026" in text_of(page)
    assert document_of(page)["marks"] == [[moment.timestamp(), word]]
