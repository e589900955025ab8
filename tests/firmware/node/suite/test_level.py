"""The water-level node: when it takes a reading, and what it does while the water rises."""

from plietsch_node.app import payload
from plietsch_node.app.config import validate
from plietsch_node.app.level import Level
from support.node_scene import HOUR_MS, Instrument, Scene, gaps

UART = {"sample_ms": 200}


def _scene(distance_mm, **given):
    given["kind"] = "water-level"
    instruments = {
        "A02YYUW": lambda clock: Instrument(clock, lambda ms: {"distance": distance_mm(ms)}, **UART),
        "battery": lambda clock: Instrument(clock, {"battery": 3.9}),
    }
    return Scene(given, instruments)


def _still(_ms):
    return 2000


def test_still_water_is_sampled_every_minute_and_said_every_hour():
    scene = _scene(_still)
    scene.live(6 * HOUR_MS)
    assert set(gaps(scene.times()[1:])) == {3600}
    samples = [at for _, at in scene.instruments["A02YYUW"].calls]
    assert len(samples) >= 6 * 60 * 10
    assert scene.taken[-1][1] == {"distance": 2000, "distance_spread": 0, "battery": 3.9}
    # The others are asked only for what is said.
    assert len(scene.instruments["battery"].calls) == len(scene.taken)


def test_waves_within_the_threshold_are_no_news_and_their_spread_is_said():
    waves = [0, 12, -9, 4, -15, 7, 15, -4, 2, -11]
    scene = _scene(lambda ms: 2000 + waves[ms // 200 % 10])
    scene.live(3 * HOUR_MS)
    assert 3 <= len(scene.taken) <= 5
    assert scene.taken[-1][1]["distance"] in (2000, 2001, 2002)
    assert scene.taken[-1][1]["distance_spread"] == 8


def test_a_blip_is_no_reading():
    scene = _scene(lambda ms: 400 if ms // 200 % 10 == 3 else 2000)
    scene.live(2 * HOUR_MS)
    assert {values["distance"] for _, values in scene.taken} == {2000}


def test_a_slow_tide_is_said_by_the_threshold():
    # 120 mm an hour: 20 mm every ten minutes.
    scene = _scene(lambda ms: 2000 + ms * 120 // HOUR_MS)
    scene.live(3 * HOUR_MS)
    assert 17 <= len(scene.taken) <= 20
    assert set(gaps(scene.times()[2:])) <= {600, 660, 540}
    assert not scene.node.rising


def test_a_surge_is_sampled_and_sent_three_times_a_minute_newest_first():
    # 1200 mm an hour from the second hour on.
    scene = _scene(lambda ms: 4000 - max(0, ms - HOUR_MS) * 1200 // HOUR_MS)
    scene.live(HOUR_MS + 5 * 60000)
    assert scene.node.rising
    assert scene.times()[-6:] == [scene.times()[-1] - 20 * number for number in range(5, -1, -1)]
    # The network goes; when it comes back, what is newest goes first.
    scene.device.hears = False
    scene.live(HOUR_MS + 40 * 60000)
    assert scene.node.waiting >= 100
    scene.device.hears = True
    del scene.events[:]
    taken = 0
    while not [event for event in scene.events if event[0] == "acked"]:
        scene.cycle()
        taken = len(scene.taken)
    first = sorted(next(event[1] for event in scene.events if event[0] == "acked"))
    assert first == scene.times()[taken - len(first) : taken]
    scene.live(HOUR_MS + 55 * 60000)
    assert scene.node.waiting <= 8
    assert scene.node.dropped == 0
    # Half of RTC memory is the MAC's.
    assert scene.memory.most < 1024


def test_in_a_surge_an_acknowledgement_is_asked_for_every_minute_though_none_comes():
    scene = _scene(lambda ms: 4000 - max(0, ms - HOUR_MS) * 1200 // HOUR_MS)
    scene.device.data_rate = 3
    scene.live(HOUR_MS + 5 * 60000)
    scene.device.hears = False
    del scene.device.sent[:]
    scene.live(HOUR_MS + 15 * 60000)
    assert 8 <= len([each for each in scene.device.sent if each.confirmed]) <= 10


def test_waves_do_not_end_a_surge():
    # 500 mm an hour, and waves that are longer than a measurement.
    waves = [0, 8, -6, 3, -8, 5, -2, 7, -7, 1, 6]
    scene = _scene(lambda ms: 4000 - max(0, ms - HOUR_MS) * 500 // HOUR_MS + waves[ms // 7000 % 11])
    scene.live(HOUR_MS + 5 * 60000)
    del scene.taken[:]
    scene.live(2 * HOUR_MS)
    assert len(scene.taken) == 55 * 3


def test_the_surge_ends_and_the_node_is_slow_again():
    scene = _scene(lambda ms: 4000 - min(max(0, ms - HOUR_MS), HOUR_MS // 2) * 1200 // HOUR_MS)
    scene.live(2 * HOUR_MS)
    assert not scene.node.rising
    count = len(scene.taken)
    scene.live(5 * HOUR_MS)
    assert len(scene.taken) - count <= 4


def test_the_surge_is_noticed_within_three_samples():
    scene = _scene(lambda ms: 4000 - max(0, ms - HOUR_MS) * 1200 // HOUR_MS)
    while not scene.node.rising:
        scene.cycle()
    assert scene.clock.now_ms <= HOUR_MS + 180000


def test_a_gauge_that_fails_says_so_at_once_and_then_every_hour():
    scene = _scene(_still)
    scene.live(HOUR_MS // 2)
    count = len(scene.taken)
    scene.instruments["A02YYUW"].values = None
    scene.live(3 * HOUR_MS)
    assert len(scene.taken) - count in (3, 4)
    assert scene.taken[-1][1] == {"distance": None, "distance_spread": None, "battery": 3.9}
    scene.instruments["A02YYUW"].values = {"distance": 1990}
    scene.cycle()
    assert scene.taken[-1][1]["distance"] == 1990


def _rises(rate_mm_per_min, **given):
    """Return whether a rise is noticed within ten minutes."""
    given["kind"] = "water-level"
    level = Level(validate(given))
    for now in range(0, 1800000, given.get("interval_s", 60) * 1000):
        risen_mm = max(0, now - 1200000) * rate_mm_per_min / 60000
        level.judge({"distance": 4000 - risen_mm}, now)
        if level.rising:
            return now > 1200000
    return False


def test_a_rise_is_seen_at_any_interval_and_threshold():
    for interval_s, threshold_mm in ((10, 20), (20, 1), (45, 20), (60, 200), (60, 5000), (100, 20)):
        for rate in (6, 10, 19, 30, 100):
            assert _rises(rate, interval_s=interval_s, threshold_mm=threshold_mm), (interval_s, threshold_mm, rate)
        assert _rises(2, interval_s=interval_s, threshold_mm=threshold_mm, rise_mm_per_min=1)
        assert not _rises(2, interval_s=interval_s, threshold_mm=threshold_mm)


def test_waves_are_no_surge_at_any_interval():
    waves = [0, 4, -3, 2, -4, 3, -1, 4, -4, 1, 3]
    for interval_s in (10, 20, 60):
        level = Level(validate({"kind": "water-level", "interval_s": interval_s}))
        for number in range(500):
            level.judge({"distance": 2000 + waves[number * 7 % 11]}, number * interval_s * 1000)
            assert not level.rising


def test_a_gauge_that_goes_blind_in_a_surge_is_no_surge_for_ever():
    scene = _scene(lambda ms: 4000 - max(0, ms - HOUR_MS) * 1200 // HOUR_MS)
    scene.live(HOUR_MS + 30 * 60000)
    assert scene.node.rising
    count = len(scene.taken)
    scene.instruments["A02YYUW"].values = None
    scene.live(HOUR_MS + 40 * 60000)
    assert scene.node.rising
    assert len(scene.taken) == count + 1
    scene.live(HOUR_MS + 50 * 60000)
    assert not scene.node.rising
    scene.live(6 * HOUR_MS)
    assert len(scene.taken) - count in (5, 6)


def test_an_hour_is_not_missed_by_a_millisecond():
    for last_ms, early in ((3599000, False), (3569000, True)):
        level = Level(validate({"kind": "water-level"}))
        assert level.judge({"distance": 2000}, 0)
        for now in range(60000, 3540001, 60000):
            assert not level.judge({"distance": 2000}, now)
        assert level.judge({"distance": 2000}, last_ms) != early


def test_a_value_beyond_the_range_is_kept_as_such_and_decides_nothing():
    scene = _scene(lambda ms: float("inf"))
    scene.live(HOUR_MS // 2)
    assert scene.taken[-1][1]["distance"] == float("inf")
    assert not scene.node.rising
    assert payload.code(scene.taken[-1][1]["distance"], 14, 0, 1, 16000) == 16382


def test_a_low_battery_leaves_no_hurry():
    scene = _scene(lambda ms: 4000 - ms * 600 // HOUR_MS)
    scene.instruments["battery"].values = {"battery": 3.2}
    scene.live(2 * HOUR_MS)
    assert set(gaps(scene.times()[2:])) == {240}


def test_what_was_sampled_outlives_deep_sleep():
    level = Level(validate({"kind": "water-level"}))
    assert level.judge({"distance": 2000}, 0)
    assert not level.judge({"distance": 1996}, 60000)
    level = Level(validate({"kind": "water-level"}), level.state())
    assert not level.judge({"distance": 1992}, 120000)
    assert level.judge({"distance": 1980}, 300000)
