"""Time on air, against a table made elsewhere: application bytes, then whole milliseconds at SF7 to SF12, 125 kHz."""

from plietsch_node.lorawan import airtime, eu868

LORAWAN_BYTES = 13
TABLE_MS = (
    (12, (62, 113, 206, 412, 823, 1483)),
    (20, (72, 134, 247, 453, 987, 1810)),
    (28, (87, 154, 288, 535, 1151, 2138)),
    (51, (118, 216, 390, 698, 1561, 2794)),
)


def _ms(application_bytes, spreading_factor, bandwidth_khz=125):
    us = airtime.time_on_air_us(application_bytes + LORAWAN_BYTES, spreading_factor, bandwidth_khz)
    return (us + 500) // 1000


def test_the_table():
    for application_bytes, row in TABLE_MS:
        for index, expected_ms in enumerate(row):
            us = airtime.time_on_air_us(application_bytes + LORAWAN_BYTES, 7 + index, 125)
            # All are rounded to the nearest but one, which was rounded up: 2793.472 ms.
            assert -500 <= us - 1000 * expected_ms < 500 or (us, expected_ms) == (2_793_472, 2794)


def test_a_step_of_sf12_holds_several_sizes():
    assert [_ms(size, 12) for size in (8, 9, 10, 12)] == [1483] * 4
    assert _ms(23, 12) == 1974


def test_exact_microseconds():
    # 12.25 symbols of preamble, 8 and 4 · 5 of payload: 40.25 of 1024 µs. A byte more takes five symbols more.
    assert airtime.time_on_air_us(12, 7, 125) == 41_216
    assert airtime.time_on_air_us(13, 7, 125) == 41_216 + 5 * 1024
    # Without any payload there are still the eight symbols of the header.
    assert airtime.time_on_air_us(0, 12, 125) == 20_250 * 32_768 // 1000


def test_twice_the_bandwidth_is_half_the_time():
    assert airtime.symbol_us(7, 250) * 2 == airtime.symbol_us(7, 125) == 1024
    assert airtime.time_on_air_us(64, 7, 250) * 2 == airtime.time_on_air_us(64, 7, 125)


def test_low_data_rate_optimisation_belongs_to_the_longest_symbols():
    # SF12 at 250 kHz has symbols of 16.384 ms and needs it, SF11 at 250 kHz does not.
    slow, fast = airtime.time_on_air_us(64, 12, 250), airtime.time_on_air_us(64, 11, 250)
    assert slow == airtime.time_on_air_us(64, 12, 125) // 2
    assert fast < airtime.time_on_air_us(64, 11, 125) // 2


def test_no_frame_is_longer_than_the_region_says():
    longest_us = 0
    for (spreading_factor, bandwidth_khz), size in zip(eu868.DATA_RATES, eu868.MAX_PAYLOAD):  # noqa: B905 unknown to MicroPython
        longest_us = max(longest_us, airtime.time_on_air_us(size + LORAWAN_BYTES, spreading_factor, bandwidth_khz))
    assert longest_us == eu868.LONGEST_FRAME_US


def test_bands_hold_whole_channels():
    assert [eu868.band(hz) for hz in eu868.JOIN_CHANNELS_HZ] == [2, 2, 2]
    assert [eu868.band(hz) for hz in (867_100_000, 867_900_000, 864_000_000)] == [1, 1, 0]
    assert eu868.BANDS[eu868.band(eu868.RX2_HZ)][2] == 10
    for outside_hz in (0, 433_175_000, 862_900_000, 863_000_000, 868_000_000, 868_650_000, 869_300_000, 870_000_000):
        assert eu868.band(outside_hz) is None


def test_the_first_window_is_slower_by_the_offset():
    assert [eu868.rx1_data_rate(5, offset) for offset in range(6)] == [5, 4, 3, 2, 1, 0]
    assert [eu868.rx1_data_rate(1, offset) for offset in range(6)] == [1, 0, 0, 0, 0, 0]
