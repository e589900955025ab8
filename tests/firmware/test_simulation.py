"""Recordings and the region through a real broker, from sensor bytes to events."""

import base64
import json
import logging
import os
import signal
import threading
import time
from collections import defaultdict
from contextlib import AbstractContextManager, closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from firmware.subscriber import listening
from paho.mqtt import publish

from plietsch.firmware import identity, live, places, readings, region, scenarios, simulation, stations
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.replay import archive as recordings
from plietsch.firmware.replay import run as replay
from plietsch.firmware.replay.plan import plan
from plietsch.firmware.state import StateFile
from plietsch.firmware.world import Plan
from plietsch.ingest import payload
from plietsch.platform import regions
from plietsch.platform.local import ports
from plietsch.platform.local.broker import EmbeddedBroker
from plietsch_node.app import commands
from support import archive, processes
from support.wait import until


def test_a_recording_reaches_the_broker_whole(aedes: EmbeddedBroker, tmp_path: Path):
    values = archive.write(tmp_path, stations=3, readings=60)
    planned = plan(recordings.read(tmp_path).readings)
    frames = sum(len(each.frames) for each in planned)
    ledger_file = tmp_path / "ledger.ndjson"
    with listening(aedes.url) as subscriber:
        world = replay.world(planned, seed=1)
        clock = SimulatedClock(world.start_s, None)
        with (
            closing(Ledger(ledger_file)) as ledger,
            simulation.running(world, aedes.url, clock, ledger, StateFile(None)) as running,
        ):
            replay.run(running, planned, lambda _sent, _all: None)
            events = running.delivery.events
        until(lambda: len(subscriber.messages) >= events.total(), "all events")
    assert len(subscriber.events("join")) >= 3
    ups = subscriber.events("up")
    assert len({up["deduplicationId"] for up in ups}) == len(ups) >= frames
    assert _recorded(planned) == _decoded(ups)
    entries = [json.loads(line) for line in ledger_file.read_text().splitlines()]
    assert {entry["fate"] for entry in entries} == {"sent"}
    assert sum(len(entry["values"]) for entry in entries) == values


def test_the_region_runs_its_past_and_goes_on_after_a_restart(aedes: EmbeddedBroker, tmp_path: Path):
    state, ledger = tmp_path / "state.json", tmp_path / "ledger.ndjson"
    with listening(aedes.url) as subscriber:
        _run_past(aedes.url, state, ledger, since_s=14_400, stop_before_s=7200)
        first = _times(ledger)
        _run_past(aedes.url, state, ledger, since_s=86_400)
        until(lambda: len(subscriber.events("join")) >= 6, "three nodes that join twice")
    again = _times(ledger)[len(first) :]
    # How far the first run came when it was stopped depends on the machine; the second goes on there, and to now.
    assert first
    assert again
    assert all(moment > max(first) for moment in again)
    of_the_past = {moment // 300 for moment in (*first, *again)}
    assert max(of_the_past) - min(of_the_past) + 1 >= 14_400 // 300 - 1
    assert len(of_the_past) >= max(of_the_past) - min(of_the_past), "no interval is left out but that of the restart"
    nonces = [flash["join"][0] for flash in json.loads(state.read_text())["flash"].values()]
    assert len(nonces) == 3
    assert all(nonce >= 1 for nonce in nonces)


def test_the_present_begins_with_what_was_measured_just_now(aedes: EmbeddedBroker, tmp_path: Path):
    ledger_file = tmp_path / "ledger.ndjson"
    with closing(Ledger(ledger_file)) as ledger, _region(aedes.url, StateFile(None), ledger, since_s=900) as running:
        live.run_past(running, live.Plan(1, 10, 300, 900, scenarios.ORDINARY), lambda _from, _now, _until: None)
        just_now = [each for each in _times(ledger_file) if each > time.time() - 30]
    assert len(just_now) >= 3


def test_who_is_stopped_during_the_past_does_not_measure_live(aedes: EmbeddedBroker, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    plan_of_region = live.Plan(1, 10, 300, 86_400, scenarios.ORDINARY)
    with _region(aedes.url, StateFile(None), since_s=86_400) as running:
        live.run_past(running, plan_of_region, lambda _from, _now, _until: running.clock.stop.set())
        live.run_present(running, plan_of_region)
    assert 0 < running.delivery.events["up"] < 100
    assert "measuring live" not in caplog.text


def test_what_a_full_memory_drops_is_in_the_ledger(aedes: EmbeddedBroker, tmp_path: Path):
    ledger_file = tmp_path / "ledger.ndjson"
    with closing(Ledger(ledger_file)) as ledger, _region(aedes.url, StateFile(None), ledger) as running:
        world = running.world
        station = world.stations[0]
        station.config |= {"ring_readings": 128, "interval_s": 10, "samples": 1}
        station.switch_on()
        running.run_until(world.now_s + 60)
        world.ether.outage(world.env.now, world.env.now + 3600_000)
        running.run_until(world.now_s + 7200)
    fates = [json.loads(line)["fate"] for line in ledger_file.read_text().splitlines()]
    assert set(fates) >= {"sent", readings.DROPPED}
    dropped = fates.count(readings.DROPPED)
    assert 360 - 128 - 10 <= dropped < 360 + 64
    assert f"{dropped} readings not sent: dropped" in running.summary()
    # The node also counts those that arrived, and of which it was never told so.
    assert station.node.dropped >= dropped


def test_what_an_application_sends_down_is_answered(aedes: EmbeddedBroker):
    who_are_you = base64.b64encode(bytes([1, commands.WHO])).decode()
    with listening(aedes.url) as subscriber, _region(aedes.url, StateFile(None), since_s=7200) as running:
        dev_eui = identity.dev_eui(running.stations[0].station.code)
        topic = f"application/{identity.application_id()}/device/{dev_eui}/command/down"
        command = {"devEui": dev_eui, "fPort": commands.PORT, "data": who_are_you}
        until(running.commands.subscribed.is_set, "the subscription")
        publish.single(topic, json.dumps(command), qos=1, port=urlsplit(aedes.url).port or 0)
        live.run_past(running, live.Plan(1, 10, 300, 7200, scenarios.ORDINARY), lambda _from, _now, _until: None)
        until(lambda: any(up["fPort"] == commands.PORT for up in subscriber.events("up")), "the answer")


def test_what_an_application_sent_down_too_late_is_said(aedes: EmbeddedBroker, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    with _region(aedes.url, StateFile(None)) as running:
        until(running.commands.subscribed.is_set, "the subscription")
        topic = f"application/{identity.application_id()}/device/%s/command/down"
        assert topic % "+" in caplog.text
        for number, station in enumerate(running.stations[:2]):
            dev_eui = identity.dev_eui(station.station.code)
            command = json.dumps({"devEui": dev_eui, "fPort": commands.PORT, "data": "AQQ="}).encode()
            if number:
                running.commands.put(topic % dev_eui, command)
            else:
                assert running.world.network.server.command(topic % dev_eui, command)
    assert "2 commands were not delivered" in caplog.text


def test_what_waits_for_the_broker_is_in_the_ledger_when_stopped(tmp_path: Path):
    ledger_file = tmp_path / "ledger.ndjson"
    with (
        closing(Ledger(ledger_file)) as ledger,
        _region(f"mqtt://127.0.0.1:{ports.free()}", StateFile(None), ledger) as running,
    ):
        threading.Timer(1, running.clock.stop.set).start()
        for station in running.stations:
            station.switch_on()
        running.run_until(running.world.now_s + 3600)
    fates = {json.loads(line)["fate"] for line in ledger_file.read_text().splitlines()}
    assert not any(fate == "sent" for fate in fates)


def test_each_station_is_somebody_of_its_own():
    many = stations.first(3 * stations.NAMED, 300)
    assert len({station.code for station in many}) == len({identity.dev_eui(s.code) for s in many}) == 126
    west, south, east, north = region.FLENSBURG.bbox
    assert all(west < station.longitude < east and south < station.latitude < north for station in many)
    assert [station.kind for station in many[:3]] == [region.FINE_DUST] * 3


def test_the_whole_region_can_be_registered(tmp_path: Path):
    file = tmp_path / "new folder" / "region.json"
    region.write(file, region.FLENSBURG, stations.first(stations.NAMED, 300))
    by_type: dict[str, list[regions.Station]] = defaultdict(list)
    for station in regions.read(file).stations:
        by_type[station.device.type].append(station)
    assert {kind: len(found) for kind, found in by_type.items()} == {
        "plietsch-fine-dust": 22,
        "plietsch-water-level": 12,
        "plietsch-rain": 8,
    }
    for station in by_type["plietsch-water-level"]:
        assert station.gauge and station.gauge.levels
        assert station.deployment.gauge_zero_distance_m == station.deployment.height_m
    assert all(station.deployment.rain_tip_mm for station in by_type["plietsch-rain"])


@pytest.mark.parametrize(("asked", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_who_is_asked_to_stop_ends_in_good_order(aedes: EmbeddedBroker, tmp_path: Path, asked: int, code: int):
    ledger, state, log = tmp_path / "ledger.ndjson", tmp_path / "state.json", tmp_path / "log"
    arguments = ["--stations", "3", "--interval", "10", "--broker", aedes.url]
    process = processes.start("simulate", *arguments, "--ledger", str(ledger), "--state", str(state), log=log)
    try:
        until(lambda: len(_live(ledger)) >= 3, "live readings")
        process.send_signal(asked)
        assert process.wait(20) == code, log.read_text()
    finally:
        process.kill()
        process.wait()
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert {entry["fate"] for entry in entries} <= {"sent", readings.WAITING}
    late_s = [entry["measured_at"] - datetime.fromisoformat(entry["time"]).timestamp() for entry in _live(ledger)]
    assert late_s
    # The node's time is a few milliseconds off, as the network's answer says it in 1/256 s.
    assert all(-0.01 <= each < 1.1 for each in late_s), late_s
    assert json.loads(state.read_text())["simulated_until_s"] >= time.time() - 60
    assert "Stopped" in log.read_text()


def test_a_broker_that_is_away_is_said_and_ctrl_c_still_works(tmp_path: Path):
    log = tmp_path / "log"
    process = processes.start(
        "simulate", "--stations", "1", "--interval", "10", "--broker", "mqtt://127.0.0.1:9", log=log
    )
    try:
        until(lambda: "no connection to the broker" in log.read_text(), "the message")
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text()


def test_options_that_make_no_sense_are_said(tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    mistakes = (
        (["--check"], "--replay"),
        (["--replay", str(tmp_path), "--check", "--api", "http://127.0.0.1:1"], "--broker"),
        (["--since", "soon"], "soon"),
        (["--speed", "fast"], "fast"),
        (["--broker", "http://127.0.0.1"], "http://127.0.0.1"),
        (["--region", str(file / "region.json")], f"{file / 'region.json'} cannot be written: {file} is no folder"),
        (["--ledger", str(file / "ledger.ndjson")], f"{file / 'ledger.ndjson'} cannot be written: "),
        (["--state", str(file / "state.json")], f"{file / 'state.json'} cannot be written: "),
    )
    logs = [tmp_path / f"{number}.log" for number in range(len(mistakes))]
    # At once: most of their time is Python's start.
    running = [
        processes.start("simulate", *arguments, log=log) for (arguments, _), log in zip(mistakes, logs, strict=True)
    ]
    for process, (_, said), log in zip(running, mistakes, logs, strict=True):
        assert process.wait(60) == 1, log.read_text()
        assert said in log.read_text()
        assert "Traceback" not in log.read_text()


def _live(ledger: Path) -> list[dict[str, Any]]:
    """Return the entries but those of the minute before the start, which are measured at once."""
    # The last line may be half written.
    lines = ledger.read_text().split("\n")[:-1] if ledger.exists() else []
    entries = [json.loads(line) for line in lines]
    begun_at = min((entry["measured_at"] for entry in entries), default=0) + 3
    return [entry for entry in entries if entry["measured_at"] > begun_at]


def _run_past(url: str, state: Path, ledger_file: Path, since_s: float, stop_before_s: float = 0) -> None:
    with closing(Ledger(ledger_file)) as ledger, _region(url, StateFile(state), ledger, since_s) as running:

        def stop_early(_begin_s: float, now_s: float, until_s: float) -> None:
            if now_s > until_s - stop_before_s:
                running.clock.stop.set()

        live.run_past(running, live.Plan(1, 10, 300, since_s, scenarios.ORDINARY), stop_early)


def _region(
    url: str, states: StateFile, ledger: Ledger | None = None, since_s: float = 0
) -> AbstractContextManager[simulation.Simulation]:
    start_s = live.start_s(states.state, live.Plan(1, 10, 300, since_s, scenarios.ORDINARY))
    clock = SimulatedClock(start_s, None, threading.Event())
    source_of = live.source_of(1, scenarios.ORDINARY, live.begun_s(states.state))
    world = Plan(stations.first(3, 300), source_of, places.GATEWAYS, start_s)
    return simulation.running(world, url, clock, ledger or Ledger(None), states)


def _times(ledger: Path) -> list[float]:
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    return [datetime.fromisoformat(entry["time"]).timestamp() for entry in entries if entry["fate"] == "sent"]


def _recorded(planned: list[Any]) -> set[tuple[str, int, str]]:
    return {
        (identity.dev_eui(each.station.code), reading.time_s & 0xFFFF, channel)
        for each in planned
        for frame in each.frames
        for reading in frame
        for channel in reading.values
    }


def _decoded(ups: list[dict[str, Any]]) -> set[tuple[str, int, str]]:
    return {
        (up["deviceInfo"]["devEui"], reading.time_code, channel)
        for up in ups
        if up["fPort"] == 1
        for reading in payload.decode(base64.b64decode(up["data"])).readings
        for channel in reading.values
    }
