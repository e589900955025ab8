"""The channels of a device, and what commands of the network may make of them."""

import json

from plietsch_node.lorawan import eu868
from plietsch_node.lorawan.channels import ChannelPlan

LIST_HZ = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)


def _plan():
    plan = ChannelPlan(eu868)
    plan.apply_cf_list(LIST_HZ)
    return plan


def _adr(mask=0x00FF, data_rate=5, power=0, control=0, transmissions=1):
    return data_rate, power, mask, control, transmissions


def test_at_first_there_are_the_default_channels():
    plan = ChannelPlan(eu868)
    for data_rate in range(6):
        assert plan.usable(data_rate) == [0, 1, 2]
    assert [plan.frequency_hz(i) for i in range(3)] == [868_100_000, 868_300_000, 868_500_000]
    assert plan.usable(6) == []


def test_the_list_of_a_join_accept_follows_them():
    plan = _plan()
    assert plan.usable(0) == plan.usable(5) == list(range(8))
    assert tuple(plan.frequency_hz(i) for i in range(3, 8)) == LIST_HZ
    assert [plan.rx1_frequency_hz(i) for i in range(8)] == [plan.frequency_hz(i) for i in range(8)]


def test_a_list_leaves_out_what_is_0_or_forbidden():
    plan = _plan()
    plan.apply_cf_list((0, 867_300_000, 433_175_000, 869_300_000, 867_900_000))
    assert plan.usable(5) == [0, 1, 2, 4, 7]
    plan.apply_cf_list(())
    assert plan.usable(5) == [0, 1, 2]


def test_a_channel_is_created_changed_and_removed():
    plan = _plan()
    assert plan.new_channel(8, 868_300_000, 6, 6) == (True, True)
    assert plan.usable(6) == [8]
    assert plan.new_channel(15, 864_100_000, 0, 2) == (True, True)
    assert plan.usable(2) == list(range(8)) + [15]
    assert plan.usable(3) == list(range(8))
    assert plan.new_channel(3, 865_100_000, 0, 5) == (True, True)
    assert plan.frequency_hz(3) == plan.rx1_frequency_hz(3) == 865_100_000
    # Data rates do not matter for a removal, and a second one harms nobody.
    for _ in range(2):
        assert plan.new_channel(3, 0, 9, 0) == (True, True)
        assert plan.usable(0) == [0, 1, 2, 4, 5, 6, 7, 15]


def test_a_channel_that_is_not_allowed_is_refused():
    plan = _plan()
    before = plan.state()
    for index in (0, 1, 2, 16, 255):
        assert plan.new_channel(index, 867_100_000, 0, 5) == (False, False)
        assert plan.new_channel(index, 0, 0, 5) == (False, False)
    assert plan.new_channel(3, 869_300_000, 0, 5) == (False, True)
    assert plan.new_channel(3, 867_100_000, 0, 7) == (True, False)
    assert plan.new_channel(3, 867_100_000, 3, 2) == (True, False)
    assert plan.new_channel(3, 100, 6, 15) == (False, False)
    assert plan.state() == before


def test_the_answer_to_a_channel_moves():
    plan = _plan()
    assert plan.dl_channel(0, 869_525_000) == (True, True)
    assert plan.dl_channel(3, 869_525_000) == (True, True)
    assert (plan.frequency_hz(3), plan.rx1_frequency_hz(3)) == (867_100_000, 869_525_000)
    assert plan.rx1_frequency_hz(0) == 869_525_000
    # A channel that is defined anew answers where it sends.
    plan.new_channel(3, 867_100_000, 0, 5)
    assert plan.rx1_frequency_hz(3) == 867_100_000


def test_the_answer_to_no_channel_does_not_move():
    plan = _plan()
    before = plan.state()
    assert plan.dl_channel(8, 869_525_000) == (True, False)
    assert plan.dl_channel(255, 869_525_000) == (True, False)
    assert plan.dl_channel(3, 0) == (False, True)
    assert plan.dl_channel(16, 433_000_000) == (False, False)
    assert plan.state() == before


def test_channels_are_switched():
    plan = _plan()
    assert plan.link_adr([_adr(0x0005, 3, 2, 0, 2)], 5, 0) == (True, True, True, (3, 2, 2))
    assert plan.usable(3) == [0, 2]
    assert plan.link_adr([_adr(0, 3, control=6)], 5, 0)[:3] == (True, True, True)
    assert plan.usable(3) == list(range(8))


def test_a_field_may_keep_what_is():
    plan = _plan()
    assert plan.link_adr([_adr(data_rate=15, power=15, transmissions=0)], 4, 3) == (True, True, True, (4, 3, 1))
    assert plan.link_adr([_adr(data_rate=15, power=0)], 4, 3) == (True, True, True, (4, 0, 1))


def test_what_cannot_be_changes_nothing():
    for request, answers in (
        (_adr(0), (False, True, True)),  # everything off
        (_adr(0x0100), (False, True, True)),  # a channel that is not there
        (_adr(0xFFFF), (False, True, True)),
        (_adr(control=1), (False, True, True)),
        (_adr(control=5), (False, True, True)),
        (_adr(control=7), (False, True, True)),
        (_adr(data_rate=6), (True, False, True)),  # known, but no channel allows it
        (_adr(data_rate=7), (True, False, True)),
        (_adr(data_rate=14), (True, False, True)),
        (_adr(power=8), (True, True, False)),
        (_adr(power=14), (True, True, False)),
        (_adr(0, 9, 9), (False, False, False)),
    ):
        plan = _plan()
        before = plan.state()
        assert plan.link_adr([request], 5, 0) == answers + (None,), request
        assert plan.state() == before


def test_a_data_rate_needs_a_channel_that_is_on():
    plan = _plan()
    plan.new_channel(8, 868_300_000, 6, 6)
    assert plan.link_adr([_adr(0x00FF, 6)], 5, 0)[:3] == (True, False, True)
    assert plan.link_adr([_adr(0x0100, 5)], 5, 0)[:3] == (True, False, True)
    # The data rate that is kept must fit the mask, too.
    assert plan.link_adr([_adr(0x0100, 15)], 5, 0)[:3] == (True, False, True)
    assert plan.link_adr([_adr(0x0100, 6)], 5, 0) == (True, True, True, (6, 0, 1))
    assert plan.usable(6) == [8]


def test_a_block_is_one_command():
    plan = _plan()
    # Only the last mask, data rate, power and number count; what comes before may be nonsense.
    block = [_adr(0, 13, 13, 0, 9), _adr(0x0100), _adr(0x0003, 2, 1, 0, 3)]
    assert plan.link_adr(block, 5, 0) == (True, True, True, (2, 1, 3))
    assert plan.usable(2) == [0, 1]
    # But a ChMaskCntl that nobody knows spoils all of it, and so does the last mask.
    before = plan.state()
    assert plan.link_adr([_adr(control=3), _adr()], 5, 0) == (False, True, True, None)
    assert plan.link_adr([_adr(0x0007), _adr(0)], 5, 0) == (False, True, True, None)
    assert plan.link_adr([_adr(0x0007), _adr(0x0007, 8)], 5, 0) == (True, False, True, None)
    assert plan.state() == before


def test_no_command_leaves_the_device_without_a_channel():
    plan = _plan()
    plan.link_adr([_adr(0x0008)], 5, 0)
    assert plan.usable(5) == [3]
    plan.new_channel(3, 0, 0, 0)
    assert plan.usable(5) == [0, 1, 2]
    plan = _plan()
    plan.link_adr([_adr(0x0008)], 5, 0)
    plan.new_channel(3, 867_100_000, 0, 3)
    assert plan.usable(5) == [0, 1, 2]
    assert plan.usable(3) == [3]


def test_back_to_what_is_certain():
    plan = _plan()
    plan.link_adr([_adr(0x0008)], 5, 0)
    plan.enable_defaults()
    assert plan.usable(5) == [0, 1, 2, 3]
    plan.reset()
    assert plan.usable(5) == [0, 1, 2]


def test_the_state_comes_back_from_json():
    plan = _plan()
    plan.new_channel(15, 864_100_000, 1, 6)
    plan.dl_channel(1, 869_525_000)
    plan.dl_channel(15, 869_525_000)
    plan.link_adr([_adr(0x8012)], 5, 0)
    text = json.dumps(plan.state())
    again = ChannelPlan(eu868)
    again.restore(json.loads(text))
    assert again.state() == plan.state()
    assert again.usable(6) == [15] and again.usable(5) == [1, 4, 15]
    for index in range(16):
        assert again.frequency_hz(index) == plan.frequency_hz(index)
        assert again.rx1_frequency_hz(index) == plan.rx1_frequency_hz(index)
    # It shares RTC memory with much else.
    assert len(json.dumps(_plan().state())) < 120


def test_the_smallest_state_is_the_mask():
    plan = ChannelPlan(eu868)
    assert plan.state() == [7]
    plan = _plan()
    plan.restore([7])
    assert plan.usable(5) == [0, 1, 2]
