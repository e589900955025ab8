"""How a number came here: pages of values that ingest really stored, read with no more rights than the site has."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from dashboards.journey_scene import DUST, GAUGE, RAIN, REAL, SECRETS, Reader, address, text_of
from ingest.network import NEW_YEAR_S

from dashboards import journey_scene as scene
from plietsch.dashboards import newest
from plietsch.dashboards.journey.drawing import TOP
from plietsch.dashboards.texts import LANGUAGES
from plietsch.platform import roles, sql
from support import databases, judged

KAPPA = "?method=kappa-koehler/1"
RAW = "?method=raw"
NUMBERS = {"de": ("12,3 µg/m³", "123 ÷ 10 = 12,3"), "da": ("12,3 µg/m³", "123 ÷ 10 = 12,3"),
           "en": ("12.3 µg/m³", "123 ÷ 10 = 12.3")}  # fmt: skip


@pytest.fixture
def laid(database_url: str) -> str:
    scene.lay(database_url)
    scene.a_day(database_url)
    return database_url


@pytest.fixture
def reader(laid: str) -> Iterator[Reader]:
    """Somebody who reads a site that may do no more than the site has to."""
    with databases.member(laid, roles.SITE) as url:
        reader = Reader(url)
        yield reader
        reader.close()


def _stages(html: str) -> list[str]:
    return re.findall(r'<li class="stage" id="(\w+)"', html)


def _stage(html: str, code: str) -> str:
    return text_of(html.split(f'<li class="stage" id="{code}"')[1].split('<li class="stage"')[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_of_dust_from_the_beam_of_light_to_the_page(reader: Reader, language: str) -> None:
    html = reader.page(address(DUST, "pm2_5", language=language, query=RAW))
    assert _stages(html) == ["measured", "packed", "heard", "decoded", "checked", "stored", "shown"]
    shown, division = NUMBERS[language]
    assert shown in _stage(html, "measured")
    assert "00000001111011₂ = 64 + 32 + 16 + 8 + 2 + 1 = 123" in _stage(html, "packed")
    assert division in _stage(html, "packed")
    # Spreading factor 9, 56 bytes with three readings; the first gateway is next to it, the other one 8 km away.
    assert "SF9" in _stage(html, "heard")
    assert "868" in _stage(html, "heard")
    assert "−71 dBm" in _stage(html, "heard")
    assert re.search(r"8[.,]2 dB", _stage(html, "heard"))
    assert re.search(r"1[.,]767[.,]225[.,]600", _stage(html, "decoded"))
    assert "Nova Fitness SDS011" in html
    assert "<script" not in html


def test_each_stage_says_how_long_after_the_one_before(reader: Reader) -> None:
    html = reader.page(address(DUST, "pm2_5", query=RAW))
    assert "01:00:00" in _stage(html, "measured")
    assert "01:00:01 1.2 s later" in _stage(html, "heard")
    assert "01:00:01 0.40 s later" in _stage(html, "stored")
    assert "it took 1.6 s" in text_of(html)


def test_the_bits_drawn_are_those_of_the_frame(reader: Reader, laid: str) -> None:
    html = reader.page(address(DUST, "humidity"))
    with psycopg.connect(laid) as connection:
        row = connection.execute(
            "SELECT payload FROM public_frame WHERE payload IS NOT NULL ORDER BY length(payload) DESC"
        )
        frame = bytes(row.fetchone()[0])  # type: ignore[index]
    code = html.split('class="bytes"')[1].split("</code>")[0]
    assert re.findall(r"<(?:b|span)>(\w\w)</", code) == [f"{byte:02x}" for byte in frame]
    assert "2 other readings in this frame" in html
    strips = html.split('class="strip"')[1:]
    digits = ["".join(re.findall(r"<span>([01]+)</span>", strip.split("</ol>")[0])) for strip in strips]
    all_digits = "".join(f"{byte:08b}" for byte in frame)
    # The head, this reading and the end; then the two readings before it.
    (own, first, second) = digits
    assert all_digits == own[:6] + first + second + own[6:]
    # The table says the same.
    table = html.split('class="scroll fields"')[1].split("</table>")[0]
    assert "".join(re.findall(r"<code>([01]+)</code>", table)) == own
    assert re.findall(r'<li class="field bits-(\w+) mine"', strips[0]) == ["air"]
    assert "91.5\N{NO-BREAK SPACE}%" in strips[0].split("mine")[1]


def test_nothing_of_devices_gateways_and_exact_places_is_said(reader: Reader) -> None:
    paths = [
        *(address(DUST, code) for code in ("pm2_5", "pm10", "temperature", "humidity", "pressure", "pm2_5_spread")),
        *(address(GAUGE, code) for code in ("distance", "water_level")), address(RAIN, "rain_tips"),
        address(DUST, "pm2_5", query=KAPPA),
    ]  # fmt: skip
    for html in reader.pages(path for path in paths if "spread" not in path):
        assert "Gateway 2" in html
        assert [secret for secret in SECRETS if secret.lower() in html.lower()] == []


def test_a_level_is_computed_with_its_own_numbers(reader: Reader) -> None:
    html = reader.page(address(GAUGE, "water_level"))
    assert _stages(html) == ["measured", "packed", "heard", "decoded", "computed", "checked", "stored", "shown"]
    assert "7,234 mm − 1,953 mm = 5,281 mm = 528.1 cm" in _stage(html, "computed")
    assert "gauge-zero/1" in _stage(html, "computed")
    assert "2 × 1,953 mm ÷ 343 m/s ≈ 11.4 ms" in _stage(html, "measured")
    assert "Distance to the water is counted in steps of 1 mm, in 14 bits." in _stage(html, "packed")
    assert re.findall(r'<li class="field bits-(\w+) mine"', html) == ["water"]
    assert "Rounded to 528 cm" in _stage(html, "shown")
    # The drawing is to scale.
    drawing = html.split('<svg class="gauge"')[1].split("</svg>")[0]
    zero, water = (int(re.findall(rf'class="gauge-{line}" d="M0 (\d+)', drawing)[0]) for line in ("zero", "surface"))
    assert (water - TOP) / (zero - TOP) == pytest.approx(1953 / 7234, abs=0.01)
    assert '<svg class="gauge"' not in reader.page(address(GAUGE, "distance"))


def test_dust_is_dried_with_its_own_numbers(reader: Reader) -> None:
    html = reader.page(address(DUST, "pm2_5", query=KAPPA))
    # 1 + 0.4 / 1.65 * 0.915 / 0.085 = 3.6096; 12.3 / 3.6096 = 3.4
    assert "1 + 0.4 ÷ 1.65 × 0.915 ÷ (1 − 0.915) = 3.610" in _stage(html, "computed")
    assert "12.3 µg/m³ ÷ 3.610 = 3.4 µg/m³" in _stage(html, "computed")
    assert re.findall(r'<li class="field bits-(\w+) mine"', html) == ["dust", "air"]
    assert f'href="{address(DUST, "pm2_5", NEW_YEAR_S + 300)}{KAPPA}"' in html


def test_what_was_measured_seconds_apart_is_of_one_reading(reader: Reader, laid: str) -> None:
    """A node that reads one instrument after another may give each value a second of its own."""
    with psycopg.connect(laid) as connection:
        judged.may_change(connection)
        connection.execute(
            "UPDATE observation SET phenomenon_time = phenomenon_time + interval '5 seconds'"
            " WHERE result IN (91.5, 90.2)"
        )
    assert "12.3 µg/m³ ÷ 3.610 = 3.4 µg/m³" in _stage(reader.page(address(DUST, "pm2_5", query=KAPPA)), "computed")


def test_of_a_makers_device_the_field_is_shown_and_nothing_else_of_its_frame(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        connection.execute(
            """UPDATE device_type SET definition = definition || '{"decoder": "object", "channels":
               {"distance": {"path": ["Distance", "distance"], "unit": "mm"}}}' WHERE code = 'plietsch-water-level';
            UPDATE uplink SET f_port = 2, object = '{"Distance": "1953 mm", "owner": "Oma"}'"""
        )
        assert connection.execute(
            "SELECT count(*) FROM public_frame f JOIN station s ON s.id = f.station_id AND s.code = %s"
            " WHERE payload IS NULL AND f_port = 2", (GAUGE,)
        ).fetchone() == (2,)  # fmt: skip
    for code in ("distance", "water_level"):
        for language, said in (
            ("de", "Feld Distance / distance Einheit mm"),
            ("da", "Felt Distance / distance Enhed mm"),
            ("en", "Field Distance / distance Unit mm Says 1,953 mm"),
        ):
            html = reader.page(address(GAUGE, code, language=language))
            assert [stage for stage in _stages(html) if stage != "computed"] == [
                "measured", "heard", "decoded", "checked", "stored", "shown"
            ]  # fmt: skip
            assert said in _stage(html, "decoded")
            assert "Gateway 2" in html
            assert [secret for secret in (*SECRETS, "Oma", 'class="bytes"', 'class="strip"') if secret in html] == []
    assert "= 528.1 cm" in _stage(reader.page(address(GAUGE, "water_level")), "computed")


def test_rain_is_told_by_its_counts_and_a_sum_by_what_fell(reader: Reader, laid: str) -> None:
    judged.judge(laid, RAIN)
    computed = _stage(html := reader.page(address(RAIN, "rain")), "computed")
    assert "1,234 − 1,207 = 27" in computed
    assert "27 × 0.2 mm = 5.4 mm" in computed
    assert "rain-difference/1" in computed
    assert f'href="{address(RAIN, "rain_tips", NEW_YEAR_S - 3700)}"' in html
    assert re.findall(r'<li class="field bits-(\w+) mine"', html) == ["rain"]
    html = reader.page(address(RAIN, "rain_1h"))
    assert "from 00:00:00 to 01:00:00" in _stage(html, "computed")
    assert f'href="{address(RAIN, "rain")}"' in html
    # As the map counts it.
    assert _rain_at(laid, NEW_YEAR_S) == pytest.approx(5.4)
    assert _stages(reader.page(address(RAIN, "rain_tips"))) == [
        stage for stage in _stages(html) if stage != "computed"
    ]  # fmt: skip


def test_a_page_and_the_journey_it_leads_to_tell_of_the_same_rain(reader: Reader, laid: str) -> None:
    """It rained two hours ago, and a little within the hour up to now."""
    now_s = int(datetime.now(UTC).timestamp())
    for minutes, tips in ((185, 2000), (125, 2000), (95, 2020), (55, 2025)):
        scene.send(laid, RAIN, (now_s - minutes * 60, {"rain_tips": tips}))
    judged.judge(laid, RAIN)
    page = reader.page(f"/en/stations/{RAIN}")
    assert "Rain in the last hour 1.0 mm" in text_of(page)
    (link,) = set(re.findall(r'href="(/en/stations/[^"]+/values/rain_1h/[^"]+)"', page))
    # The hour up to the reading, and that up to now.
    computed = _stage(reader.page(link), "computed")
    assert "4 + 1 = 5.0 mm" in computed
    assert "Other pages show the hour up to now" in computed
    assert ": 1.0 mm." in computed
    assert "Other pages" not in _stage(reader.page(address(RAIN, "rain_1h", now_s - 95 * 60)), "computed")


def test_where_nobody_knows_how_much_fell_there_is_no_sum(reader: Reader, laid: str) -> None:
    scene.send(laid, RAIN, (NEW_YEAR_S + 400 * 60, {"rain_tips": 1300}))
    judged.judge(laid, RAIN)
    for code, said in (("rain", "nobody knows when this rain fell"), ("rain_1h", "the sum is not known either")):
        html = reader.page(address(RAIN, code, NEW_YEAR_S + 400 * 60))
        assert said in _stage(html, "computed")
        assert "mm" not in _stage(html, "computed")
        assert "no value" in text_of(html)


def test_a_count_that_began_anew_is_no_difference_of_two(reader: Reader, laid: str) -> None:
    scene.send(laid, RAIN, (NEW_YEAR_S + 600, {"rain_tips": 3}))
    scene.send(laid, RAIN, (NEW_YEAR_S + 1200, {"rain_tips": 5}))
    judged.judge(laid, RAIN)
    computed = _stage(reader.page(address(RAIN, "rain", NEW_YEAR_S + 600)), "computed")
    assert "began anew or was misread" in computed
    assert "−" not in computed
    computed = _stage(reader.page(address(RAIN, "rain_1h", NEW_YEAR_S + 1200)), "computed")
    assert "5.4 + 0.4 = 5.8 mm" in computed


def test_an_index_is_told_by_the_means_of_its_hour(reader: Reader, laid: str) -> None:
    """Dry air: what is corrected is what was measured. Of PM10, too little came."""
    dust = {"pm10": None, "temperature": 20.0, "humidity": 0.0}
    hour_s = NEW_YEAR_S + 7200
    readings = [(hour_s + minute * 60, {**dust, "pm2_5": 14.0 + minute / 30}) for minute in range(0, 60, 5)]
    scene.send(laid, DUST, *readings)
    judged.judge(laid, DUST)
    page = text_of(reader.page(address(DUST, "aqi_eu", hour_s)))
    assert "European air-quality index 2 fair" in page
    computed = _stage(html := reader.page(address(DUST, "aqi_eu", hour_s)), "computed")
    assert "PM2.5 14.9 µg/m³, of 12 values: class 2, fair" in computed
    assert "PM10" not in computed
    assert "it is indicative" in computed
    assert _stages(html) == ["measured", "computed", "checked", "stored", "shown"]
    computed = _stage(reader.page(address(DUST, "aqi_de", hour_s, "de")), "computed")
    assert "Luftqualitätsindex des Umweltbundesamtes 2025" in computed
    assert "14,9 µg/m³, aus 12 Werten: Klasse 2, gut" in computed


def test_what_a_value_did_not_pass_and_what_it_was_before_is_told(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        judged.may_change(connection)
        series = "SELECT d.id FROM datastream d JOIN observed_property p ON p.id = d.observed_property_id" \
            " WHERE p.code = 'distance'"  # fmt: skip
        changed = f"UPDATE observation SET quality = 4 WHERE result = 1953 AND datastream_id = ({series}) RETURNING *"
        connection.execute(
            f"WITH o AS ({changed}) INSERT INTO observation_test (datastream_id, phenomenon_time, arrival, tests)"
            """ SELECT datastream_id, phenomenon_time, 1, '{"spike": 4, "flat_line": 3}' FROM o"""
        )
    checked = _stage(reader.page(address(GAUGE, "distance")), "checked")
    assert "Like the values just before and after? no: failed its checks" in checked
    assert "Does the instrument still move? no: suspect" in checked
    assert "1,953 mm (flag 1) → 1,953 mm (flag 4): the stored frames were read once more" in checked
    said = {language: reader.page(address(GAUGE, "distance", language=language)) for language in ("de", "da")}
    assert "die gespeicherten Datenpakete wurden noch einmal gelesen" in said["de"]
    assert "de gemte datapakker blev læst en gang til" in said["da"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Wegen: Abstand fraglich: ein Ausreißer, anders als die Werte kurz davor und danach"),
        ("da", "På grund af: Afstand tvivlsom: en enkelt afvigelse, anderledes end værdierne lige før og efter"),
        ("en", "Because of: Distance suspect: a spike, unlike the values just before and after"),
    ],
)
def test_a_level_in_doubt_says_why_and_leads_to_its_distance(
    reader: Reader, laid: str, language: str, said: str
) -> None:
    with psycopg.connect(laid) as connection:
        judged.may_change(connection)
        series = "SELECT d.id FROM datastream d JOIN observed_property p ON p.id = d.observed_property_id WHERE p.code"
        connection.execute(
            f"UPDATE observation SET quality = 3 WHERE result = 528.1 AND datastream_id IN ({series} = 'water_level')"
        )
        connection.execute(
            "WITH o AS (UPDATE observation SET quality = 3 WHERE result = 1953"
            f" AND datastream_id IN ({series} = 'distance') RETURNING *)"
            " INSERT INTO observation_test (datastream_id, phenomenon_time, arrival, tests)"
            """ SELECT datastream_id, phenomenon_time, 1, '{"spike": 3}' FROM o"""
        )
    html = reader.page(address(GAUGE, "water_level", language=language))
    assert said in _stage(html, "checked")
    assert f'href="{address(GAUGE, "distance", language=language)}"' in html
    assert said.split(":")[0] not in _stage(reader.page(address(GAUGE, "distance", language=language)), "checked")


@pytest.mark.parametrize(
    ("language", "said"), [("de", "wurde berichtigt"), ("da", "er rettet"), ("en", "has been corrected since")]
)
def test_a_mounting_that_was_corrected_since_is_said_and_no_sum_contradicts_the_value(
    reader: Reader, laid: str, language: str, said: str
) -> None:
    with psycopg.connect(laid) as connection:
        connection.execute("UPDATE deployment SET gauge_zero_distance_m = 7.5 WHERE gauge_zero_distance_m IS NOT NULL")
    html = reader.page(address(GAUGE, "water_level", language=language))
    assert said in _stage(html, "computed")
    assert 'class="sums"' not in html.split('id="computed"')[1].split('<li class="stage"')[0]
    assert '<svg class="gauge"' not in html
    assert re.search(r"528[.,]1 cm", text_of(html))
    assert not re.search(r"554[.,]7", text_of(html))


def test_corrected_dust_whose_humidity_was_changed_since_shows_no_sum(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        judged.may_change(connection)
        connection.execute("UPDATE observation SET result = 50 WHERE result = 91.5")
    computed = _stage(reader.page(address(DUST, "pm2_5", query=KAPPA)), "computed")
    assert "has been corrected since" in computed
    assert "÷" not in computed


def _rain_at(database_url: str, time_s: float) -> float:
    async def ask() -> float:
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            found = await newest.of(connection, [newest.RAIN], datetime.fromtimestamp(time_s, UTC), station=RAIN)
            return found[RAIN][newest.RAIN].value

    return asyncio.run(ask())


def test_a_value_that_failed_has_a_journey_too(reader: Reader) -> None:
    html = reader.page(address(DUST, "pm10", NEW_YEAR_S + 300))
    assert "no value" in text_of(html)
    assert "the code 16,383 stands for no number. It says: the instrument gave no valid answer." in _stage(
        html, "packed"
    )
    assert "no: the instrument gave no valid answer" in _stage(html, "checked")
    assert "9 – missing" in _stage(html, "checked")


def test_values_lead_to_those_before_and_after(reader: Reader) -> None:
    html = reader.page(address(DUST, "temperature"))
    before, after = (re.findall(rf'rel="{way}" href="([^"]+)"', html) for way in ("prev", "next"))
    assert before == [address(DUST, "temperature", NEW_YEAR_S - 300)]
    assert after == [address(DUST, "temperature", NEW_YEAR_S + 300)]
    assert 'rel="next"' not in reader.page(after[0])
    assert 'rel="prev"' not in reader.page(address(DUST, "temperature", NEW_YEAR_S - 600))


def test_the_same_value_is_in_the_interface(reader: Reader) -> None:
    html = reader.page(address(DUST, "temperature"))
    (link,) = re.findall(r'href="(/api/v1/observations\?[^"]+from=[^"]+)"', html)
    found = reader.get(link.replace("&amp;", "&")).json()["observations"]
    assert [(each["station"], each["property"], each["value"]) for each in found] == [(DUST, "temperature", 3.4)]


def test_a_frame_that_is_not_kept_is_said_to_be_gone(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        connection.execute("DELETE FROM uplink")
    html = reader.page(address(GAUGE, "water_level"))
    assert _stages(html) == ["measured", "heard", "computed", "checked", "stored", "shown"]
    assert "not kept here any more" in _stage(html, "heard")
    assert "= 528.1 cm" in _stage(html, "computed")
    assert 'class="bytes"' not in html


def test_what_did_not_come_by_radio_says_so(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        judged.may_change(connection)
        connection.execute("UPDATE observation SET result_time = NULL")
    html = reader.page(address(DUST, "temperature"))
    assert _stages(html) == ["measured", "checked", "stored", "shown"]
    assert "did not come by radio" in _stage(html, "stored")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"wide": True}, "carries the whole time"),
        ({"clock_set": False}, "never set: the time is counted back"),
    ],
)
def test_how_the_time_was_told(laid: str, reader: Reader, options: dict[str, Any], said: str) -> None:
    later_s = NEW_YEAR_S + 3_600
    start_s = 0 if options.get("clock_set", True) else later_s - 300
    readings = [(at_s - start_s, {"temperature": 4.5}) for at_s in (later_s - 120, later_s)]
    scene.send(laid, REAL, *readings, heard_s=later_s + 0.5, **options)
    html = reader.page(address(REAL, "temperature", later_s - 120))
    assert said in text_of(html)
    assert "2026-01-01T00:58:00" in html


def test_a_simulation_in_fast_motion_does_not_claim_that_it_took_days(laid: str, reader: Reader) -> None:
    later_s = NEW_YEAR_S + 7_200
    for code, name in ((DUST, "simulated"), (REAL, "real")):
        scene.send(laid, code, (later_s, {"temperature": 4.5}), arrived_after_s=3 * 86_400)
        html = text_of(reader.page(address(code, "temperature", later_s)))
        assert ("in fast motion" in html) == (name == "simulated")
        assert ("it took 3 days" in html) == (name == "real")


@pytest.mark.parametrize(
    "path",
    [
        address(DUST, "temperature", NEW_YEAR_S + 1), address(DUST, "time"), address("nowhere", "temperature"),
        address(DUST, "temperature", query="?method=magic/1"), address(DUST, "temperature", query="?method=%00"),
        "/en/stations/flensburg-suedermarkt/values/temperature/2026-01-01T00:00:00",
        "/en/stations/flensburg-suedermarkt/values/temperature/2026-13-01T00:00:00Z",
        "/en/stations/flensburg-suedermarkt/values/temperature/now",
        "/en/stations/flensburg-suedermarkt/values/%00/2026-01-01T00:00:00Z",
        "/fr/stations/flensburg-suedermarkt/values/temperature/2026-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_what_nobody_measured_is_a_friendly_404(reader: Reader, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert 'class="button"' in answer.text


@pytest.mark.parametrize(
    ("code", "query"),
    [("ozone", ""), ("temperature", "?method=foo"), ("rain_tips", "")],
)
def test_of_a_known_station_what_nobody_measured_leads_back_to_it(reader: Reader, code: str, query: str) -> None:
    answer = reader.get(address(DUST, code, query=query))
    assert answer.status_code == 404
    assert "Nobody measured this" in answer.text
    assert f'href="/en/stations/{DUST}"' in answer.text


def test_what_was_measured_on_a_bench_is_nobodys_business(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        connection.execute("UPDATE deployment SET phase = 'bench'")
    assert reader.get(address(DUST, "temperature")).status_code == 404


def test_a_station_that_was_taken_down_has_its_journeys(reader: Reader, laid: str) -> None:
    with psycopg.connect(laid) as connection:
        connection.execute("UPDATE deployment SET during = tstzrange(lower(during), '2026-02-01')")
    html = reader.page(address(DUST, "temperature"))
    assert "Gateway 2" in html
    assert reader.get(f"/en/stations/{DUST}").status_code == 200


def test_a_journey_does_not_read_the_frames_and_values_of_others(laid: str) -> None:
    """Weeks of frames every five minutes lie in the same tables."""
    with psycopg.connect(laid, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO uplink SELECT '2025-02-01'::timestamptz + n * interval '5 minutes', gen_random_uuid(), d.id,"
            " '', n, 1, '' FROM device d, generate_series(1, 4000) n; "
            "INSERT INTO observation SELECT d.id, '2025-02-01'::timestamptz + n * interval '5 minutes', 1, now(), 1"
            " FROM datastream d, generate_series(1, 4000) n ON CONFLICT DO NOTHING; ANALYZE"
        )
        at = datetime.fromtimestamp(NEW_YEAR_S, UTC)
        queries = sql.load("plietsch.dashboards.journey", "journey.sql")
        parameters = {
            "station": 1, "heard_at": at, "time": at, "second": at, "datastream": 1, "since": at, "until": at,
            "code": DUST, "codes": ["pm2_5"], "most": 20,
            "within": timedelta(seconds=5),
        }  # fmt: skip
        value = {"station": DUST, "property": "pm2_5", "second": at, "method": None}
        for name in queries:
            asked = value if name == "value" else parameters
            plan = connection.execute("EXPLAIN " + queries[name], asked).fetchall()
            whole = [line for (line,) in plan if re.search(r"Seq Scan on (uplink|observation)\b", line)]
            assert whole == [], (name, plan)
