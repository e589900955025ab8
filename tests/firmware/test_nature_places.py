"""The places of the simulated region: all kinds early, gauges with facts, and room for ten thousand on land."""

import time
from collections import Counter

import pytest

from plietsch.firmware import places
from plietsch.firmware.network import gateways
from plietsch.firmware.places import land, sites
from plietsch.firmware.places.place import EXAMPLE, Coast, Gauge
from plietsch.firmware.region import FINE_DUST, FLENSBURG, RAIN, WATER_LEVEL

LANGUAGES = {"de", "da", "en"}
DISTRICTS = ("01001", "01054", "01059")  # Flensburg, Nordfriesland, Schleswig-Flensburg
MANY = 10_000

GAUGES = [(site.code, site.gauge) for site in sites.SITES if site.gauge]


def test_forty_two_sites_of_three_kinds():
    assert Counter(site.kind for site in sites.SITES) == {FINE_DUST: 22, WATER_LEVEL: 12, RAIN: 8}
    assert [site.kind for site in sites.first(3)] == [FINE_DUST] * 3
    assert {site.kind for site in sites.first(12)} == {FINE_DUST, WATER_LEVEL, RAIN}


def test_every_third_fine_dust_station_has_the_cheaper_instrument():
    dust = [site.sensors for site in sites.SITES if site.kind == FINE_DUST]
    assert dust == [("SDS011", "DHT22" if number % 3 == 2 else "BME280") for number in range(len(dust))]


@pytest.mark.parametrize("site", sites.SITES, ids=lambda site: site.code)
def test_a_site_lies_in_the_region_and_its_municipality(site: sites.Site):
    west, south, east, north = FLENSBURG.bbox
    assert west < site.place.longitude < east
    assert south < site.place.latitude < north
    key = site.place.municipality_key
    assert key is None or (key.startswith(DISTRICTS) and len(key) == 8)
    assert (site.gauge is not None) == (site.kind == WATER_LEVEL)
    assert (site.rain_tip_mm is not None) == (site.kind == RAIN)


def test_both_sides_of_the_border_and_both_coasts_take_part():
    keys = Counter((site.place.municipality_key or "DK")[:5] for site in sites.SITES)
    assert set(keys) == {*DISTRICTS, "DK"}
    assert min(keys.values()) >= 5
    assert {gauge.water["en"] for _, gauge in GAUGES} >= {"the Flensburg Fjord", "the Schlei", "the North Sea"}


def test_no_two_stations_have_one_name():
    for name, count in Counter(site.place.name for site in sites.SITES).items():
        assert count == 1, name


@pytest.mark.parametrize(("code", "gauge"), GAUGES, ids=[code for code, _ in GAUGES])
def test_a_gauge_knows_its_water_and_its_levels(code: str, gauge: Gauge):
    assert set(gauge.water) == LANGUAGES
    ranks = [level.rank for level in gauge.levels]
    heights = [level.level_cm for level in gauge.levels]
    assert ranks == sorted(set(ranks))
    assert set(ranks) <= {1, 2, 3, 4}
    assert heights == sorted(set(heights))
    assert heights[0] > gauge.mean_level_cm
    assert all(set(level.name) == LANGUAGES and level.source for level in gauge.levels)
    # Its highest level is below the instrument, further away from it than it is blind.
    assert heights[-1] < gauge.gauge_zero_distance_m * 100 - 3
    if isinstance(gauge.course, Coast):
        assert gauge.gauge_zero_nhn_m == -5.0


def test_flensburgs_levels_are_those_that_are_known():
    gauge = dict(GAUGES)["flensburg-pegel"]
    above_mean_cm = {level.name["en"]: level.level_cm - gauge.mean_level_cm for level in gauge.levels}
    assert gauge.mean_level_cm == 502
    assert above_mean_cm == {
        "Storm surge": 100,
        "First puddles on Schiffbrücke": 120,
        "Harbour streets closed": 160,
        "Very severe storm surge": 200,
    }
    assert EXAMPLE not in {level.source for level in gauge.levels}


def test_a_tide_is_no_surge_to_its_node():
    for site in sites.SITES:
        if site.gauge and isinstance(site.gauge.course, Coast) and site.gauge.course.tide_mm > 1000:
            highest_mm_per_min = site.gauge.course.tide_mm * 2 * 3.15 / 745
            assert site.node["rise_mm_per_min"] > highest_mm_per_min


def test_ten_thousand_are_made_quickly_and_each_is_one_of_its_own():
    began_s = time.process_time()
    many = sites.first(MANY)
    assert time.process_time() - began_s < 5
    assert len({site.code for site in many}) == MANY
    assert [site.code for site in many[:42]] == [site.code for site in sites.SITES]
    assert many == sites.first(MANY)
    assert sites.first(50) == many[:50]
    kinds = Counter(site.kind for site in many)
    assert kinds[FINE_DUST] > MANY / 2
    # They do not stand in a heap.
    spots = Counter((round(site.place.longitude, 2), round(site.place.latitude, 2)) for site in many)
    assert len(spots) > 1500
    assert max(spots.values()) < 120


def test_of_ten_thousand_none_swims():
    further = [site for site in sites.first(MANY)[42:] if site.kind != WATER_LEVEL]
    ashore = sum(land.is_land(site.place.longitude, site.place.latitude) for site in further)
    assert ashore > 0.999 * len(further)


@pytest.mark.parametrize(
    ("longitude", "latitude", "is_land"),
    [
        (9.40, 54.66, True),  # Tarp
        (9.05, 54.60, True),
        (9.93, 54.98, True),  # Als
        (8.40, 54.60, False),  # the North Sea
        (9.55, 54.86, False),  # the Flensburg fjord
        (10.05, 54.85, False),  # the Baltic
        (9.95, 54.47, False),  # Eckernförde bay
    ],
)
def test_land_is_land(longitude: float, latitude: float, is_land: bool):
    assert land.is_land(longitude, latitude) is is_land


def test_a_further_site_is_like_the_one_near_which_it_stands():
    far = sites.first(100)[-1]
    known = sites.site(far.code)
    assert far.code == f"{known.code}-3"
    assert (far.kind, far.sensors, far.gauge) == (known.kind, known.sensors, known.gauge)
    with pytest.raises(KeyError):
        sites.site("nowhere")


def test_each_named_station_is_heard_by_a_gateway():
    for site in sites.SITES:
        spot = (site.place.longitude, site.place.latitude)
        nearest_km = min(gateways.distance_km(spot, gateway) for gateway in places.GATEWAYS)
        assert gateways.mean_rssi_dbm(nearest_km) > gateways.NOISE_FLOOR_DBM + gateways.REQUIRED_SNR_DB[11]
