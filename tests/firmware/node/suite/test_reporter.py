"""What a node sends and when, on a scripted network: confirmations, outages, times, the duty cycle, fair use."""

from plietsch_node.app import payload, status
from support.node_scene import DAY_MS, HOUR_MS, UNIX_MS, dust, gaps, said

UNIX_S = UNIX_MS // 1000


def test_readings_go_out_at_once_and_once_more_with_a_confirmation():
    scene = dust()
    scene.live(6 * HOUR_MS)
    confirmed = [each for each in scene.frames(payload.PORT) if each.confirmed]
    assert confirmed
    assert len(scene.frames(payload.PORT)) - len(confirmed) >= len(scene.taken) - len(confirmed) - 1
    # 222 bytes hold fourteen or fifteen of these readings.
    assert len(scene.taken) // 16 <= len(confirmed) <= len(scene.taken) // 12
    assert len(scene.acked) + scene.node.waiting == len(scene.taken)
    assert scene.acked == set(scene.times()[: len(scene.acked)])
    assert scene.node.dropped == 0


def test_a_reading_leaves_at_a_moment_of_its_own():
    scene = dust()
    scene.live(HOUR_MS)
    for scene.drawn in (0, 700):
        scene.live(scene.clock.now_ms + 300000)
        late_ms = scene.frames(payload.PORT)[-1].at_ms - (scene.times()[-1] - UNIX_S) * 1000
        assert scene.drawn <= late_ms < scene.drawn + 1000


def test_where_acknowledgements_are_cheap_each_frame_asks_for_one():
    scene = dust()
    scene.device.data_rate = 3
    scene.live(HOUR_MS)
    frames = scene.frames(payload.PORT)
    assert len(frames) == len(scene.taken) == len(scene.acked)
    assert all(each.confirmed for each in frames)
    # What was not acknowledged goes along with the next one.
    scene.device.hears = False
    scene.live(HOUR_MS + 300000)
    assert scene.node.waiting == 1
    scene.device.hears = True
    scene.live(HOUR_MS + 900000)
    assert scene.node.waiting == 0
    assert max(len(each.data) for each in scene.frames(payload.PORT)) > len(frames[0].data)


def test_where_acknowledgements_are_cheap_each_frame_is_confirmed():
    scene = dust()
    scene.device.data_rate = 3
    scene.live(2 * HOUR_MS)
    assert len(scene.frames(payload.PORT)) == len(scene.taken) == len(scene.acked)
    assert all(each.confirmed for each in scene.frames(payload.PORT))
    assert scene.node.waiting == 0
    # What was lost comes with the next one.
    scene.device.hears = False
    scene.cycle()
    scene.device.hears = True
    scene.live(3 * HOUR_MS)
    assert scene.acked == set(scene.times())


def test_readings_wait_while_the_network_is_away_and_go_later():
    scene = dust()
    scene.cycle()
    scene.device.hears = False
    scene.live(24 * HOUR_MS)
    assert scene.node.waiting == len(scene.taken)
    # It is tried again, but rarely.
    assert 15 <= len([each for each in scene.frames() if each.confirmed]) <= 40
    scene.device.hears = True
    scene.live(27 * HOUR_MS)
    assert set(scene.times()) - scene.acked <= set(scene.times()[-20:])
    assert scene.node.waiting < 20
    wide = [each for each in scene.frames(payload.PORT) if each.data[0] & 4]
    assert wide


def test_what_the_ring_drops_is_counted():
    scene = dust({"kind": "fine-dust", "ring_readings": 128})
    scene.cycle()
    scene.device.hears = False
    scene.live(DAY_MS)
    assert scene.node.dropped == len(scene.dropped) > 0
    assert sorted(scene.dropped) == scene.times()[: len(scene.dropped)]
    assert scene.node.dropped + scene.node.waiting == len(scene.taken)
    assert said(scene.node.status()).dropped == scene.node.dropped


def test_a_power_cut_loses_no_reading():
    scene = dust()
    scene.live(HOUR_MS)
    waiting = scene.node.waiting
    assert waiting
    scene.cut_power()
    assert scene.node.waiting == waiting
    scene.live(8 * HOUR_MS)
    assert set(scene.times()[:-16]) <= scene.acked


def test_readings_of_a_time_without_a_clock_get_their_date_in_the_same_life():
    scene = dust()
    scene.device.hears = False
    scene.live(HOUR_MS)
    taken = len(scene.taken)
    assert taken >= 11
    assert all(time_s < 3700 for time_s in scene.times())
    scene.device.hears = True
    scene.live(6 * HOUR_MS)
    assert ("dated", UNIX_S * 1000) in scene.events
    assert {time_s + UNIX_S for time_s in scene.times()[:taken]} <= scene.acked


def test_readings_of_a_life_without_a_clock_are_dropped_and_counted():
    scene = dust()
    scene.device.hears = False
    scene.live(HOUR_MS)
    taken = len(scene.taken)
    scene.cut_power()
    assert (scene.node.waiting, scene.node.dropped) == (0, taken)
    scene.cut_power()
    assert scene.node.dropped == taken


def test_a_date_outlives_the_life_of_its_readings():
    scene = dust()
    scene.device.hears = False
    scene.live(HOUR_MS)
    taken = len(scene.taken)
    scene.device.hears = True
    while not scene.node.is_dated:
        scene.cycle()
    scene.cut_power()
    scene.live(8 * HOUR_MS)
    assert scene.node.dropped == 0
    assert {time_s + UNIX_S for time_s in scene.times()[:taken]} <= scene.acked


def test_who_does_not_know_the_time_sends_readings_of_a_former_life_with_their_whole_time():
    scene = dust()
    scene.live(HOUR_MS)
    scene.device.hears = False
    scene.live(2 * HOUR_MS)
    scene.cut_power()
    scene.device.hears, scene.device.knows_time = True, False
    del scene.device.sent[:]
    scene.live(3 * HOUR_MS)
    frames = scene.frames(payload.PORT)
    assert frames
    # Or as the seconds of this life, which needs no date.
    assert all(each.data[0] & 0x04 or not each.data[0] & 0x08 for each in frames)
    assert any(each.data[0] & 0x04 for each in frames)


def test_the_time_is_asked_for_once_a_day_and_until_it_is_told():
    scene = dust({"kind": "fine-dust", "interval_s": 1800})
    scene.device.knows_time = False
    scene.live(4 * HOUR_MS)
    assert all(each.ask_time for each in scene.frames())
    assert 4 <= len(scene.frames(status.PORT)) <= 12
    scene.device.knows_time = True
    scene.live(3 * DAY_MS)
    asked = [each.at_ms for each in scene.frames() if each.ask_time and each.at_ms > 6 * HOUR_MS]
    assert len(asked) == 2
    assert len([each for each in scene.frames(status.PORT) if each.at_ms > 6 * HOUR_MS]) in (2, 3)


def test_the_duty_cycle_delays_and_loses_nothing():
    scene = dust()
    scene.device.pause_ms = 400000
    scene.device.room = 51
    scene.live(DAY_MS)
    assert scene.node.dropped == 0
    assert min(gaps([each.at_ms for each in scene.frames()])) >= 400000
    # 51 bytes hold three of these readings, which come every 300 s.
    assert len(scene.acked) > 0.8 * len(scene.taken)


def test_a_radio_that_fails_keeps_the_readings():
    scene = dust()
    scene.cycle()
    scene.device.broken = True
    scene.live(2 * HOUR_MS)
    assert len(scene.taken) >= 20
    assert scene.node.waiting == len(scene.taken)
    scene.device.broken = False
    scene.live(6 * HOUR_MS)
    assert set(scene.times()[:20]) <= scene.acked


def test_confirmations_are_as_rare_as_fair_use_wants_them():
    scene = dust({"kind": "fine-dust", "interval_s": 900, "lorawan": {"fair_use_s": 30}})
    scene.live(3 * DAY_MS)
    assert len([each for each in scene.frames(payload.PORT) if each.confirmed]) <= 24
    assert len([each for each in scene.frames() if each.confirmed]) <= 28
    assert len(scene.acked) >= len(scene.taken) - 24


def test_what_else_the_network_has_gets_its_window_at_once():
    scene = dust()
    scene.cycle()
    count = len(scene.frames())
    scene.device.more = True
    scene.cycle()
    assert [each.port for each in scene.frames()[count:]] == [payload.PORT, status.PORT]


def test_a_node_that_nobody_answers_goes_on_sending_and_joins_by_turns():
    for interval_s, pause_ms in ((300, 0), (60, 70000)):
        scene = dust({"kind": "fine-dust", "interval_s": interval_s, "samples": 1})
        scene.live(HOUR_MS)
        taken, frames = len(scene.taken), len(scene.frames(payload.PORT))
        scene.device.hears, scene.device.lost, scene.device.pause_ms = False, True, pause_ms
        del scene.device.joins[:]
        scene.live(3 * HOUR_MS)
        assert len(scene.device.joins) >= 20
        if not pause_ms:
            assert len(scene.frames(payload.PORT)) - frames >= len(scene.taken) - taken - 1
        assert len(scene.frames(payload.PORT)) - frames >= 20
        scene.device.hears = True
        scene.live(5 * HOUR_MS)
        assert not scene.device.lost
        assert len(scene.acked) >= taken


def test_while_the_battery_is_low_what_waited_for_long_is_confirmed():
    scene = dust()
    scene.instruments["battery"].values = {"battery": 3.3}
    scene.live(HOUR_MS)
    scene.device.hears = False
    scene.live(20 * HOUR_MS)
    # Who gets no answer tries no more often than it would with one.
    assert len([each for each in scene.frames(payload.PORT) if each.confirmed]) <= 7
    scene.device.hears = True
    scene.live(3 * DAY_MS)
    assert set(scene.times()[:80]) <= scene.acked


def test_a_status_that_nobody_acknowledged_is_said_again():
    scene = dust()
    scene.live(HOUR_MS)
    scene.instruments["BME280"].values = None
    scene.live(DAY_MS - HOUR_MS)
    scene.device.hears = False
    scene.live(DAY_MS + 6 * HOUR_MS)
    unheard = [each.at_ms for each in scene.frames(status.PORT)][1:]
    assert 4 <= len(unheard) <= 7
    assert min(gaps(unheard)) >= HOUR_MS
    scene.device.hears = True
    scene.live(DAY_MS + 8 * HOUR_MS)
    heard = scene.frames(status.PORT)[-1]
    assert heard.confirmed
    assert said(heard.data).errors == [("BME280", 255)]
    assert len(scene.frames(status.PORT)) == len(unheard) + 2
    assert sum(count for _, count in said(scene.node.status()).errors) < 30


def test_a_network_that_never_tells_the_time_gets_new_readings_without():
    scene = dust()
    scene.device.knows_time = False
    scene.live(6 * HOUR_MS)
    frames = scene.frames(payload.PORT)
    assert len(scene.taken) - 3 <= len(frames) <= len(scene.taken)
    assert all(each.confirmed and not each.data[0] & 0x08 for each in frames)
    # Alone, within a minute, and once.
    assert len({each.data for each in frames}) == len(frames) == len(scene.acked)
    assert scene.node.waiting == len(scene.taken) - len(frames)
    values = dict(scene.taken)
    for each in frames:
        time_s = (each.at_ms // 1000) - next(s for s in range(60) if each.at_ms // 1000 - s in values)
        assert each.data == payload.encode([(time_s, values[time_s])], False)
    # What has not been sent gets its date when there is one after all, and nothing is sent twice.
    waiting = scene.node.waiting
    sent = set(scene.acked)
    scene.device.knows_time = True
    scene.live(12 * HOUR_MS)
    assert len({time_s + UNIX_S for time_s in scene.times() if time_s < UNIX_S} & scene.acked) == waiting
    assert not {time_s + UNIX_S for time_s in sent} & scene.acked


def test_without_the_time_nothing_is_said_to_a_network_that_is_away():
    scene = dust()
    scene.device.hears = False
    scene.device.joined = True
    scene.live(12 * HOUR_MS)
    assert not scene.frames(payload.PORT)


def test_times_are_whole_where_the_clock_was_not_set_for_long_or_was_set_back():
    scene = dust()
    scene.live(HOUR_MS)
    scene.device.knows_time = False
    scene.live(5 * DAY_MS)
    frames = scene.frames(payload.PORT)
    assert not [each for each in frames if each.at_ms < 2 * DAY_MS and each.data[0] & 0x04]
    assert not [each for each in frames if each.at_ms > 2 * DAY_MS + HOUR_MS and not each.data[0] & 0x04]


def test_times_are_whole_where_the_clock_was_set_back_after_them():
    scene = dust()
    scene.live(HOUR_MS)
    scene.device.hears = False
    scene.node.set_time(scene.clock.ms() + UNIX_MS + 2 * HOUR_MS, scene.clock.ms())
    scene.node.remember()
    scene.live(2 * HOUR_MS)
    scene.node.set_time(scene.clock.ms() + UNIX_MS, scene.clock.ms())
    scene.node.remember()
    scene.device.hears = True
    count = len(scene.frames(payload.PORT))
    scene.live(4 * HOUR_MS)
    whole = [each for each in scene.frames(payload.PORT)[count:] if each.data[0] & 0x04]
    assert whole
    for each in scene.frames(payload.PORT)[count:]:
        if not each.data[0] & 0x04:
            heard_s = each.at_ms // 1000 + UNIX_S
            code = int.from_bytes(each.data[:3], "big") >> 2 & 0xFFFF
            assert (heard_s + 3200 - code & 0xFFFF) < 17 * 3600


def test_a_date_that_the_flash_refused_is_made_up_for():
    scene = dust()
    scene.device.hears = False
    scene.live(HOUR_MS)
    taken = len(scene.taken)
    put = scene.flash.put
    left = [1]

    def refuses(name, value):
        if name == "ring" and left:
            del left[:]
            raise OSError(5)
        put(name, value)

    scene.flash.put = refuses
    scene.device.hears = True
    scene.live(6 * HOUR_MS)
    assert not left
    assert {time_s + UNIX_S for time_s in scene.times()[:taken]} <= scene.acked
