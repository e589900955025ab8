"""A device of Class A on a scripted network: joining, windows, MAC commands, ADR, duty cycle, power cuts."""

from plietsch_node.lorawan import airtime, commands, eu868, frame
from plietsch_node.lorawan.errors import NotJoined, NotReady, PayloadTooLong
from support.lorawan_scene import ACCEPTS, Scene, drive


def _refuses(error, coroutine):
    try:
        drive(coroutine)
    except error:
        return
    raise AssertionError("accepted")


def test_a_join_opens_windows_after_five_and_six_seconds():
    scene = Scene()
    assert not drive(scene.device.join())
    ended, phy, frequency, spreading_factor, power = scene.radio.sent[0]
    assert len(phy) == 23
    assert frequency in eu868.JOIN_CHANNELS_HZ
    assert (spreading_factor, power) == (7, 16)
    (first, *one), (second, *two) = scene.radio.windows
    # A preamble of eight symbols of 1.024 ms from 5 s on lies in the middle of a window that allows 20 ms either way.
    assert one == [frequency, 7, 44]
    assert first == ended + 5000 + (8 - 44) * 1024 // 2000
    # SF12: 32.768 ms a symbol.
    assert two == [869525000, 12, 6]
    assert second == ended + 6000 + 32


def test_joining_becomes_slower_and_rarer():
    scene = Scene()
    factors, pauses = [], []
    for _ in range(8):
        scene.clock.now_ms = max(scene.clock.now_ms, scene.device.next_join_ms)
        started = scene.clock.now_ms
        drive(scene.device.join())
        factors.append(scene.radio.sent[-1][3])
        pauses.append(scene.device.next_join_ms - started)
    assert factors == [7, 8, 9, 10, 11, 12, 7, 8]
    assert all(pause >= 100 * airtime.time_on_air_us(23, f, 125) // 1000 for pause, f in zip(pauses, factors))  # noqa: B905 unknown to MicroPython
    # More than an hour later, a thousandth of the time, and after eleven hours a ten-thousandth.
    for later_ms, part in ((3600000, 1000), (40000000, 10000)):
        scene.clock.now_ms = max(scene.clock.now_ms + later_ms, scene.device.next_join_ms)
        started = scene.clock.now_ms
        drive(scene.device.join())
        airtime_us = airtime.time_on_air_us(23, scene.radio.sent[-1][3], 125)
        assert scene.device.next_join_ms - started >= part * airtime_us // 1000


def test_nobody_joins_before_it_is_time():
    scene = Scene()
    drive(scene.device.join())
    _refuses(NotReady, scene.device.join())
    assert len(scene.radio.sent) == 1
    # Deep sleep does not shorten the pause.
    _refuses(NotReady, scene.start().join())


def test_the_accept_says_how_to_go_on():
    scene = Scene().join(1)
    del scene.radio.windows[:]
    scene.send()
    ended, _, frequency, _, _ = scene.radio.sent[-1]
    assert scene.device.data_rate == 5
    (first, *one), (second, *two) = scene.radio.windows
    # RX1 one data rate slower, RX2 at DR3, after 5 and 6 s.
    assert one[:2] == [frequency, 8]
    assert two[:2] == [869525000, 9]
    assert 4900 < first - ended < 5000 and 5900 < second - ended <= 6000


def test_the_channels_of_the_accept_are_used():
    scene = Scene().join()
    picks = iter(range(1000))
    scene.device._random_below = lambda below: next(picks) % below
    scene.radio.respond = lambda phy: [scene.down()]
    frequencies = set()
    for _ in range(40):
        scene.send()
        frequencies.add(scene.radio.sent[-1][2])
    assert frequencies == set(eu868.JOIN_CHANNELS_HZ) | set(range(867100000, 868000000, 200000))


def test_a_frame_says_what_it_was_given():
    scene = Scene().join()
    receipt = scene.send(7, b"hello")
    data = scene.heard()
    assert (data.kind, data.f_port, data.payload, data.f_cnt) == (frame.UNCONFIRMED_UP, 7, b"hello", 0)
    assert data.flags == frame.ADR
    assert (receipt.f_cnt, receipt.acked, receipt.downlinks) == (0, None, [])


def test_nothing_is_sent_without_a_session():
    scene = Scene()
    _refuses(NotJoined, scene.device.send(1, b"x"))


def test_what_does_not_fit_is_refused():
    scene = Scene(data_rate=2).join()
    assert scene.device.max_payload() == 51
    _refuses(PayloadTooLong, scene.device.send(1, bytes(52)))
    assert scene.send(1, bytes(51)).f_cnt == 0


def test_the_duty_cycle_makes_one_wait():
    scene = Scene().join()
    for _ in range(2):  # one in each of the two bands of 1 %
        scene.send()
    _refuses(NotReady, scene.device.send(1, b"data"))
    started = scene.clock.now_ms
    scene.send()
    assert scene.clock.now_ms - started > 3000


def test_a_confirmed_frame_is_repeated_until_it_is_acknowledged():
    scene = Scene().join()
    scene.radio.answers = []
    answers = [[], [], [scene.down(ack=True)]]
    scene.radio.respond = lambda phy: answers.pop(0)
    receipt = scene.send(confirmed=True)
    assert receipt.acked is True
    phys = [sent[1] for sent in scene.radio.sent[-3:]]
    assert phys[0] == phys[1] == phys[2]
    assert scene.heard().kind == frame.CONFIRMED_UP


def test_a_confirmed_frame_may_stay_unanswered():
    scene = Scene().join()
    assert scene.send(confirmed=True).acked is False
    assert len(scene.radio.sent) == 1 + 3
    # The next one has the next counter.
    assert scene.send().f_cnt == 1


def test_the_last_try_is_slower_and_what_it_takes_is_learnt():
    scene = Scene().join()
    for left in (4, 3):
        answers = [[], [], [scene.down(ack=True)]]
        scene.radio.respond = lambda phy, answers=answers: answers.pop(0)
        assert scene.send(confirmed=True).acked
        # Spreading factors: 7, and 11; one data rate slower the next time, until nobody is lost any more.
        assert [sent[3] for sent in scene.radio.sent[-3:]] == [11 - left, 11 - left, 11 if left == 4 else 12]
        assert scene.radio.sent[-1][4] == 16
        assert scene.device.data_rate == left
    assert scene.start().data_rate == 3
    # Who hears nothing at all learns nothing: perhaps the network is away.
    scene.radio.respond = lambda phy: []
    assert not scene.send(confirmed=True).acked
    assert scene.device.data_rate == 3


def test_a_last_try_is_as_slow_as_the_frame_allows():
    scene = Scene().join()
    assert not scene.send(1, bytes(100), confirmed=True).acked
    assert [sent[3] for sent in scene.radio.sent[-3:]] == [7, 7, 9]


def test_without_adr_every_try_is_as_fast():
    scene = Scene(adr=False).join()
    assert not scene.send(confirmed=True).acked
    assert [sent[3] for sent in scene.radio.sent[-3:]] == [7, 7, 7]


def test_a_downlink_reaches_the_application():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [None, scene.down(port=3, payload=b"\x01\x02", more=True)]
    receipt = scene.send()
    assert receipt.downlinks == [(3, b"\x01\x02")]
    assert receipt.more
    assert scene.device.margin_db == 7


def test_a_confirmed_downlink_is_acknowledged_once():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [scene.down(port=3, payload=b"\x01", confirmed=True)]
    scene.send()
    scene.radio.respond = None
    scene.start()
    scene.send()
    assert scene.heard().flags & frame.ACK
    scene.send()
    assert not scene.heard().flags & frame.ACK


def test_a_late_a_repeated_and_a_foreign_downlink_change_nothing():
    scene = Scene().join()
    first = scene.down(port=3, payload=b"1")
    second = scene.down(port=3, payload=b"2")
    foreign = second[:1] + b"\xff" + second[2:]
    scene.radio.respond = lambda phy: [second]
    assert scene.send().downlinks == [(3, b"2")]
    for again in (first, second, foreign, b"\x60", second[:-1] + b"?"):
        scene.radio.respond = lambda phy, again=again: [again]
        assert scene.send().downlinks == []
    # Noise in the first window does not close the second.
    scene.radio.respond = lambda phy: [foreign, scene.down(port=3, payload=b"3")]
    assert scene.send().downlinks == [(3, b"3")]


def test_the_network_gives_the_time():
    scene = Scene().join()
    answer = bytes([0x0D]) + (1400000000).to_bytes(4, "little") + b"\x80"
    scene.radio.respond = lambda phy: [scene.down(answer)]
    scene.send(ask_time=True)
    assert scene.heard().f_opts == b"\x0d"
    unix_ms, at_ms = scene.device.network_time
    assert unix_ms == (1400000000 + 315964800 - 18) * 1000 + 500
    assert at_ms == scene.radio.sent[-1][0]
    # Nobody asked this time.
    scene.radio.respond = lambda phy: [scene.down(bytes([0x0D]) + bytes(5))]
    scene.send()
    assert scene.device.network_time == (unix_ms, at_ms)


def test_the_link_is_checked():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [scene.down(b"\x02\x14\x03")]
    scene.send(link_check=True)
    assert scene.heard().f_opts == b"\x02"
    assert scene.device.gateways == 3


def test_the_network_sets_data_rate_power_and_repetitions():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [scene.down(b"\x03\x33\xff\x00\x02")]
    scene.send()
    # Said twice, the frame being sent again unless somebody answers.
    scene.radio.respond = None
    scene.send()
    assert scene.heard().f_opts == b"\x03\x07"
    assert [sent[3:] for sent in scene.radio.sent[-2:]] == [(9, 10), (9, 10)]
    assert scene.radio.sent[-1][1] == scene.radio.sent[-2][1]
    # It is answered once, and holds after a power-off.
    scene.send()
    assert scene.heard().f_opts == b""
    assert scene.cut_power().data_rate == 3


def test_a_bad_request_changes_nothing():
    scene = Scene().join()
    # A mask of channels that are not there.
    scene.radio.respond = lambda phy: [scene.down(b"\x03\x50\x00\xff\x01")]
    scene.send()
    scene.radio.respond = None
    scene.send()
    assert scene.heard().f_opts == b"\x03\x06"
    assert len(scene.radio.sent) == 3


def test_requests_on_port_0_are_obeyed_too():
    scene = Scene().join()
    scene.device.battery = 200
    scene.radio.respond = lambda phy: [scene.down(port=0, payload=b"\x06")]
    assert scene.send().downlinks == []
    scene.radio.respond = None
    scene.send()
    assert scene.heard().f_opts == b"\x06\xc8\x07"


def test_some_answers_are_repeated_until_the_network_is_heard():
    scene = Scene().join()
    # RXTimingSetupReq 3 s, RXParamSetupReq offset 1, DR2, 869.525 MHz
    scene.radio.respond = lambda phy: [scene.down(b"\x08\x03\x05\x12" + (8695250).to_bytes(3, "little"))]
    scene.send()
    scene.radio.respond = None
    for _ in range(2):
        scene.start()
        del scene.radio.windows[:]
        scene.send()
        assert scene.heard().f_opts == b"\x08\x05\x07"
        assert [window[2] for window in scene.radio.windows] == [8, 10]
        assert 2900 < scene.radio.windows[0][0] - scene.radio.sent[-1][0] < 3000
    scene.radio.respond = lambda phy: [scene.down()]
    scene.send()
    scene.radio.respond = None
    scene.send()
    assert scene.heard().f_opts == b""


def test_answers_survive_deep_sleep_and_leave_room():
    scene = Scene(data_rate=0).join()
    scene.radio.respond = lambda phy: [scene.down(b"\x06" * 10)]
    scene.send()
    scene.radio.respond = None
    scene.start()
    assert scene.device.max_payload() == 51 - 15
    scene.send(1, bytes(36))
    # What one frame does not hold is left out.
    assert scene.heard().f_opts == b"\x06\xff\x07" * 5
    scene.send(1, bytes(51))
    assert scene.heard().f_opts == b""


def test_the_network_limits_the_airtime():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [scene.down(b"\x04\x0a")]  # one part in 1024
    scene.send()
    scene.radio.respond = None
    airtime_ms = airtime.time_on_air_us(17, 7, 125) // 1000
    assert scene.device.ready_at_ms(4) - scene.clock.ms() < 900 * airtime_ms
    scene.send()
    assert scene.heard().f_opts == b"\x04"
    assert scene.device.ready_at_ms(4) - scene.clock.ms() > 900 * airtime_ms
    scene.start()
    assert scene.device.ready_at_ms(4) - scene.clock.ms() > 900 * airtime_ms


def test_a_channel_is_added_and_its_answers_moved():
    scene = Scene().join(2)
    new = bytes([7, 3]) + (8671000).to_bytes(3, "little") + b"\x50"
    moved = bytes([0x0A, 3]) + (8695250).to_bytes(3, "little")
    scene.radio.respond = lambda phy: [scene.down(port=0, payload=new + moved + b"\x03\x50\x08\x00\x01")]
    scene.send()
    scene.radio.respond = None
    del scene.radio.windows[:]
    scene.send()
    assert scene.heard().f_opts == b"\x07\x03\x0a\x03\x03\x07"
    assert scene.radio.sent[-1][2] == 867100000
    assert scene.radio.windows[0][1] == 869525000


def test_silence_makes_the_device_easier_to_hear():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [scene.down(b"\x03\x51\x08\x00\x01")]  # 14 dBm, channel 3 only
    scene.send()
    scene.radio.respond = None
    asked, powers, rates = [], [], []
    for _ in range(64 + 7 * 32 + 1):
        rates.append(scene.device.data_rate)
        scene.send()
        powers.append(scene.radio.sent[-1][4])
        asked.append(bool(scene.heard().flags & frame.ADR_ACK_REQ))
    assert asked.index(True) == 64
    assert powers.index(16) == 96
    assert [rates.index(rate) for rate in (4, 3, 2, 1, 0)] == [128, 160, 192, 224, 256]
    assert scene.device._settings.plan.usable(0) == [0, 1, 2, 3]


def test_who_is_answered_by_nobody_joins_again_and_goes_on_sending_meanwhile():
    scene = Scene().join()
    for _ in range(16):
        assert not scene.device.lost
        scene.send()
    assert scene.device.lost
    scene.clock.now_ms = scene.device.next_join_ms
    assert not drive(scene.device.join())
    assert scene.send().f_cnt == 16
    scene.join(1)
    assert not scene.device.lost
    assert scene.send().f_cnt == 0
    assert scene.heard().payload == b"data"


def test_a_session_in_which_nobody_ever_answered_is_lost_soon_after_a_power_cut_too():
    scene = Scene().join()
    for _ in range(3):
        scene.send()
    scene.cut_power()
    for _ in range(16):
        assert not scene.device.lost
        scene.send()
    assert scene.device.lost


def test_a_confirmed_downlink_is_acknowledged_whatever_came_after_it():
    scene = Scene().join()
    answers = [[scene.down(port=3, payload=b"1", confirmed=True)], [scene.down(ack=True)]]
    scene.radio.respond = lambda phy: answers.pop(0)
    assert scene.send(confirmed=True).acked
    scene.radio.respond = None
    scene.send()
    assert scene.heard().flags & frame.ACK


def test_without_adr_only_the_channels_are_the_networks():
    scene = Scene(adr=False).join()
    scene.radio.respond = lambda phy: [scene.down(b"\x03\x33\x07\x00\x02")]
    scene.send()
    scene.radio.respond = None
    scene.send()
    assert scene.heard().f_opts == b"\x03\x01"
    assert scene.device.data_rate == 5
    assert scene.radio.sent[-1][4] == 16
    assert len(scene.device._settings.plan.usable(5)) == 3


def test_the_old_session_stays_if_nobody_answers_a_join():
    scene = Scene().join()
    scene.radio.respond = lambda phy: [scene.down()]
    scene.send()
    scene.radio.answers, scene.radio.respond = [], None
    scene.clock.now_ms = scene.device.next_join_ms
    assert not drive(scene.device.join())
    assert scene.device.joined
    assert scene.send().f_cnt == 1


def test_after_a_power_off_the_duty_cycle_still_holds():
    scene = Scene(data_rate=0).join()
    scene.send(1, bytes(51))
    airtime_ms = airtime.time_on_air_us(64, 12, 125) // 1000
    scene.cut_power()
    assert scene.device.ready_at_ms(1) >= 99 * airtime_ms
    assert scene.device.next_join_ms >= 99 * airtime_ms
    # As nothing was sent since, the first wait is enough.
    scene.clock.now_ms = scene.device.ready_at_ms(1)
    assert scene.send(1, b"x").f_cnt == 128


def test_deep_sleep_does_not_make_the_silence_after_a_power_off_longer():
    scene = Scene().join()
    scene.send()
    ready_ms = scene.cut_power().ready_at_ms(1)
    assert ready_ms > 0
    scene.clock.now_ms = ready_ms
    assert scene.start().ready_at_ms(1) == ready_ms


def test_the_first_start_of_all_waits_for_nothing():
    scene = Scene()
    assert scene.device.next_join_ms <= scene.clock.ms()


def test_a_radio_that_fails_costs_a_counter_and_nothing_else():
    scene = Scene().join()
    scene.radio.broken = True
    scene.clock.now_ms = scene.device.ready_at_ms(4)
    _refuses(OSError, scene.device.send(1, b"data"))
    scene.radio.broken = False
    assert scene.send().f_cnt == 1


def test_fair_use_is_an_option():
    scene = Scene(fair_use_s=1).join()
    started, sent = scene.clock.now_ms, []
    while scene.clock.now_ms - started < 3 * 86400000:
        scene.send()
        sent.append((scene.clock.now_ms, airtime.time_on_air_us(len(scene.radio.sent[-1][1]), 7, 125) // 1000))
    for at, _ in sent:
        assert 500 < sum(airtime_ms for each, airtime_ms in sent if at - 86400000 < each <= at) < 1000 or at < 86400000
    assert max(sent[i + 1][0] - sent[i][0] for i in range(len(sent) - 1)) <= 2 * 3600000
    assert scene.device.ready_at_ms(100) - scene.clock.ms() > 1800000


def test_without_adr_the_link_is_checked_now_and_then():
    scene = Scene(adr=False).join()
    scene.radio.respond = lambda phy: [scene.down()]
    scene.send()
    scene.radio.respond = None
    checks = 0
    for _ in range(100):
        scene.send()
        assert not scene.heard().flags & frame.ADR
        checks += scene.heard().f_opts == commands.said(commands.LINK_CHECK)
    assert checks == 2


def test_an_accept_is_for_one_request():
    scene = Scene().join()
    scene.radio.answers = [ACCEPTS[0]]
    scene.clock.now_ms = scene.device.next_join_ms
    assert not drive(scene.device.join())
