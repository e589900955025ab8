"""The rain node: a total that never goes backwards, said while it rains, and every hour."""

from support.node_scene import DAY_MS, HOUR_MS, Instrument, Scene, gaps


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
