"""Virtual stations: the real node on a virtual board, in whose world power, gateways and instruments fail."""

import base64
import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from plietsch.firmware import identity, places, readings, stations
from plietsch.firmware.instruments.fault import Fault
from plietsch.firmware.ledger import SENT
from plietsch.firmware.region import RAIN, WATER_LEVEL, Station
from plietsch.firmware.station import MILLISECONDS
from plietsch.ingest import node_status
from plietsch_node.app import commands
from support.region import START_S, Region

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


Make = Callable[..., Region]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes regions of stations, with what else their plan says."""
    made: list[Region] = []

    def region(measuring: list[Station], **plan: Any) -> Region:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Region(folder, measuring, **plan))
        return made[-1]

    yield region
    for each in made:
        each.end()


def _seconds(entries: list[dict[str, Any]], fate: str = SENT) -> list[int]:
    return [int(datetime.fromisoformat(entry["time"]).timestamp()) for entry in entries if entry["fate"] == fate]


@pytest.mark.parametrize("deep_sleep", [False, True])
def test_a_station_measures_and_what_it_measured_arrives(make: Make, deep_sleep: bool):
    region = make(stations.first(3, 300), node={"deep_sleep": deep_sleep}).switch_on().run(6 * HOUR_S)
    entries = region.entries()
    received = region.received()
    fates = Counter(entry["fate"] for entry in entries)
    assert 3 * 70 <= fates[SENT] <= 3 * 73
    assert fates.total() - fates[SENT] <= 3
    for entry in entries:
        if entry["fate"] == SENT:
            second = int(datetime.fromisoformat(entry["time"]).timestamp())
            values = received[entry["station"], second]
            assert {name: value for name, value in values.items() if name in entry["values"]} == pytest.approx(
                entry["values"]
            )
    assert region.count("join") == 3


def test_two_runs_are_the_same(make: Make):
    def run() -> list[Any]:
        region = make(stations.first(3, 60), loss=0.3).switch_on().run(HOUR_S)
        return [(now, name, values) for now, name, values in region.traced if name in ("taken", "tx", "sent")]

    assert run() == run()


def test_power_cuts_lose_what_is_not_yet_measured_and_nothing_else(make: Make):
    region = make(stations.first(1, 60), node={"deep_sleep": True}).switch_on()
    (station,) = region.world.stations
    # At any phase of a cycle, over and over.
    for number in range(30):
        off_s = HOUR_S + number * 317.7
        station.outage(region.ms(off_s), region.ms(off_s + 20))
    entries = region.run(5 * HOUR_S).entries()
    fates = Counter(entry["fate"] for entry in entries)
    lost = fates.total() - fates[SENT]
    assert fates[SENT] > 200
    assert set(fates) <= {SENT, readings.DROPPED, readings.WAITING}
    assert lost <= 3
    times = [entry["time"] for entry in entries]
    assert len(times) == len(set(times))
    nonces_refused = [reason for reason in region.world.network.server.refused if "onc" in reason]
    assert nonces_refused == []


def test_readings_wait_while_all_gateways_are_away(make: Make):
    region = make(stations.first(2, 300)).switch_on()
    region.world.ether.outage(region.ms(HOUR_S), region.ms(4 * HOUR_S))
    region.run(10 * HOUR_S)
    away = [each for _, each in region.received() if START_S + HOUR_S + 60 < each < START_S + 4 * HOUR_S - 60]
    assert len(away) >= 2 * 35
    fates = Counter(entry["fate"] for entry in region.entries())
    assert fates[readings.DROPPED] == 0


def test_an_instrument_that_fails_is_said_and_the_others_go_on(make: Make):
    region = make(stations.first(1, 300)).switch_on()
    (station,) = region.world.stations
    station.fail("SDS011", Fault.SILENT, region.ms(HOUR_S), region.ms(2 * HOUR_S))
    entries = region.run(4 * HOUR_S).entries()
    within = [entry for entry, second in zip(entries, _all_seconds(entries), strict=True) if _is_second_hour(second)]
    without = [
        entry for entry, second in zip(entries, _all_seconds(entries), strict=True) if not _is_second_hour(second)
    ]
    assert len(within) >= 11
    assert all(entry["values"]["pm10"] is None and entry["values"]["temperature"] is not None for entry in within)
    assert all(entry["reasons"]["pm10"] == "no valid answer" for entry in within)
    assert all(entry["values"]["pm10"] is not None for entry in without)


def _all_seconds(entries: list[dict[str, Any]]) -> list[int]:
    return [int(datetime.fromisoformat(entry["time"]).timestamp()) for entry in entries]


def _is_second_hour(second: int) -> bool:
    return START_S + HOUR_S <= second < START_S + 2 * HOUR_S


def test_a_command_from_an_application_changes_the_interval(make: Make):
    region = make(stations.first(1, 300)).switch_on().run(HOUR_S)
    (station,) = region.world.stations
    dev_eui = identity.dev_eui(station.station.code)
    data = base64.b64encode(bytes([7, commands.SET, 1]) + MINUTE_S.to_bytes(2, "big")).decode()
    topic = f"application/{identity.application_id()}/device/{dev_eui}/command/down"
    command = json.dumps({"devEui": dev_eui, "fPort": 3, "data": data}).encode()
    assert region.world.network.server.command(topic, command)
    region.run(HOUR_S)
    last = [second for second in _seconds(region.entries()) if second > START_S + HOUR_S + 600]
    assert Counter(later - earlier for earlier, later in itertools.pairwise(last)).most_common(1)[0][0] == MINUTE_S


@pytest.mark.parametrize("deep_sleep", [False, True])
def test_a_node_that_is_told_to_starts_anew_and_says_so(make: Make, deep_sleep: bool):
    region = make(stations.first(1, 300), node={"deep_sleep": deep_sleep}).switch_on().run(HOUR_S)
    dev_eui = identity.dev_eui(region.world.stations[0].station.code)
    data = base64.b64encode(bytes([7, commands.REBOOT])).decode()
    topic = f"application/{identity.application_id()}/device/{dev_eui}/command/down"
    command = json.dumps({"devEui": dev_eui, "fPort": 3, "data": data}).encode()
    assert region.world.network.server.command(topic, command)
    region.run(HOUR_S)
    frames = [
        (event["fPort"], base64.b64decode(event["data"])) for topic, event in region.events if topic.endswith("/up")
    ]
    causes = [node_status.decode(frame).reset_cause for port, frame in frames if port == node_status.PORT]
    assert (causes[0], causes[-1]) == ("power-on", "command")
    asked = [port for port, _ in frames].index(3)
    # It measures as before.
    assert len([port for port, _ in frames[asked:] if port == 1]) >= 10


def test_a_level_is_sent_when_the_water_rises(make: Make):
    def risen_mm(time_s: float) -> float:
        share = min(max((time_s - START_S - 2 * HOUR_S) / (4 * HOUR_S), 0.0), 1.0)
        return 750 * (1 - math.cos(2 * math.pi * share))

    def level(_station: Station) -> Callable[[str, float], dict[str, float]]:
        return lambda model, time_s: {"distance": 2500 - risen_mm(time_s)} if model == "A02YYUW" else {"battery": 3.9}

    region = make(stations.of_kind(WATER_LEVEL, 1, 300), source_of=level).switch_on().run(7 * HOUR_S)
    by_hour: Counter[int] = Counter((second - START_S) // HOUR_S for second in _seconds(region.entries()))
    assert by_hour[1] <= 2
    assert by_hour[2] > 50
    assert by_hour[3] > 50
    for (_, second), values in region.received().items():
        assert values["distance"] == pytest.approx(2500 - risen_mm(second), abs=5)


def test_tips_of_a_rain_gauge_are_counted_through_a_power_cut(make: Make):
    def rain(_station: Station) -> Callable[[str, float], dict[str, float]]:
        return lambda model, time_s: {"rain_tips": (time_s - START_S) // 100, "battery": 3.9}

    region = make(stations.of_kind(RAIN, 1, 300), source_of=rain).switch_on()
    (station,) = region.world.stations
    station.outage(region.ms(2 * HOUR_S), region.ms(3 * HOUR_S))
    region.run(5 * HOUR_S)
    counts = [values["rain_tips"] for _, values in sorted(region.received().items())]
    assert counts == sorted(counts)
    # Tips between the last reading and the cut are lost, and the last ones not read yet: three each.
    assert counts[-1] == pytest.approx(4 * 36, abs=8)


def test_many_stations_get_more_gateways():
    assert places.gateways(12) == places.GATEWAYS
    many = places.gateways(2000)
    assert len({gateway.gateway_id for gateway in many}) == len(many) == 5 * len(places.GATEWAYS)


@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_what_is_on_air_keeps_the_duty_cycle(make: Make, loss: float):
    region = make(stations.first(1, 10), loss=loss).switch_on().run(3 * HOUR_S)
    by_band: dict[bool, float] = defaultdict(float)
    for _, name, values in region.traced:
        if name == "tx" and values[1] > HOUR_S * MILLISECONDS:
            start_ms, end_ms, frequency_hz, *_ = values
            by_band[frequency_hz >= 868_000_000] += end_ms - start_ms
    assert by_band
    assert all(share <= 0.0101 * 2 * HOUR_S * MILLISECONDS for share in by_band.values())
