"""Computed series of one reading: formulas by their sources' figures, a reading without an input, and the database."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.network import DEV_EUI, NEW_YEAR_S, rows

from ingest import network
from plietsch.ingest import session
from plietsch.ingest.interpret import interpret
from plietsch.ingest.messages import Message
from plietsch.ingest.payload import Fault
from plietsch.ingest.quality import Quality
from plietsch.ingest.registry import Deployment, Device, Registry
from plietsch.ingest.series import arrival, level
from plietsch.ingest.series.arrival import Derivation, Values
from plietsch.ingest.series.dust import DryDust, dry_dust_ug_m3
from plietsch.ingest.series.level import FromDepth, FromDistance, FromSound
from plietsch.ingest.session import Session
from plietsch.platform import registry
from plietsch.platform.regions import RegionFile
from plietsch_node.app import payload as node
from support.wait import until

GOOD, SUSPECT, MISSING = Quality.GOOD, Quality.SUSPECT, Quality.MISSING
NEW_YEAR = datetime.fromtimestamp(NEW_YEAR_S, UTC)


@pytest.mark.parametrize(
    ("distance_mm", "zero_m", "level_cm"),
    [
        (3000, 8.0, 500.0),  # a gauge's mean level, usually
        (2999, 8.0, 500.1),
        (8000, 8.0, 0.0),
        (8005, 8.0, -0.5),
        (1953, 7.2344, 528.1),  # the last digit of a survey is not shown, but reckoned with
        (1953, 7.2346, 528.2),
        (30, 0.5, 47.0),
    ],
)
def test_a_level_is_what_is_left_of_the_height_above_the_zero(distance_mm: int, zero_m: float, level_cm: float):
    assert level.water_level_cm(distance_mm, zero_m) == level_cm


@given(st.integers(0, 16000), st.integers(1, 20_000))
def test_a_level_and_its_distance_are_the_height_of_the_instrument(distance_mm: int, zero_mm: int):
    level_cm = level.water_level_cm(distance_mm, zero_mm / 1000)
    assert round(level_cm * 10) + distance_mm == zero_mm


@pytest.mark.parametrize(("humidity", "factor"), [(0, 1.0), (80, 1.970), (90, 3.182), (95, 5.606)])
def test_dust_is_divided_by_what_it_grew(humidity: float, factor: float):
    """C = 1 + (κ/1.65) / (1/aw - 1) with κ = 0.4."""
    assert dry_dust_ug_m3(1000.0, humidity) == pytest.approx(1000 / factor, rel=2e-4)


@given(st.floats(0, 999.9), st.floats(0, 100))
def test_dry_dust_is_never_more_than_it_was_nor_less_than_the_most_humid_air_leaves(dust: float, humidity: float):
    dry = dry_dust_ug_m3(dust, humidity)
    assert round(dust / 5.61, 1) <= dry <= round(dust, 1)


LEVEL, HIGHER = (Derivation(2, FromDistance(height_m), "distance") for height_m in (8.0, 9.0))
DUST = Derivation(1, DryDust("pm10"), "pm10", (("humidity", "humidity"),))
SOUND = Derivation(3, FromSound(8.0, assumes_c=20.0), "distance", (("temperature", "temperature"),))
PROBE = Derivation(4, FromDepth(-0.5), "water_depth")


@pytest.mark.parametrize(
    ("derivation", "values", "wanted"),
    [
        (LEVEL, {"distance": 3000.0}, (500.0, GOOD)),
        (LEVEL, {"distance": Fault.MISSING}, (None, MISSING)),
        (LEVEL, {"distance": Fault.ABOVE}, (None, MISSING)),
        (LEVEL, {"battery": 3.7}, None),
        (DUST, {"pm10": 10.0, "humidity": 50.0}, (8.0, GOOD)),
        (DUST, {"pm10": 10.0, "humidity": 94.9}, (1.8, GOOD)),
        (DUST, {"pm10": 10.0, "humidity": 95.0}, (1.8, SUSPECT)),
        (DUST, {"pm10": 10.0, "humidity": 100.0}, (1.8, SUSPECT)),
        (DUST, {"pm10": 10.0, "humidity": Fault.MISSING}, (None, MISSING)),
        (DUST, {"pm10": 10.0}, (None, MISSING)),
        (DUST, {"pm10": Fault.ABOVE, "humidity": 50.0}, (None, MISSING)),
        (DUST, {"humidity": 50.0}, None),
        (SOUND, {"distance": 3000.0, "temperature": 20.0}, (500.0, GOOD)),
        # 319.18 m/s instead of 343.42: the water is nearer than the instrument says.
        (SOUND, {"distance": 3000.0, "temperature": -20.0}, (521.2, GOOD)),
        (SOUND, {"distance": 3000.0, "temperature": Fault.MISSING}, (500.0, SUSPECT)),
        (SOUND, {"distance": 3000.0}, (500.0, SUSPECT)),
        (SOUND, {"distance": Fault.ABOVE, "temperature": 20.0}, (None, MISSING)),
        (PROBE, {"water_depth": 210.3}, (160.3, GOOD)),
        (PROBE, {"water_depth": Fault.BELOW}, (None, MISSING)),
    ],
)
def test_a_result_is_as_good_as_its_inputs(
    derivation: Derivation, values: Values, wanted: tuple[float | None, Quality] | None
):
    assert derivation.of(values, GOOD) == wanted
    if wanted and wanted[0] is not None:
        assert derivation.of(values, SUSPECT) == (wanted[0], SUSPECT)


def test_only_what_is_registered_is_derived():
    channels = {"pm2_5": 1, "pm10": 2, "humidity": 3, "pm10@kappa-koehler/1": 4, "water_level@gauge-zero/1": 5}
    dry = Derivation(4, DryDust("pm10"), "pm10", (("humidity", "humidity"),))
    assert arrival.derivations(channels) == (dry,)
    assert arrival.derivations({**channels, "distance": 6}, 7.5) == (
        Derivation(5, FromDistance(7.5), "distance"),
        dry,
    )
    assert arrival.derivations({"distance": 1}, 7.5) == ()
    assert arrival.derivations({"water_level@gauge-zero/1": 1}, 7.5) == ()


def test_what_a_channel_measures_decides_and_not_its_name():
    channels = {"dist": 1, "air": 2, "water_level@gauge-zero-sound/1": 3}
    properties = {"dist": "distance", "air": "temperature"}
    (derivation,) = arrival.derivations(channels, 8.0, assumes_c=20.0, property_of=properties.__getitem__)
    assert derivation.of({"dist": 3000.0, "air": -20.0}, GOOD) == (521.2, GOOD)


def test_the_mounting_is_that_of_the_moment_of_the_reading():
    moved_s = NEW_YEAR_S - 600
    deployments = (
        Deployment(0.0, moved_s, {"distance": 1}, (LEVEL,)),
        Deployment(moved_s, float("inf"), {"distance": 1}, (HIGHER,)),
    )
    data = node.encode([(moved_s - 1, {"distance": 3000}), (moved_s, {"distance": 4000})])
    outcome = interpret(
        Message(*network.up(data), NEW_YEAR), Registry.of([Device(7, DEV_EUI, deployments, network.OWN)])
    )
    levels = [row for row in outcome.observations if row.datastream_id == 2]
    assert [(row.result, row.phenomenon_time.timestamp()) for row in levels] == [(500, moved_s - 1), (500, moved_s)]


def test_a_clock_that_is_ahead_makes_what_is_derived_suspect_too_and_late_readings_are_counted():
    registered = Registry.of(
        [Device(7, DEV_EUI, (Deployment(0.0, float("inf"), {"distance": 1}, (LEVEL,)),), network.OWN)]
    )
    data = node.encode([(NEW_YEAR_S - 7200, {"distance": 3000}), (NEW_YEAR_S, {"distance": 3000})])
    outcome = interpret(Message(*network.up(data), NEW_YEAR), registered)
    assert (len(outcome.observations), outcome.late) == (4, 2)
    data = node.encode([(NEW_YEAR_S + 3600, {"distance": 3000}), (NEW_YEAR_S + 3601, {"distance": 3000})], wide=True)
    outcome = interpret(Message(*network.up(data), NEW_YEAR), registered)
    assert [(row.datastream_id, row.quality) for row in outcome.observations[2:]] == [(1, SUSPECT), (2, SUSPECT)]


# In the database -------------------------------------------------------------------------------------------------

STATION: dict[str, Any] = {
    "code": "harbour", "name": "The harbour", "longitude": 9.4, "latitude": 54.8, "grid_m": 100,
    "licence": "CC0-1.0", "attribution": "",
    "device": {"dev_eui": DEV_EUI, "type": "plietsch-water-level", "sensors": ["A02YYUW"], "interval_s": 300},
    "deployment": {"phase": "installed", "since": "2025-01-01T00:00:00Z", "gauge_zero_distance_m": 8.0},
}  # fmt: skip


def _import(database_url: str, **changes: dict[str, Any]) -> None:
    station = copy.deepcopy(STATION)
    for member, values in changes.items():
        station[member] |= values
    document = {
        "format": "plietsch-region/1",
        "region": {"code": "test", "name": {"de": "-", "da": "-", "en": "-"}, "bbox": [8, 54, 10, 55],
                   "timezone": "UTC"},
        "operator": {"code": "school", "name": "A school"},
        "stations": [station],
    }  # fmt: skip
    with psycopg.connect(database_url) as connection:
        registry.import_region(connection, msgspec.convert(document, RegionFile))


@pytest.fixture
def opened(database_url: str) -> Iterator[Session]:
    _import(database_url)
    with session.opened(database_url) as opened:
        yield opened


def _store(opened: Session, *readings: tuple[int, dict[str, Any]], f_cnt: int, heard_s: int = NEW_YEAR_S) -> None:
    published = network.up(node.encode(list(readings), wide=True), heard_s=heard_s, fCnt=f_cnt)
    opened.store([Message(*published, datetime.fromtimestamp(heard_s, UTC))])


def _series(database_url: str, method: str, code: str) -> list[tuple[float | None, int]]:
    return rows(
        database_url,
        """SELECT o.result, o.quality FROM observation o JOIN datastream d ON d.id = o.datastream_id
        JOIN observed_property p ON p.id = d.observed_property_id
        WHERE d.method = %s AND p.code = %s ORDER BY o.phenomenon_time""",
        method,
        code,
    )


def test_a_level_is_stored_beside_its_distance_once(database_url: str, opened: Session):
    reading = (NEW_YEAR_S, {"distance": 3000, "distance_spread": 4})
    _store(opened, reading, f_cnt=1)
    _store(opened, reading, (NEW_YEAR_S + 60, {"distance": None, "distance_spread": None}), f_cnt=2)
    assert _series(database_url, "gauge-zero/1", "water_level") == [(500, 1), (None, 9)]
    assert _series(database_url, "raw", "distance") == [(3000, 1), (None, 9)]
    repeated = "SELECT count(*), bool_or(differs) FROM observation_repeat"
    assert rows(database_url, repeated) == [(3, False)], "distance, its spread and the level, once more"
    ledger = "SELECT observations, repeated, cardinality(datastream_ids) FROM write_ledger ORDER BY id"
    assert rows(database_url, ledger) == [(3, 0, 3), (3, 3, 3)]


def test_who_hangs_it_otherwise_changes_what_comes_and_not_what_was(database_url: str, opened: Session):
    _store(opened, (NEW_YEAR_S, {"distance": 3000}), f_cnt=1)
    higher = {"gauge_zero_distance_m": 8.5, "since": f"{NEW_YEAR + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
    _import(database_url, deployment=higher)
    until(opened.registry_changed, "the import is heard of")
    late, now = (NEW_YEAR_S + 1800, {"distance": 3000}), (NEW_YEAR_S + 3600, {"distance": 3500})
    _store(opened, late, now, f_cnt=2, heard_s=NEW_YEAR_S + 3600)
    assert _series(database_url, "gauge-zero/1", "water_level") == [(500, 1), (500, 1), (500, 1)]


def test_dust_is_corrected_from_the_import_on(database_url: str, opened: Session):
    dust = {"type": "plietsch-fine-dust", "sensors": ["SDS011", "BME280"]}
    _import(database_url, device=dust, deployment={"gauge_zero_distance_m": None})
    until(opened.registry_changed, "the import is heard of")
    values = {"pm2_5": 19.7, "pm10": 39.4, "temperature": 4.0}
    _store(
        opened,
        (NEW_YEAR_S, {**values, "humidity": 80.0}),
        (NEW_YEAR_S + 60, {**values, "humidity": 97.0}),
        (NEW_YEAR_S + 120, {**values, "humidity": None}),
        f_cnt=1,
    )
    assert _series(database_url, "raw", "pm10") == [(39.4, 1)] * 3
    assert _series(database_url, "kappa-koehler/1", "pm10") == [(20.0, 1), (7.0, 3), (None, 9)]
    assert _series(database_url, "kappa-koehler/1", "pm2_5") == [(10.0, 1), (3.5, 3), (None, 9)]
