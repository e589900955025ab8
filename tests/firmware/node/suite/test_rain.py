"""The rain node: a total that never goes backwards, said while it rains, and every hour."""

from plietsch_node.app.config import validate
from plietsch_node.app.rain import Rain
from plietsch_node.memory import MemoryStore
from support.node_scene import DAY_MS, HOUR_MS, Instrument, RtcMemory, Scene, gaps


def _scene(tips, **given):
    given["kind"] = "rain"
    scene = Scene(
        given,
        {
            "rain": lambda clock: Instrument(clock, {"rain_tips": 0}),
            "battery": lambda clock: Instrument(clock, {"battery": 3.9}),
        },
    )
    scene.since_ms = 0
    scene.instruments["rain"].values = lambda ms: {"rain_tips": tips(ms) - tips(scene.since_ms)}
    return scene


def _totals(scene):
    return [values["rain_tips"] for _, values in scene.taken]


def test_a_dry_day_is_said_every_hour():
    scene = _scene(lambda ms: 0)
    scene.live(DAY_MS)
    assert set(gaps(scene.times()[1:])) == {3600}
    assert set(_totals(scene)) == {0}


def test_rain_is_said_at_every_interval():
    scene = _scene(lambda ms: max(0, ms - HOUR_MS) // 30000)
    scene.live(3 * HOUR_MS)
    wet = [time_s for time_s, values in scene.taken if values["rain_tips"]]
    assert set(gaps(wet)) == {300}
    assert set(gaps(_totals(scene)[-10:])) == {10}
    assert scene.taken[-1][1]["battery"] == 3.9


def test_every_tip_is_counted_through_deep_sleep():
    tips = [ms * 977 % 3600000 + HOUR_MS for ms in range(0, 100000, 100)]
    scene = _scene(lambda now: len([at for at in tips if at <= now]))
    scene.live(4 * HOUR_MS)
    assert _totals(scene)[-1] == len(tips)
    assert _totals(scene) == sorted(_totals(scene))


def test_the_total_outlives_a_power_cut_and_never_goes_backwards():
    scene = _scene(lambda ms: ms // 20000)
    scene.live(2 * HOUR_MS)
    for _ in range(3):
        before = _totals(scene)[-1]
        # The counter begins anew, too.
        scene.since_ms = scene.clock.now_ms
        scene.cut_power()
        scene.live(scene.clock.now_ms + HOUR_MS)
        assert _totals(scene)[-1] >= before + 150
    assert _totals(scene) == sorted(_totals(scene))


def test_a_counter_that_begins_anew_without_a_power_cut_goes_on():
    scene = _scene(lambda ms: ms // 20000)
    scene.live(HOUR_MS)
    before = _totals(scene)[-1]
    scene.since_ms = scene.clock.now_ms
    scene.live(2 * HOUR_MS)
    assert before + 160 <= _totals(scene)[-1] <= before + 182


def test_a_counter_that_does_not_answer_is_said_and_loses_nothing():
    scene = _scene(lambda ms: ms // 20000)
    scene.live(HOUR_MS)
    works = scene.instruments["rain"].values
    scene.instruments["rain"].values = None
    scene.live(3 * HOUR_MS)
    assert _totals(scene)[-1] is None
    assert len([total for total in _totals(scene) if total is None]) in (2, 3)
    scene.instruments["rain"].values = works
    scene.live(4 * HOUR_MS)
    assert 700 <= _totals(scene)[-1] <= 720


def test_readings_in_between_count_as_well():
    scene = _scene(lambda ms: 5)
    scene.instruments["rain"].values = {"rain_tips": 5}
    scene.node.take(["rain"])
    scene.instruments["rain"].values = {"rain_tips": 9}
    scene.wake()
    scene.node.take(["rain"])
    assert _totals(scene) == [5, 9]


def test_a_count_that_is_misread_adds_nothing():
    scene = _scene(lambda ms: 0)
    for shown, said in ((1000, 1000), (0, 1000), (1001, 1001), (3, 1001), (0, 1001), (500, 1001), (1002, 1002)):
        scene.instruments["rain"].values = {"rain_tips": shown}
        scene.cycle()
        scene.node.take(["rain"])
        assert _totals(scene)[-1] == said
        # One that is read twice is a misreading as well.
        scene.instruments["rain"].values = {"rain_tips": said}
        scene.node.take(["rain"])
    assert _totals(scene)[-1] == 1002


def test_a_counter_that_begins_anew_is_believed_at_the_third_read():
    rain = Rain(validate({"kind": "rain"}), None, MemoryStore())
    assert [rain.total(count) for count in (100, 3, 5, 5, 6)] == [100, 100, 100, 105, 106]
    assert [rain.total(count) for count in (0, 0, 2, 2, 4)] == [106, 106, 106, 106, 110]
    assert [rain.total(count) for count in (3, 2, 1, 3, 4, 5)] == [110, 110, 110, 110, 110, 111]
    # However often it shows 0.
    assert [rain.total(count) for count in (0, 0, 0, 0, 0, 6)] == [111, 111, 111, 111, 111, 112]


def test_a_counter_that_goes_on_while_rtc_memory_is_torn_is_not_added_again():
    scene = _scene(lambda ms: 0)
    scene.instruments["rain"].values = {"rain_tips": 1000}
    scene.live(2 * HOUR_MS)
    scene.memory = RtcMemory()
    scene.wake("watchdog")
    scene.instruments["rain"].values = {"rain_tips": 1001}
    scene.live(4 * HOUR_MS)
    assert _totals(scene)[-1] == 1001


def test_a_full_flash_stops_no_rain():
    scene = _scene(lambda ms: ms // 20000)

    def full(_name, _value):
        raise OSError(28)

    put, scene.flash.put = scene.flash.put, full
    scene.live(2 * HOUR_MS)
    assert _totals(scene)[-1] >= 340
    scene.flash.put = put
    scene.live(3 * HOUR_MS)
    scene.cut_power()
    scene.cycle()
    assert _totals(scene)[-1] >= 520


def test_an_hour_is_not_missed_by_a_millisecond():
    for last_ms, expected in ((3599000, True), (3300000, False)):
        rain = Rain(validate({"kind": "rain"}), None, MemoryStore())
        assert rain.judge({"rain_tips": 5}, 0)
        assert not rain.judge({"rain_tips": 5}, 300000)
        assert rain.judge({"rain_tips": 5}, last_ms) == expected
