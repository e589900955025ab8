"""Recordings and the region through a real broker, from sensor bytes to events."""

import base64
import json
import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from firmware.subscriber import listening

from plietsch.firmware import identity, live, places, simulation
from plietsch.firmware.clock import SimulatedClock
from plietsch.firmware.ledger import Ledger
from plietsch.firmware.replay import archive as recordings
from plietsch.firmware.replay import gateways
from plietsch.firmware.replay import run as replay
from plietsch.firmware.replay.plan import plan
from plietsch.firmware.state import StateFile
from plietsch.ingest import payload
from plietsch.platform.local import ports
from plietsch.platform.local.broker import EmbeddedBroker
from support import archive, processes
from support.wait import until


def test_a_recording_reaches_the_broker_whole(aedes: EmbeddedBroker, tmp_path: Path):
    values = archive.write(tmp_path, stations=3, readings=60)
    planned = plan(recordings.read(tmp_path).readings)
    frames = sum(len(each.frames) for each in planned)
    ledger_file = tmp_path / "ledger.ndjson"
    with listening(aedes.url) as subscriber:
        stations = [each.station for each in planned]
        clock = SimulatedClock(replay.start_s(planned), None)
        with (
            closing(Ledger(ledger_file)) as ledger,
            simulation.running(
                stations, gateways.around(stations), aedes.url, clock, ledger, StateFile(None), random.Random(1)
            ) as running,
        ):
            replay.run(running, planned, lambda _sent, _all: None)
        until(lambda: len(subscriber.messages) >= frames + 3, "all events")
    assert len(subscriber.events("join")) == 3
    ups = subscriber.events("up")
    assert len(ups) == len({up["deduplicationId"] for up in ups}) == frames
    assert _recorded(planned) == _decoded(ups)
    entries = [json.loads(line) for line in ledger_file.read_text().splitlines()]
    assert {entry["fate"] for entry in entries} == {"sent"}
    assert sum(len(entry["values"]) for entry in entries) == values


def test_the_region_runs_its_past_and_goes_on_after_a_restart(aedes: EmbeddedBroker, tmp_path: Path):
    state = tmp_path / "state.json"
    with listening(aedes.url) as subscriber:
        sent = _run_past(aedes.url, state, since_s=3600)
        until(lambda: len(subscriber.events("up")) == sent, "an hour of three stations")
        first = _times(subscriber.events("up"))
        sent_again = _run_past(aedes.url, state, since_s=7200)
        until(lambda: len(subscriber.events("up")) == sent + sent_again, "what was missing since then")
    assert 36 <= sent <= 39
    assert sent_again <= 3
    assert all(moment > max(first) for moment in _times(subscriber.events("up")[sent:]))
    assert set(json.loads(state.read_text())["last_nonces"].values()) == {1}


def test_who_is_stopped_during_the_past_does_not_measure_live(aedes: EmbeddedBroker, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    plan_of_region = live.Plan(1, 5, 300, since_s=86_400)
    with _region(aedes.url, StateFile(None)) as running:
        live.run_past(running, plan_of_region, lambda _from, _now, _until: running.clock.stop.set())
        live.run_present(running, plan_of_region)
    assert running.delivery.events["up"] == 1
    assert "measuring live" not in caplog.text


def test_what_a_full_buffer_drops_is_in_the_ledger(aedes: EmbeddedBroker, tmp_path: Path):
    ledger_file = tmp_path / "ledger.ndjson"
    times = range(1_760_000_000, 1_760_000_100)
    with closing(Ledger(ledger_file)) as ledger, _region(aedes.url, StateFile(None), ledger) as running:
        running.join()
        station = running.stations[0]
        for time_s in times:
            station.measure(time_s, live.shown(station.station, 1, time_s))
        running.send(station)
    entries = [json.loads(line) for line in ledger_file.read_text().splitlines()]
    fates = {datetime.fromisoformat(entry["time"]).timestamp(): entry["fate"] for entry in entries}
    assert fates == dict.fromkeys(times[:4], "not sent: dropped from the node's full buffer") | dict.fromkeys(
        times[4:], "sent"
    )
    assert "4 readings not sent: dropped" in running.summary()


def test_what_waits_for_the_broker_is_in_the_ledger_when_stopped(tmp_path: Path):
    ledger_file = tmp_path / "ledger.ndjson"
    with (
        closing(Ledger(ledger_file)) as ledger,
        _region(f"mqtt://127.0.0.1:{ports.free()}", StateFile(None), ledger) as running,
    ):
        running.join()
        station = running.stations[0]
        for time_s in range(1_760_000_000, 1_760_000_050):
            station.measure(time_s, live.shown(station.station, 1, time_s))
        running.clock.stop.set()
        running.send(station)
    entries = [json.loads(line) for line in ledger_file.read_text().splitlines()]
    assert Counter(entry["fate"] for entry in entries) == {"not sent: stopped while waiting for the broker": 50}


def test_the_air_is_the_same_in_every_run():
    def hour(seed: int) -> list[dict[str, Any]]:
        station = live.stations(1, 300)[0]
        return [dict(live.shown(station, seed, time_s)["SDS011"]) for time_s in range(1_760_000_000, 1_760_003_600, 60)]

    assert hour(1) == hour(1)
    assert hour(1) != hour(2)
    assert all(0 < values["pm2_5"] <= values["pm10"] < 999 for values in hour(1))
    assert all(300 < values["pressure"] < 1100 and 0 < values["humidity"] < 100 for values in hour(1))


def test_each_station_is_somebody_of_its_own():
    stations = live.stations(60, 300)
    assert len({station.code for station in stations}) == len({identity.dev_eui(s.code) for s in stations}) == 60
    assert all(8.2 < station.longitude < 10.1 and 54.3 < station.latitude < 55.1 for station in stations)
    assert {station.sensors for station in stations} == {("SDS011", "BME280"), ("SDS011", "DHT22")}


@pytest.mark.parametrize(("asked", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_who_is_asked_to_stop_ends_in_good_order(aedes: EmbeddedBroker, tmp_path: Path, asked: int, code: int):
    ledger, state, log = tmp_path / "ledger.ndjson", tmp_path / "state.json", tmp_path / "log"
    arguments = ["--stations", "3", "--interval", "1", "--broker", aedes.url]
    process = processes.start("simulate", *arguments, "--ledger", str(ledger), "--state", str(state), log=log)
    try:
        until(lambda: ledger.exists() and len(ledger.read_text().splitlines()) >= 6, "live readings")
        process.send_signal(asked)
        assert process.wait(20) == code, log.read_text()
    finally:
        process.kill()
        process.wait()
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert {entry["fate"] for entry in entries} == {"sent"}
    assert all(0 <= entry["measured_at"] - datetime.fromisoformat(entry["time"]).timestamp() < 1 for entry in entries)
    assert json.loads(state.read_text())["simulated_until_s"] >= time.time() - 60
    assert "Stopped" in log.read_text()


def test_a_broker_that_is_away_is_said_and_ctrl_c_still_works(tmp_path: Path):
    log = tmp_path / "log"
    process = processes.start(
        "simulate", "--stations", "1", "--interval", "1", "--broker", "mqtt://127.0.0.1:9", log=log
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
    mistakes = (
        (["--check"], "--replay"),
        (["--replay", str(tmp_path), "--check", "--api", "http://127.0.0.1:1"], "--broker"),
        (["--since", "soon"], "soon"),
        (["--speed", "fast"], "fast"),
        (["--broker", "http://127.0.0.1"], "http://127.0.0.1"),
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


def _run_past(url: str, state: Path, since_s: float) -> int:
    with _region(url, StateFile(state)) as running:
        live.run_past(running, live.Plan(1, 5, 300, since_s), lambda _from, _now, _until: None)
    return running.delivery.events["up"]


def _region(url: str, states: StateFile, ledger: Ledger | None = None) -> AbstractContextManager[simulation.Simulation]:
    clock = SimulatedClock(0, None, threading.Event())
    stations = live.stations(3, 300)
    return simulation.running(stations, places.GATEWAYS, url, clock, ledger or Ledger(None), states, random.Random(1))


def _times(ups: list[dict[str, Any]]) -> list[float]:
    return [datetime.fromisoformat(up["time"]).timestamp() for up in ups]


def _recorded(planned: list[Any]) -> Counter[tuple[str, int, str]]:
    return Counter(
        (identity.dev_eui(each.station.code), reading.time_s & 0xFFFF, channel)
        for each in planned
        for frame in each.frames
        for reading in frame
        for channel in reading.values
    )


def _decoded(ups: list[dict[str, Any]]) -> Counter[tuple[str, int, str]]:
    return Counter(
        (up["deviceInfo"]["devEui"], reading.time_code, channel)
        for up in ups
        for reading in payload.decode(base64.b64decode(up["data"])).readings
        for channel in reading.values
    )
