"""When a device may send: silences by band and by order of the network, fair use, and what a restart does to them."""

import json

from plietsch_node.lorawan import airtime, eu868
from plietsch_node.lorawan.duty import DutyCycle

H868, H867, H864, H869 = 868_100_000, 867_100_000, 864_000_000, 869_525_000
HOUR_MS = 3_600_000
SHORT_US = airtime.time_on_air_us(25, 7, 125)
LONG_US = eu868.LONGEST_FRAME_US


def test_a_device_may_send_at_once():
    assert DutyCycle(eu868).ready_at_ms(H868) == 0


def test_a_band_is_silent_after_a_frame():
    duty = DutyCycle(eu868)
    for frequency_hz, n in ((H868, 100), (H867, 100), (H864, 1000), (H869, 10)):
        off_ms = duty.off_time_ms(frequency_hz, SHORT_US)
        # At least T·(n − 1), and longer by H / (H − n·T') only.
        assert off_ms * 1000 >= SHORT_US * (n - 1)
        assert off_ms <= SHORT_US * (n - 1) / 1000 * HOUR_MS / (HOUR_MS - n * LONG_US / 1000) + 1
        duty.sent(frequency_hz, 5000, SHORT_US)
        assert duty.ready_at_ms(frequency_hz) == 5000 + off_ms
    assert duty.off_time_ms(H868, SHORT_US) < SHORT_US * 99 * 1.09 / 1000


def test_the_other_bands_are_not():
    duty = DutyCycle(eu868)
    duty.sent(H868, 5000, SHORT_US)
    assert duty.ready_at_ms(868_500_000) == duty.ready_at_ms(H868) > 5000
    assert duty.ready_at_ms(H867) == 0


def test_no_hour_holds_more_than_the_duty_cycle():
    # The worst there is: frames as early as allowed, long and short in turn, in each band of the region.
    for low_hz, high_hz, n in eu868.BANDS:
        frequency_hz = (low_hz + high_hz) // 2
        for sizes in ((LONG_US,), (SHORT_US,), (LONG_US, SHORT_US, SHORT_US), (SHORT_US, LONG_US)):
            duty = DutyCycle(eu868)
            frames, ended_ms, oldest, within_us = [], 0, 0, 0
            while ended_ms < 3 * HOUR_MS:
                airtime_us = sizes[len(frames) % len(sizes)]
                ended_ms = duty.ready_at_ms(frequency_hz) + -(-airtime_us // 1000)
                duty.sent(frequency_hz, ended_ms, airtime_us)
                frames.append((ended_ms - airtime_us / 1000, airtime_us))
                within_us += airtime_us
                while frames[oldest][0] < ended_ms - HOUR_MS:
                    within_us -= frames[oldest][1]
                    oldest += 1
                assert within_us <= HOUR_MS * 1000 // n
            assert len(frames) > 1


def test_the_network_limits_all_bands_together():
    duty = DutyCycle(eu868)
    duty.limit(10)
    duty.sent(H868, 0, SHORT_US)
    limit_ms = -(-SHORT_US * 1023 // 1000)
    assert duty.ready_at_ms(H867) == duty.ready_at_ms(H868) == limit_ms
    duty.limit(0)
    assert duty.ready_at_ms(H867) == 0
    assert duty.ready_at_ms(H868) == duty.off_time_ms(H868, SHORT_US)
    duty.sent(H867, 0, SHORT_US)
    assert duty.ready_at_ms(H869) == 0


def test_the_mildest_limit_is_half_the_time():
    duty = DutyCycle(eu868)
    duty.limit(1)
    duty.sent(H868, 1000, 100_000)
    assert duty.ready_at_ms(H867) == 1100


def test_all_bands_are_blocked():
    duty = DutyCycle(eu868)
    duty.sent(H868, 500_000, LONG_US)
    later_ms = duty.ready_at_ms(H868)
    duty.block(300_000)
    assert duty.ready_at_ms(H867) == 300_000
    assert duty.ready_at_ms(H868) == later_ms
    assert duty.silent_until_ms() == later_ms


def test_deep_sleep_changes_nothing():
    for fair_use_ms in (0, 30_000):
        duty = DutyCycle(eu868, fair_use_ms)
        duty.limit(3)
        duty.sent(H868, 5 * HOUR_MS, LONG_US)
        duty.sent(H867, 6 * HOUR_MS, SHORT_US)
        state = json.dumps(duty.state())
        again = DutyCycle(eu868, fair_use_ms)
        again.restore(json.loads(state), 6 * HOUR_MS)
        assert again.state() == duty.state()
        assert again.ready_at_ms(H868, LONG_US) == duty.ready_at_ms(H868, LONG_US)
        assert len(state) < 200


def test_a_clock_that_begins_anew_never_blocks_for_long():
    duty = DutyCycle(eu868)
    duty.sent(H868, 1000 * HOUR_MS, LONG_US)
    again = DutyCycle(eu868)
    again.restore(duty.state(), 0)
    assert again.ready_at_ms(H868) == again.off_time_ms(H868, LONG_US)
    assert again.ready_at_ms(H867) == 0


def test_fair_use_counts_a_sliding_day():
    duty = DutyCycle(eu868, 30_000)
    now_ms, sent = 0, []
    while now_ms < 80 * HOUR_MS:
        now_ms = duty.ready_at_ms(H867, LONG_US) + -(-LONG_US // 1000)
        duty.sent(H867, now_ms, LONG_US)
        sent.append(now_ms)
        assert sum(LONG_US for at_ms in sent if at_ms > now_ms - 24 * HOUR_MS) <= 30_000_000
    # And yet nearly all of it can be used: ten frames of 2.8 s a day, each day of 25 hours at worst.
    assert len(sent) >= 3 * 10


def test_fair_use_lets_short_frames_through_where_long_ones_wait():
    duty = DutyCycle(eu868, 1000)
    duty.sent(H868, 1000, 900_000)
    assert duty.ready_at_ms(H867, 100_000) == 0
    assert duty.ready_at_ms(H867, 101_000) == 25 * HOUR_MS
    # A frame beyond all measure goes when nothing else has gone.
    assert duty.ready_at_ms(H867, 2_000_000) == 25 * HOUR_MS
    # A device that hears nothing of days forgets them.
    duty.sent(H868, 100 * HOUR_MS, 900_000)
    assert duty.ready_at_ms(H867, 100_000) <= 100 * HOUR_MS
    assert duty.ready_at_ms(H867, 101_000) == 125 * HOUR_MS


def test_fair_use_survives_a_clock_that_begins_anew():
    duty = DutyCycle(eu868, 1000)
    duty.sent(H868, 70 * HOUR_MS, 600_000)
    duty.sent(H868, 72 * HOUR_MS, 300_000)
    again = DutyCycle(eu868, 1000)
    again.restore(duty.state(), 0)
    again.limit(0)
    assert again.ready_at_ms(H867, 100_000) == 0
    # The newest counts as of this hour, the older as of two hours before.
    assert again.ready_at_ms(H867, 200_000) == 23 * HOUR_MS
    assert again.ready_at_ms(H867, 800_000) == 25 * HOUR_MS


def test_fair_use_may_be_switched_on_later():
    duty = DutyCycle(eu868, 1000)
    duty.restore(DutyCycle(eu868).state(), 0)
    assert duty.ready_at_ms(H868, 500_000) == 0
    duty.sent(H868, 0, 900_000)
    off = DutyCycle(eu868)
    off.restore(duty.state(), 0)
    assert off.ready_at_ms(H867, 500_000) == 0


def test_fair_use_is_spread_so_that_a_surge_is_told_to_its_end():
    for airtime_ms, longest_ms in ((67, HOUR_MS), (200, HOUR_MS), (1100, HOUR_MS), (2300, 2 * HOUR_MS)):
        duty = DutyCycle(eu868, 30_000)
        sent, now = [], 1000 * HOUR_MS
        while now < 1030 * HOUR_MS:
            airtime_us = airtime_ms * 1000
            if max(duty.ready_at_ms(eu868.RX2_HZ, airtime_us), duty.paced_at_ms(airtime_us)) <= now:
                sent.append(now)
                duty.sent(eu868.RX2_HZ, now, airtime_us)
            now += 20_000
        gaps = [sent[i + 1] - sent[i] for i in range(len(sent) - 1)]
        assert max(gaps) <= longest_ms + 20_000
        first_day = [at for at in sent if at < 1024 * HOUR_MS]
        assert 20_000 <= len(first_day) * airtime_ms <= 30_000
    assert DutyCycle(eu868).paced_at_ms(2_000_000) == 0
