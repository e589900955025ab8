"""Notes on a station's page: what somebody entered of a time, and what the calendar says of it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from plietsch.api.annotations import calendar
from plietsch.dashboards.station import notes
from plietsch.dashboards.station.course import Course
from plietsch.dashboards.station.spans import SPANS, Window
from plietsch.dashboards.texts import Texts

STATION, ZONE = "flensburg-suedermarkt", ZoneInfo("Europe/Berlin")
_ENTERED = """
INSERT INTO annotation (station_id, property, during, kind, text, source)
SELECT s.id, said.property, tstzrange(now() - said.ago, now() - said.ago + interval '1 hour'), 'note', said.text, NULL
FROM (VALUES (%(station)s, NULL, interval '3 hours', '{"de": "Sensor <b>getauscht</b>", "da": "x", "en": "x"}'::jsonb),
             (%(station)s, 'pm10', interval '2 hours', '{"de": "Nur PM10", "da": "x", "en": "x"}'),
             (NULL, NULL, interval '4 hours', '{"de": "Überall", "da": "x", "en": "x"}'),
             ('husum-markt', NULL, interval '3 hours', '{"de": "Anderswo", "da": "x", "en": "x"}'),
             (%(station)s, NULL, interval '400 days', '{"de": "Lange her", "da": "x", "en": "x"}'))
     AS said (station, property, ago, text)
LEFT JOIN station s ON s.code = said.station
"""


@pytest.mark.usefixtures("measured")
def test_what_was_entered_stands_under_the_chart_and_in_the_past(site: str, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(_ENTERED, {"station": STATION})
    page = httpx.get(f"{site}/de/stations/{STATION}?property=pm2_5").text
    (under,) = re.findall(r'<ul class="events" id="notes">.*?</ul>', page, re.DOTALL)
    assert re.findall(r"</time> (.*?)</li>", under) == ["Sensor &lt;b&gt;getauscht&lt;/b&gt;", "Überall"]
    (past,) = re.findall(r'<ol class="events">.*?</ol>', page, re.DOTALL)
    own = [text for text in re.findall(r"</time> (.*?)</li>", past) if "beginnt" not in text]
    assert own == ["Sensor &lt;b&gt;getauscht&lt;/b&gt;", "Nur PM10", "Lange her"]
    # What a script puts in their place has the notes, too.
    fragment = httpx.get(f"{site}/data/de/stations/{STATION}?property=pm10").text
    assert "Nur PM10" in fragment and "Lange her" not in fragment


def test_new_years_eve_is_a_note_on_dust_alone() -> None:
    midnight = datetime(2025, 12, 31, 23, tzinfo=UTC)
    known = list(calendar.nights([("flensburg", ZONE)], midnight - timedelta(days=900), midnight))
    window = Window(midnight - timedelta(days=3), midnight)
    of_dust, of_warmth = (
        notes.under(known, Course(code, SPANS["week"], ZONE, "raw", window, []), Texts.read("de"), ZONE)
        for code in ("pm2_5", "temperature")
    )
    assert [each.text.split(":")[0] for each in of_dust] == ["Silvester"] and not of_warmth
    assert of_dust[0].day_iso == "2025-12-31" and "18:00" in of_dust[0].day and "06:00" in of_dust[0].day
