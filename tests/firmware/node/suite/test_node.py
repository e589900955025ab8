"""The node from start to sleep, on a scripted network: what it measures, sends, keeps and says of itself."""

from plietsch_node.app import commands, node, payload, status
from plietsch_node.lorawan import frame
from plietsch_node.lorawan.aes import Aes128
from support import lorawan_scene
from support.node_scene import (
    DAY_MS,
    DUST,
    HOUR_MS,
    UNIX_MS,
    Fan,
    Instrument,
    MemoryFolder,
    Ports,
    dust,
    gaps,
    said,
)

UNIX_S = UNIX_MS // 1000


def _samples(values):
    """Return an instrument that shows one of these after another."""
    left = list(values)
    return lambda ms: {"pm2_5": left.pop(0), "pm10": 1.0}


def test_the_first_cycle_joins_says_how_it_is_asks_the_time_and_sends_a_reading():
    scene = dust()
    scene.cycle()
    first, second = scene.frames()
    assert (first.port, first.ask_time, first.confirmed) == (status.PORT, True, True)
    assert (second.port, second.confirmed) == (payload.PORT, False)
    time_s, values = scene.taken[0]
    assert values == {
        "pm2_5": 12.3, "pm10": 26.1, "pm2_5_spread": 0, "pm10_spread": 0, "temperature": 23.4, "humidity": 56.7,
        "pressure": 1013.2, "battery": 3.7,
    }  # fmt: skip
    assert second.data == payload.encode([(time_s, values)])
    assert abs(time_s - UNIX_S - second.at_ms // 1000) <= 1
    assert scene.node.waiting == 1


def test_the_fan_warms_up_for_thirty_seconds_and_is_sampled_every_second():
    scene = dust()
    scene.cycle()
    calls = scene.instruments["SDS011"].calls
    assert [name for name, _ in calls] == ["start"] + ["read"] * 10 + ["stop"]
    assert [at - calls[0][1] for _, at in calls] == [0] + [30000 + 1000 * number for number in range(10)] + [39000]


def test_a_short_interval_leaves_the_fan_on():
    scene = dust({"kind": "fine-dust", "interval_s": 45})
    scene.live(10 * 60000)
    names = [name for name, _ in scene.instruments["SDS011"].calls]
    assert (names.count("start"), names.count("stop")) == (1, 0)
    assert len(scene.taken) >= 12


def test_a_reading_is_the_median_and_half_the_interquartile_range():
    scene = dust(
        {"kind": "fine-dust", "samples": 8},
        SDS011=lambda clock: Fan(clock, _samples([5, 1, 8, 2, 7, 3, 6, 400])),
    )
    scene.instruments["SDS011"].channels = ("pm2_5", "pm10")
    scene.cycle()
    assert scene.taken[0][1]["pm2_5"] == 5.5
    assert scene.taken[0][1]["pm2_5_spread"] == (7.5 - 2.5) / 2


def test_measurements_lie_on_a_grid_of_their_own():
    scene = dust()
    scene.live(3 * HOUR_MS)
    times = scene.times()
    assert len(times) >= 36
    assert len({time_s % 300 for time_s in times[1:]}) == 1
    other = dict(lorawan_scene.KEYS, dev_eui="0102030405060709")
    assert (
        scene.node._phase_ms
        != type(scene.node)(scene.node.config, other, scene.node._ports, scene.clock, scene.device)._phase_ms
    )


def test_a_failing_instrument_stops_nobody():
    scene = dust()
    scene.instruments["SDS011"].values = None
    scene.cycle()
    values = scene.taken[0][1]
    assert values["pm2_5"] is None
    assert values["pm10_spread"] is None
    assert values["temperature"] == 23.4
    assert said(scene.node.status()).errors == [("SDS011", 1)]


def test_an_instrument_that_raises_whatever_stops_nobody():
    for error in (ValueError("x"), IndexError(), KeyError("x"), TypeError(), MemoryError()):

        def fails(_ms, error=error):
            raise error

        scene = dust(BME280=lambda clock, fails=fails: Instrument(clock, fails))
        scene.instruments["BME280"].channels = ("temperature", "humidity", "pressure")
        scene.cycle()
        values = scene.taken[0][1]
        assert (values["pm2_5"], values["temperature"]) == (12.3, None)
        assert said(scene.node.status()).errors == [("BME280", 1)]


class _Stuck(BaseException):
    """The watchdog bites: no driver catches that."""


def _hang(_ms):
    raise _Stuck()


def _live_with_resets(scene, until_ms):
    """Let the node live; return how often the watchdog reset it."""
    resets = 0
    while scene.clock.now_ms < until_ms:
        try:
            scene.cycle()
        except _Stuck:
            scene.clock.now_ms += 60000
            scene.wake("watchdog")
            resets += 1
    return resets


def test_an_instrument_that_hangs_is_left_alone_for_an_hour_and_then_for_days():
    scene = dust()
    scene.live(HOUR_MS)
    works = scene.instruments["BME280"].values
    scene.instruments["BME280"].values = _hang
    count = len(scene.taken)
    assert _live_with_resets(scene, 3 * DAY_MS) == 4
    assert len(scene.taken) - count >= 71 * 12 - 8
    assert (scene.taken[-1][1]["pm2_5"], scene.taken[-1][1]["temperature"]) == (12.3, None)
    assert said(scene.node.status()).errors[0][0] == "BME280"
    # It comes back, and has not hung for ever.
    scene.instruments["BME280"].values = works
    scene.live(4 * DAY_MS + 2 * HOUR_MS)
    assert scene.taken[-1][1]["temperature"] == 23.4
    scene.instruments["BME280"].values = _hang
    assert _live_with_resets(scene, scene.clock.now_ms + 4 * HOUR_MS) == 2


def test_a_reset_for_another_reason_blames_no_instrument():
    scene = dust()
    scene.cycle()
    scene.wake("watchdog")
    scene.cycle()
    assert scene.taken[-1][1]["temperature"] == 23.4
    assert said(scene.node.status()).errors == []


def test_a_second_thermometer_steps_in():
    scene = dust(DHT22=lambda clock: Instrument(clock, {"temperature": 21.0, "humidity": 50.0}))
    scene.instruments["BME280"].values = None
    scene.cycle()
    values = scene.taken[0][1]
    assert (values["temperature"], values["humidity"], values["pressure"]) == (21.0, 50.0, None)


def test_take_reads_once_what_it_is_told():
    scene = dust()
    scene.node.take(["SDS011"])
    assert scene.taken == [(0, {"pm2_5": 12.3, "pm10": 26.1})]
    assert scene.node.waiting == 1
    assert not scene.frames()
    lorawan_scene.drive(scene.node.report())
    assert [each.port for each in scene.frames()] == [status.PORT, payload.PORT]
    # Taken before the time was known, sent with the time that it had.
    assert scene.frames()[1].data == payload.encode([(UNIX_S, {"pm2_5": 12.3, "pm10": 26.1})])


def test_a_low_battery_makes_the_node_slower_but_not_dead():
    scene = dust()
    scene.instruments["battery"].values = {"battery": 3.3}
    scene.live(8 * HOUR_MS)
    assert set(gaps(scene.times()[1:])) == {1200}
    confirmed = [each.at_ms for each in scene.frames(payload.PORT) if each.confirmed]
    assert len(confirmed) == 2
    assert gaps(confirmed)[0] >= 3 * HOUR_MS
    assert len(scene.taken) <= len(scene.frames(payload.PORT)) <= len(scene.taken) + 1
    assert scene.node.waiting < 10
    assert said(scene.node.status()).saving
    # It recovers above the limit only.
    scene.instruments["battery"].values = {"battery": 3.5}
    scene.cycle()
    assert scene.node.saving
    scene.instruments["battery"].values = {"battery": 3.6}
    scene.cycle()
    assert not scene.node.saving
    assert scene.device.battery == 127


def test_a_command_is_carried_out_and_answered_in_the_next_frame():
    scene = dust()
    scene.cycle()
    scene.device.downlinks = [(3, bytes((7, commands.SET, 1, 600 >> 8, 600 & 255)))]
    scene.cycle()
    answered = scene.frames()[-1]
    assert answered.port == commands.PORT
    assert answered.data == bytes((0x10, 7, commands.SET, 1, 600 >> 8, 600 & 255))
    count = len(scene.taken)
    scene.live(scene.clock.now_ms + 2 * HOUR_MS)
    times = scene.times()[count + 1 :]
    assert set(gaps(times)) == {600}
    scene.cut_power()
    assert scene.node.config["interval_s"] == 600
    assert said(scene.node.status()).revision == 1


def test_a_change_that_cannot_be_kept_is_not_made():
    scene = dust()
    scene.cycle()
    scene.device.downlinks = [(3, bytes((7, commands.SET, 1, 600 >> 8, 600 & 255)))]
    put = scene.flash.put

    def full(name, value):
        if name == "config":
            raise OSError(28)
        put(name, value)

    scene.flash.put = full
    scene.cycle()
    assert scene.frames()[-1].data == bytes((0x10 | commands.FAILED, 7, commands.SET, 1, 300 >> 8, 300 & 255))
    assert scene.node.config["interval_s"] == 300


def test_a_command_for_another_kind_of_node_is_refused():
    scene = dust()
    scene.cycle()
    scene.device.downlinks = [(3, bytes((8, commands.SET, 2, 0, 50)))]
    scene.cycle()
    assert scene.frames()[-1].data == bytes((0x10 | commands.NOT_HERE, 8, commands.SET, 2, 255, 255))
    assert scene.flash.get("config") is None


def test_a_value_out_of_range_is_refused_and_the_old_one_kept():
    scene = dust()
    scene.cycle()
    scene.device.downlinks = [(3, bytes((9, commands.SET, 1, 0, 5)))]
    scene.cycle()
    assert scene.frames()[-1].data == bytes((0x10 | commands.OUT_OF_RANGE, 9, commands.SET, 1, 300 >> 8, 300 & 255))
    assert scene.node.config["interval_s"] == 300


def test_who_are_you_and_how():
    scene = dust()
    scene.cycle()
    scene.device.downlinks = [(3, bytes((1, commands.WHO))), (3, bytes((2, commands.STATUS)))]
    scene.cycle()
    who, how, now = scene.frames()[-3:]
    assert who.data[:3] == bytes((0x10, 1, commands.WHO))
    assert len(who.data) == 3 + status.IDENTITY_BYTES
    assert how.data == bytes((0x10, 2, commands.STATUS))
    assert now.port == status.PORT


def test_a_reboot_is_answered_first():
    scene = dust()
    scene.cycle()
    scene.device.downlinks = [(3, bytes((5, commands.REBOOT)))]
    scene.device.pause_ms = 5000
    scene.cycle(sleep=False)
    assert not scene.node.reboot_wanted
    scene.wake()
    scene.cycle(sleep=False)
    assert scene.node.reboot_wanted
    assert scene.frames()[-1].data == bytes((0x10, 5, commands.REBOOT))
    scene.wake("command")
    assert not scene.node.reboot_wanted
    assert said(scene.node.status()).boots == 2


def test_what_was_changed_is_passed_over_where_it_no_longer_fits():
    scene = dust()
    scene.flash.put("config", {"revision": 3, "changed": {"threshold_mm": 10}})
    scene.wake()
    assert scene.node.config["interval_s"] == 300
    scene.cycle()
    assert ("configuration", 1) in said(scene.node.status()).errors


def test_fan_hours_outlive_a_power_cut():
    scene = dust({"kind": "fine-dust", "interval_s": 3600, "samples": 1})
    scene.instruments["SDS011"].warm_up_ms = 1800001
    scene.live(2 * DAY_MS)
    hours = said(scene.node.status()).fan_h
    assert 46 <= hours <= 48
    scene.cut_power()
    assert hours - 24 <= said(scene.node.status()).fan_h <= hours


def test_a_flash_that_takes_nothing_is_said():
    scene = dust()
    scene.folder.broken = True
    scene.cycle()
    assert (scene.node.waiting, scene.node.dropped) == (0, 1)
    assert len(scene.dropped) == 1


def test_a_flash_that_is_full_stops_nobody():
    scene = dust()

    def full(_name, _value):
        raise OSError(28)

    scene.flash.put = full
    scene.wake("watchdog")
    scene.live(2 * DAY_MS)
    assert len(scene.taken) > 500
    assert said(scene.node.status()).fan_h
    assert len(scene.frames(status.PORT)) == 2


def test_the_status_says_why_the_node_was_reset_and_not_that_it_slept():
    scene = dust()
    scene.live(HOUR_MS)
    causes = [frame.data[4] >> 4 for frame in scene.frames(status.PORT)]
    assert causes == [status.RESET_CAUSES.index("power-on") + 1]
    scene.wake("watchdog")
    scene.live(3 * HOUR_MS)
    scene.wake("watchdog")  # again and again: the number of boots says that
    scene.live(5 * HOUR_MS)
    causes = [frame.data[4] >> 4 for frame in scene.frames(status.PORT)]
    assert causes[1:] == [status.RESET_CAUSES.index("watchdog") + 1]
    assert said(scene.node.status()).boots == 3


def test_the_device_knows_the_battery_after_deep_sleep():
    scene = dust()
    scene.cycle()
    known = scene.device.battery
    assert known != 255
    scene.device.battery = 255  # made anew
    scene.wake()
    assert scene.device.battery == known


def test_no_second_has_two_readings_though_the_clock_is_set_back():
    scene = dust()
    scene.cycle()
    for back_ms in (1000, 1500, 300000):
        scene.node.take(["BME280"])
        last_s = scene.times()[-1]
        unix_ms = scene.node.time_s() * 1000 - back_ms
        scene.node.set_time(unix_ms, scene.clock.ms())
        scene.wake()
        scene.node.take(["BME280"])
        scene.node.take(["BME280"])
        assert scene.times()[-2:] == [last_s + 1, last_s + 2]
    # A time that was never true binds nobody.
    scene.node.set_time(UNIX_MS, scene.clock.ms())
    scene.node.set_time(UNIX_MS + 400 * DAY_MS, scene.clock.ms())
    scene.node.take(["BME280"])
    scene.node.set_time(UNIX_MS, scene.clock.ms())
    scene.node.take(["BME280"])
    assert scene.times()[-1] == UNIX_S


def test_a_clock_that_is_wrong_is_to_be_set_more_often():
    scene = dust()
    scene.cycle()
    offset_ms = UNIX_MS
    assert scene.node.timed_for_ms == DAY_MS
    for wrong_ms, expected_ms in ((900, DAY_MS), (-1500, DAY_MS // 2), (5000, DAY_MS // 4), (0, DAY_MS // 2)):
        offset_ms += wrong_ms
        scene.node.set_time(scene.clock.ms() + offset_ms, scene.clock.ms())
        scene.node.remember()
        scene.wake()
        assert scene.node.timed_for_ms == expected_ms
    for wrong_ms in range(2000, 20000, 2000):
        scene.node.set_time(scene.clock.ms() + offset_ms + wrong_ms, scene.clock.ms())
    assert scene.node.timed_for_ms == HOUR_MS


def test_a_node_on_the_real_stack():
    radio_scene = lorawan_scene.Scene().join()
    scene = dust()
    scene.clock = radio_scene.clock
    for instrument in scene.instruments.values():
        instrument._clock = scene.clock
    scene.device = radio_scene.device

    def network(phy):
        data = radio_scene.heard()
        answer = data.f_opts if data.f_opts else b""
        asks = b"\x0d" in answer
        time = b"\x0d" + (UNIX_S - 315964800 + 18 + scene.clock.now_ms // 1000).to_bytes(4, "little") + b"\x00"
        if asks or data.kind == frame.CONFIRMED_UP:
            return [radio_scene.down(time if asks else b"", ack=data.kind == frame.CONFIRMED_UP)]
        return []

    radio_scene.radio.respond = network
    scene.wake("power-on")
    scene.live(8 * HOUR_MS)
    assert len(scene.taken) >= 90
    assert len(scene.acked) >= 70
    assert len(scene.acked) + scene.node.waiting == len(scene.taken)


def test_the_watchdog_is_fed_while_the_fan_warms_up():
    scene = dust()
    scene.cycle(sleep=False)
    assert scene.watchdog.longest_ms <= 10000


def test_memory_that_outlives_a_dip_of_the_supply_is_not_believed():
    scene = lorawan_scene.Scene()
    for name in ("app", "counters", "mac", "ring"):
        scene.rtc.put(name, [1, 2, 3])
    folder = MemoryFolder()
    ports = Ports(
        scene.clock, scene.radio, scene.rtc, scene.flash, Aes128, lambda below: 0, {}, folder, "brown-out", None, None
    )
    made = node.make(DUST, lorawan_scene.KEYS, ports)
    assert made.waiting == 0
    assert not made.is_dated
