"""Virtual instruments read by the node's real drivers."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware import node
from plietsch.firmware.instruments import bme280_inverse
from plietsch.firmware.instruments.a02yyuw import VirtualA02YYUW
from plietsch.firmware.instruments.bme280 import VirtualBME280
from plietsch.firmware.instruments.dht22 import VirtualDHT22
from plietsch.firmware.instruments.fault import Fault
from plietsch.firmware.instruments.sds011 import VirtualSDS011
from plietsch.firmware.instruments.tip_counter import VirtualTipCounter
from plietsch.firmware.ranges import RANGES
from plietsch.firmware.shown import VIRTUAL, Shown

STEP = 0.1
PERCENT = st.floats(0, 100)
SENSOR_ERROR: type[Exception] = node.module("drivers.errors").SensorError


@given(st.floats(0, 999.9), st.floats(0, 999.9))
def test_an_sds011_is_read_to_a_tenth(pm2_5: float, pm10: float):
    values = {"pm2_5": pm2_5, "pm10": pm10}
    _reads_back("SDS011", VirtualSDS011(), values, dict.fromkeys(values, STEP / 2))


@given(st.integers(30, 4500))
def test_an_a02yyuw_is_read_to_a_millimetre(distance: int):
    _reads_back("A02YYUW", VirtualA02YYUW(), {"distance": distance}, {"distance": 0})


@pytest.mark.parametrize("distance", [29, 4501, 70_000, -5])
def test_an_a02yyuw_beyond_its_range_gives_no_value(distance: int):
    virtual = VirtualA02YYUW()
    virtual.show({"distance": distance})
    with pytest.raises(SENSOR_ERROR):
        node.instrument("A02YYUW", virtual).read()


def test_waves_scatter_what_an_a02yyuw_shows():
    virtual = VirtualA02YYUW(scatter_mm=(0, 7, -7))
    virtual.show({"distance": 1000})
    instrument = node.instrument("A02YYUW", virtual)
    assert [instrument.read()["distance"] for _ in range(4)] == [1000, 1007, 993, 1000]


def test_tips_are_counted_from_power_on():
    virtual = VirtualTipCounter()
    instrument = node.instrument("rain", virtual)
    virtual.show({"rain_tips": 40})
    assert instrument.read() == {"rain_tips": 40}
    virtual.power_on()
    virtual.show({"rain_tips": 43})
    assert instrument.read() == {"rain_tips": 3}


@given(st.floats(-40, 80), PERCENT)
def test_a_dht22_is_read_to_a_tenth(temperature: float, humidity: float):
    values = {"temperature": temperature, "humidity": humidity}
    _reads_back("DHT22", VirtualDHT22(), values, dict.fromkeys(values, STEP / 2))


@given(st.floats(-40, 85), PERCENT, st.floats(300, 1100))
def test_a_bme280_is_read_to_its_resolution(temperature: float, humidity: float, pressure: float):
    values = {"temperature": temperature, "humidity": humidity, "pressure": pressure}
    _reads_back("BME280", VirtualBME280(), values, {"temperature": 0.01, "humidity": 0.012, "pressure": 0.0018})


@pytest.mark.parametrize(
    ("channel", "middle", "near"),
    [("temperature", 0x80000, 26.46), ("humidity", 0x8000, 70.35), ("pressure", 0x80000, 818.7)],
)
def test_a_bme280_is_read_in_the_middle_of_a_scale(channel: str, middle: int, near: float):
    """The number that stands in a register after a reset, too."""
    usual = {"temperature": 25.0, "humidity": 50.0, "pressure": 1000.0}
    around = [usual | {channel: near + step * 0.0002} for step in range(-400, 400)]
    shown = [values for values in around if getattr(bme280_inverse.adc_for(*values.values())[0], channel) == middle]
    assert shown
    _reads_back("BME280", VirtualBME280(), shown[0], {"temperature": 0.01, "humidity": 0.012, "pressure": 0.0018})


@pytest.mark.parametrize("model", ["SDS011", "BME280", "DHT22"])
def test_the_limits_of_the_range_are_read(model: str):
    for edge in ("lowest", "highest"):
        values = {channel: getattr(limits, edge) for channel, limits in RANGES[model].items()}
        _reads_back(model, _virtual(model), values, dict.fromkeys(values, 0.011))


@pytest.mark.parametrize("model", ["SDS011", "BME280", "DHT22", "A02YYUW", "rain"])
@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBLED])
def test_a_broken_instrument_gives_no_value_and_recovers(model: str, fault: Fault):
    virtual = _virtual(model)
    instrument = node.instrument(model, virtual)
    virtual.show({channel: 50.0 for channel in instrument.channels if channel != "pressure"})
    instrument.read()
    virtual.fault = fault
    with pytest.raises(SENSOR_ERROR):
        instrument.read()
    virtual.fault = Fault.NONE
    assert instrument.read()


@pytest.mark.parametrize("model", ["SDS011", "BME280", "DHT22", "A02YYUW", "rain"])
def test_a_stuck_instrument_says_the_same_for_ever(model: str):
    virtual = _virtual(model)
    instrument = node.instrument(model, virtual)
    virtual.show(dict.fromkeys(instrument.channels, 40.0) | {"pressure": 1000.0})
    before = instrument.read()
    virtual.fault = Fault.STUCK
    virtual.show(dict.fromkeys(instrument.channels, 60.0) | {"pressure": 1010.0})
    assert instrument.read() == before


@pytest.mark.parametrize(
    ("virtual", "values"),
    [
        (VirtualSDS011(), {"pm2_5": -1.0, "pm10": 7000.0}),
        (VirtualDHT22(), {"humidity": -0.1}),
        (VirtualBME280(), {"humidity": 100.5, "temperature": 400.0}),
    ],
)
def test_what_the_bytes_cannot_say_is_said(
    virtual: VirtualSDS011 | VirtualDHT22 | VirtualBME280, values: dict[str, float]
):
    assert virtual.show(values) == values


def test_an_sds011_sleeps_and_answers_when_asked():
    driver_module = node.module("drivers.sds011")
    virtual = VirtualSDS011()
    driver = driver_module.SDS011(virtual)
    virtual.show({"pm2_5": 1.0, "pm10": 2.0})
    driver.sleep()
    virtual.read()  # the acknowledgement
    with pytest.raises(SENSOR_ERROR):
        driver.read()
    driver.work()
    virtual.write(driver_module.command(2, 1, 1))  # report when asked only
    virtual.read()
    assert virtual.read(10) is None
    driver.query()
    assert driver.read() == (1.0, 2.0)


def _virtual(model: str) -> Any:
    return VIRTUAL[model]()


def _reads_back(
    model: str,
    virtual: Any,
    values: dict[str, float],
    within: dict[str, float],
) -> None:
    assert virtual.show(values) == {}
    read = node.instrument(model, virtual).read()
    assert read.keys() == values.keys()
    for channel, value in values.items():
        assert math.isclose(read[channel] or 0.0, value, rel_tol=0, abs_tol=within[channel] + 1e-9), channel


def test_what_is_beyond_the_range_or_not_there_reaches_the_node_as_that():
    shown = Shown("BME280", lambda _now_ms: {"temperature": 200.0, "humidity": -3.0}, lambda: 0.0)
    assert shown.read() == {"temperature": math.inf, "humidity": -math.inf, "pressure": None}


def test_an_instrument_shows_what_there_is_when_it_is_read():
    now_ms = [0.0]
    shown = Shown("SDS011", lambda at_ms: {"pm2_5": at_ms / 1000, "pm10": 50.0}, lambda: now_ms[0])
    assert shown.warm_up_ms == 30_000
    for now_ms[0] in (1000.0, 2000.0):
        assert shown.read() == {"pm2_5": now_ms[0] / 1000, "pm10": 50.0}
    shown.play({"pm2_5": 7.0, "pm10": 8.0})
    assert shown.read() == {"pm2_5": 7.0, "pm10": 8.0}
