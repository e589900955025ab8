"""What the metadata of observations say, on a real database."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyarrow.parquet
import pytest
from api.world import NOON, Client, World, described

from plietsch.api.metadata import citing, licences, methods
from plietsch.api.metadata.documents import Metadata
from plietsch.ingest.series import dust, level, rain
from plietsch.platform import methods as known

_SPAN = {"from_": "2026-05-01T12:00:00Z", "to": "2026-05-01T14:00:00Z"}


def _metadata(api: Client, **query: Any) -> Any:
    return api.json("/api/v1/observations.metadata.json", **(_SPAN | query))


def _series(said: Any, property_: str) -> Any:
    return next(each for each in said["series"] if each["property"]["code"] == property_)


def test_observations_say_what_they_are(world: World, api: Client):
    world.series("harbour", "temperature", [10.0, 10.5])
    world.series("harbour", "pm2_5", [10.0, 10.5])
    said = _metadata(api, station="harbour", property=["temperature", "pm2_5"])
    assert said["title"] == (
        "Observations of pm2_5; temperature at Harbour, Förde, 2026-05-01T12:00:00Z to 2026-05-01T14:00:00Z"
    )
    assert (said["from"], said["to"], said["resolution"]) == ("2026-05-01T12:00:00Z", "2026-05-01T14:00:00Z", "raw")
    assert api.get("/api/v1/observations.csv", **_SPAN).headers["plietsch-complete-to"] == said["complete_to"]
    temperature = _series(said, "temperature")
    assert (temperature["station"], temperature["unit"], temperature["unit_symbol"]) == ("harbour", "Cel", "°C")
    assert (temperature["interval_s"], temperature["method"], temperature["default_method"]) == (300, "raw", True)
    sensor = temperature["sensor"]
    assert (sensor["model"], sensor["manufacturer"], sensor["indicative"]) == ("BME280", "Bosch Sensortec", True)
    assert sensor["datasheet_url"].startswith("https://")
    assert said["methods"]["raw"]["description"] == known.DESCRIPTIONS[known.RAW]
    assert said["licences"] == [
        {
            "id": "CC0-1.0",
            "name": "Creative Commons Zero 1.0",
            "url": "https://creativecommons.org/publicdomain/zero/1.0/",
            "spdx_url": "https://spdx.org/licenses/CC0-1.0.html",
            "attributions": [{"attribution": "The neighbours", "stations": ["harbour"]}],
        }
    ]
    assert said["stations"]["harbour"]["simulated"] is True
    assert [flag["flag"] for flag in said["quality_flags"]] == [1, 2, 3, 4, 9]
    # The columns are those of the rows.
    for layout in ("long", "wide"):
        asked = _SPAN | {"station": "harbour", "property": "temperature", "layout": layout}
        heading = api.get("/api/v1/observations.csv", **asked).text.split("\r\n")[0].split(",")
        columns = _metadata(api, station="harbour", property="temperature", layout=layout)["columns"]
        assert [each["name"] for each in columns] == heading
        assert all(each["description"] for each in columns)


def test_a_corrected_series_names_the_numbers_of_its_method(world: World, api: Client):
    world.measured("harbour", "pm2_5", NOON, 3.0, method="kappa-koehler/1")
    world.connection.execute("UPDATE deployment SET rain_tip_mm = 0.2")
    said = _metadata(api, station="harbour", property="pm2_5", method=["raw", "kappa-koehler/1"])
    assert {each["method"] for each in said["series"]} == {"raw", "kappa-koehler/1"}
    method = said["methods"]["kappa-koehler/1"]
    assert (method["name"], method["version"]) == ("kappa-koehler", "1")
    assert "Crilley" in method["reference"]
    assert {each["name"]: each["value"] for each in method["parameters"]}["kappa"] == dust.KAPPA
    mounted = {each["method"]: each["mounted"] for each in said["series"]}
    assert mounted == {"raw": [], "kappa-koehler/1": [{"from": "2026-01-01T00:00:00Z", "to": None, "rain_tip_mm": 0.2}]}


def test_methods_reckon_with_the_numbers_that_are_told():
    said = {name: {each.name: each.value for each in methods.parameters(name)} for name in known.ALL}
    assert said[known.KAPPA_KOEHLER] == {
        "kappa": dust.KAPPA,
        "dry_density": dust.DRY_DENSITY,
        "highest_humidity": dust.HIGHEST_HUMIDITY_PERCENT,
    }
    assert said[known.GAUGE_ZERO_SOUND] == {
        "speed_of_sound_at_0": level.SOUND_M_PER_S,
        "speed_of_sound_per_degree": level.SOUND_M_PER_S_AND_DEGREE,
    }
    assert said[known.RAIN_DIFFERENCE] == {"longest_pause": rain.LONGEST_PAUSE_S}
    for name in known.ALL:
        assert methods.document(name)["description"]


_EVERY_5 = range(0, 120, 5)
# Minutes when something was measured, with a value or without; the gaps in two hours.
_GAPS: list[tuple[list[int], list[int], list[tuple[int, int]]]] = [
    ([*_EVERY_5], [], []),
    ([0, 5, 10, *range(25, 120, 5)], [], []),  # three intervals are none
    ([0, 5, 10, *range(30, 120, 5)], [], [(10, 30)]),
    ([*range(40, 120, 5)], [], [(0, 40)]),
    ([*range(0, 60, 5)], [], [(55, 120)]),
    ([], [], [(0, 120)]),
    ([0, 30, *range(60, 120, 5)], [], [(0, 30), (30, 60)]),
    # No value is a gap though the instrument spoke.
    ([0, *range(35, 120, 5)], [*range(5, 35, 5)], [(0, 35)]),
]


def test_gaps_are_where_values_are_missing(world: World, api: Client):
    for day, (values, nothing, gaps) in enumerate(_GAPS):
        noon = NOON + timedelta(days=day)

        def at(minutes: float, noon: datetime = noon) -> str:
            return (noon + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")

        for minute in (*values, *nothing):
            value, quality = (10.0, 1) if minute in values else (None, 9)
            world.measured("harbour", "temperature", noon + timedelta(minutes=minute), value, quality)
        said = _metadata(api, station="harbour", property="temperature", from_=at(0), to=at(120))
        series = _series(said, "temperature")
        assert series["gaps"] == [{"from": at(first), "to": at(last)} for first, last in gaps]
        assert series["gap_count"] == len(gaps)
        assert series["missing_s"] == sum(60 * (last - first) for first, last in gaps)


def test_a_gap_that_lasts_has_no_end_and_the_future_is_none(world: World, api: Client):
    now = datetime.now(UTC)
    world.measured("harbour", "temperature", now - timedelta(minutes=30), 10.0)
    asked = {"from_": (now - timedelta(minutes=31)).isoformat(), "to": (now + timedelta(days=1)).isoformat()}
    (gap,) = _series(_metadata(api, station="harbour", property="temperature", **asked), "temperature")["gaps"]
    assert gap["to"] is None


def test_only_so_many_gaps_are_listed_and_all_are_counted(world: World, api: Client):
    world.connection.execute(
        "INSERT INTO observation SELECT ds.id, timestamptz '2026-05-01T00:00Z' + n * interval '20 min', 1, NULL, 1"
        " FROM datastream ds JOIN station s ON s.id = ds.station_id JOIN observed_property p"
        " ON p.id = ds.observed_property_id, generate_series(0, 149) n WHERE s.code = 'harbour'"
        " AND p.code = 'temperature'"
    )
    asked = {"from_": "2026-05-01T00:00:00Z", "to": "2026-05-03T02:00:00Z"}
    series = _series(_metadata(api, station="harbour", property="temperature", **asked), "temperature")
    assert (len(series["gaps"]), series["gap_count"], series["missing_s"]) == (100, 150, 150 * 1200)


def test_where_too_much_would_be_looked_at_gaps_are_not_looked_for(world: World, api: Client):
    world.crowd(20)
    said = _metadata(api, from_="2026-01-01T00:00:00Z", to="2027-01-01T00:00:00Z")
    assert said["gaps"]["looked_for"] is False
    assert {each["gaps"] for each in said["series"]} == {None}


def test_a_citation_says_who_what_where_and_when(quiet_api: Client):
    said = _metadata(quiet_api, station="harbour", property="temperature")
    citation = said["citation"]
    assert citation["text"].startswith("The neighbours: Observations of temperature at Harbour, Förde")
    address = citation["cff"]["url"]
    assert f"{address} (accessed {said['accessed_at'][:10]}, complete to {said['complete_to']})" in citation["text"]
    assert address.startswith("http://plietsch.example/api/v1/observations?station=harbour&property=temperature&")
    assert citation["text"].endswith(" CC0-1.0.")
    assert citation["cff"]["authors"] == [{"name": "The neighbours"}]
    assert citation["cff"]["license"] == ["CC0-1.0"]


def test_bibtex_takes_every_sign():
    cited = citing.Cited(
        ["A & B_{50 %}"], "x^2 ~ #1 \\ $", "https://h/a?b={c}&d=%20", datetime(2026, 5, 1, tzinfo=UTC), []
    )
    said = citing.bibtex(cited)
    assert r"author = {{A \& B\_\{50 \%\}}}" in said
    assert r"title = {x\textasciicircum{}2 \textasciitilde{} \#1 \textbackslash{} \$}" in said
    assert r"\url{https://h/a?b=%7Bc%7D&d=%20}" in said
    assert said.startswith("@misc{plietsch-x-2-1-2026-05-01,")


def test_the_key_of_bibtex_writes_umlauts_out():
    cited = citing.Cited(["n"], "Südermarkt, Møllegåde, Straße", "https://h", datetime(2026, 5, 1, tzinfo=UTC), [])
    assert citing.bibtex(cited).startswith("@misc{plietsch-suedermarkt-moellegaade-strasse-2026-05-01,")


def _query(address: str) -> dict[str, str]:
    """The parameters of an address, each there once."""
    return dict(parse_qsl(urlsplit(address).query, strict_parsing=True))


def test_a_citation_leads_back_to_what_was_read(world: World, api: Client):
    """Also where the question was asked from now: the same words would be another one later."""
    world.measured("harbour", "temperature", datetime.now(UTC) - timedelta(hours=1), 10.0)
    since = {"from_": "2026-01-01T00:00:00Z"}
    for asked in ({}, since, {"last": "7d"}, {"last": "7d", "resolution": "1h"}, {"last": "2"}):
        query = {"station": "harbour", "property": "temperature", **asked}
        parquet = api.get("/api/v1/observations.parquet", **query).content
        said = api.json("/api/v1/observations.metadata.json", **query)
        address = said["citation"]["cff"]["url"]
        # What comes later, and what a later question is of.
        world.measured("harbour", "temperature", datetime.now(UTC), 99.0)
        again = api.json(address)
        rows: Any = pyarrow.parquet.read_table(io.BytesIO(parquet))
        assert [row["time"] for row in again["observations"]] == [
            time.isoformat().replace("+00:00", "Z") for time in rows.column("time").to_pylist()
        ]
        cited, source = _query(address), _query(rows.schema.metadata[b"source"].decode())
        assert (cited["at"], cited["to"]) == (said["complete_to"], said["to"])
        assert cited.keys() == source.keys()
        if asked != {"last": "2"}:
            assert cited["from"] == said["from"]
            assert "last" not in cited
        assert address in said["citation"]["bibtex"]


@pytest.mark.parametrize("address", ["statistics", "annotations"])
def test_other_spans_are_cited_as_they_were_understood(quiet_api: Client, address: str):
    said = quiet_api.json(f"/api/v1/{address}.metadata.json", station="harbour")
    assert _query(said["citation"]["cff"]["url"]) == {"station": "harbour", "from": said["from"], "to": said["to"]}
    again = quiet_api.json(said["citation"]["cff"]["url"])
    assert (again["from"], again["to"]) == (said["from"], said["to"])


def test_changes_say_whose_they_are_and_where_they_are_found_again(world: World, api: Client):
    world.series("harbour", "pm10", [1, 2])
    said = api.json("/api/v1/changes.metadata.json", since="beginning", wait="30")
    Metadata.model_validate(said)
    assert set(said["stations"]) == {"harbour", "market", "husum"}
    assert [each["id"] for each in said["licences"]] == ["CC0-1.0"]
    address = said["citation"]["cff"]["url"]
    assert set(_query(address)) == {"cursor"}
    page = api.json(address)
    assert [change["value"] for change in page["changes"]][-2:] == [1, 2]
    assert page["cursor"] == said["complete_to"]
    only = api.json("/api/v1/changes.metadata.json", property="pm10", region="flensburg", station="harbour")
    assert set(only["stations"]) == {"harbour"}
    schema: Any = pyarrow.parquet.read_schema(io.BytesIO(api.get("/api/v1/changes.parquet", since="beginning").content))
    assert schema.metadata[b"licence"] == b"CC0-1.0"


@pytest.mark.parametrize(
    "address",
    [
        *("stations", "stations/harbour", "latest", "datastreams", "datastreams/1", "observations", "statistics"),
        *("gauges", "properties", "properties/pm10", "device-types", "device-types/plietsch-fine-dust"),
        *("annotations", "changes"),
    ],
)
def test_every_table_says_what_it_is(quiet_api: Client, address: str):
    said = quiet_api.json(f"/api/v1/{address}.metadata.json")
    Metadata.model_validate(said)
    assert said["title"]
    assert len(said["description"]) > 20


def test_a_file_of_one_station_is_called_by_it(quiet_api: Client):
    for code in ("harbour", "market"):
        said = quiet_api.get(f"/api/v1/stations/{code}.csv").headers["content-disposition"]
        assert re.fullmatch(rf'attachment; filename="plietsch-station-{code}-\d{{4}}-\d\d-\d\d\.csv"', said)


def test_many_authors_are_counted():
    cited = citing.Cited([f"n{i}" for i in range(10)], "T", "https://h", datetime(2026, 5, 1, tzinfo=UTC), ["CC0-1.0"])
    assert citing.text(cited).startswith("n0; n1; n2; n3; n4; n5; n6; n7; and 2 others: T.")


def test_a_licence_that_nobody_knows_has_no_address():
    assert licences.licence("all rights, maybe")["url"] is None
    assert licences.licence("MIT")["url"] == "https://spdx.org/licenses/MIT.html"


def test_what_is_wrong_is_wrong_for_metadata_too(quiet_api: Client):
    problem = quiet_api.problem("/api/v1/observations.metadata.json", station="nowhere")
    assert problem["status"] == 404


def test_stations_and_newest_values_say_what_they_are_measured_with(quiet_api: Client):
    for address in ("stations", "stations/harbour", "latest"):
        said = quiet_api.json(f"/api/v1/{address}.metadata.json")
        Metadata.model_validate(said)
        if address == "latest":
            continue  # of what has no value, there is no row
        assert {each["attribution"] for each in said["stations"].values()} == {"The neighbours"}
        assert said["stations"]["harbour"]["simulated"] is True
        assert {each["sensor"]["model"] for each in said["series"] if each["station"] == "harbour"} >= {
            "BME280",
            "SDS011",
        }
    only = quiet_api.json("/api/v1/stations.metadata.json", property="pm2_5")
    assert {each["property"]["code"] for each in only["series"]} == {"pm2_5"}


def test_head_names_the_format_and_sends_no_row(quiet_api: Client):
    for suffix in (".csv", ".parquet", ".metadata.json"):
        address = f"/api/v1/observations{suffix}"
        head, answer = quiet_api.request("HEAD", address), quiet_api.get(address)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-disposition"):
            assert head.headers[name] == answer.headers[name]
    assert quiet_api.request("HEAD", "/api/v1/observations.csv?station=nowhere").status_code == 404


# In this region there is no gauge.
_IN_ROWS = {
    path: {each["name"] for each in operations["get"].get("parameters", ())}
    for path, operations in described()["paths"].items()
    if path != "/api/v1/gauges/{code}"
}


@pytest.mark.parametrize("path", [path for path, takes in _IN_ROWS.items() if "format" in takes])
@pytest.mark.parametrize("suffix", ["", ".json", ".csv"])
def test_every_answer_in_rows_names_its_metadata(measured_api: Client, path: str, suffix: str):
    code = "pm2_5" if "properties" in path else "plietsch-fine-dust" if "types" in path else "harbour"
    page = {"limit": 1} if "limit" in _IN_ROWS[path] else {}
    answer = measured_api.get(path.format(code=code, id=1) + suffix, **page)
    metadata = httpx.URL(answer.links["describedby"]["url"])
    assert metadata.path == path.format(code=code, id=1) + ".metadata.json"
    assert metadata.params == httpx.QueryParams(page)
    if suffix != ".csv":
        assert answer.links.get("next", {}).get("url") == answer.json().get("next")


def test_all_stations_name_their_metadata_under_every_name_of_the_host(measured_api: Client):
    answer = measured_api.get("/api/v1/stations")
    assert answer.links["describedby"]["url"] == "/api/v1/stations.metadata.json"
    kept = measured_api.get("/api/v1/stations", headers={"If-None-Match": answer.headers["etag"]})
    assert (kept.status_code, kept.links) == (304, answer.links)
