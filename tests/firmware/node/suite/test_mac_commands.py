"""MAC commands byte by byte, after TS001-1.0.4, section 5."""

from binascii import unhexlify

from plietsch_node.lorawan import commands
from plietsch_node.lorawan.commands import (
    DEV_STATUS,
    DEVICE_TIME,
    DL_CHANNEL,
    DUTY_CYCLE,
    LINK_ADR,
    LINK_CHECK,
    NEW_CHANNEL,
    RX_PARAM_SETUP,
    RX_TIMING_SETUP,
)

# Each command of the network, and what it says. Frequencies are in steps of 100 Hz: 869 525 000 Hz is 0x84ADD2.
DOWN = (
    ("021403", (LINK_CHECK, 20, 3)),
    ("0352ff0001", (LINK_ADR, 5, 2, 0x00FF, 0, 1)),
    ("03ff0780ef", (LINK_ADR, 15, 15, 0x8007, 6, 15)),
    ("030000017f", (LINK_ADR, 0, 0, 0x0100, 7, 15)),
    ("040f", (DUTY_CYCLE, 15)),
    ("04f1", (DUTY_CYCLE, 1)),
    ("0523d2ad84", (RX_PARAM_SETUP, 2, 3, 869_525_000)),
    ("05d3d2ad84", (RX_PARAM_SETUP, 5, 3, 869_525_000)),
    ("06", (DEV_STATUS,)),
    ("0703184f8450", (NEW_CHANNEL, 3, 867_100_000, 0, 5)),
    ("071000000066", (NEW_CHANNEL, 16, 0, 6, 6)),
    ("0805", (RX_TIMING_SETUP, 5)),
    ("0800", (RX_TIMING_SETUP, 1)),
    ("08ff", (RX_TIMING_SETUP, 15)),
    ("0a04d2ad84", (DL_CHANNEL, 4, 869_525_000)),
    ("0d00f1537180", (DEVICE_TIME, 0x7153F100, 0x80)),
)


def test_each_command_of_the_network():
    for text, command in DOWN:
        assert commands.parse(unhexlify(text)) == [command], text


def test_commands_in_a_row():
    together = b"".join(unhexlify(text) for text, _ in DOWN)
    assert commands.parse(together) == [command for _, command in DOWN]
    assert commands.parse(b"") == []


def test_what_is_cut_short_is_left_out():
    for text, command in DOWN:
        data = b"\x06" + unhexlify(text)
        for end in range(2, len(data)):
            assert commands.parse(data[:end]) == [(DEV_STATUS,)]
        assert commands.parse(data) == [(DEV_STATUS,), command]


def test_nothing_is_read_behind_an_unknown_command():
    for unknown in (0x00, 0x01, 0x0B, 0x0C, 0x0E, 0x0F, 0x10, 0x80, 0xFF):
        assert commands.parse(bytes([6, unknown, 6, 6, 6, 6, 6])) == [(DEV_STATUS,)]


def test_what_only_other_regions_have_is_passed_over():
    # TxParamSetupReq: a byte, no answer.
    assert commands.parse(unhexlify("09350406")) == [(DUTY_CYCLE, 6)]
    assert commands.parse(unhexlify("0609")) == [(DEV_STATUS,)]


def test_each_answer_of_the_device():
    assert commands.said(LINK_ADR, True, False, False) == b"\x03\x01"
    assert commands.said(LINK_ADR, False, True, False) == b"\x03\x02"
    assert commands.said(LINK_ADR, False, False, True) == b"\x03\x04"
    assert commands.said(LINK_ADR, True, True, True) == b"\x03\x07"
    assert commands.said(DUTY_CYCLE) == b"\x04"
    assert commands.said(RX_PARAM_SETUP, False, False, True) == b"\x05\x04"
    assert commands.said(RX_PARAM_SETUP, False, True, False) == b"\x05\x02"
    assert commands.said(RX_PARAM_SETUP, True, False, False) == b"\x05\x01"
    assert commands.said(NEW_CHANNEL, False, True) == b"\x07\x02"
    assert commands.said(NEW_CHANNEL, True, False) == b"\x07\x01"
    assert commands.said(RX_TIMING_SETUP) == b"\x08"
    assert commands.said(DL_CHANNEL, False, True) == b"\x0a\x02"
    assert commands.said(DL_CHANNEL, True, False) == b"\x0a\x01"


def test_the_status_holds_six_bits_of_margin():
    assert commands.dev_status_ans(255, 7) == b"\x06\xff\x07"
    assert commands.dev_status_ans(0, -1) == b"\x06\x00\x3f"
    assert commands.dev_status_ans(1, -32) == b"\x06\x01\x20"
    assert commands.dev_status_ans(254, 99) == b"\x06\xfe\x1f"
    assert commands.dev_status_ans(254, -99.5) == b"\x06\xfe\x20"


def test_each_request_of_the_device():
    assert commands.said(LINK_CHECK) == b"\x02"
    assert commands.said(DEVICE_TIME) == b"\x0d"


def test_only_whole_answers_fit():
    answers = (
        commands.said(LINK_ADR, True, True, True)
        + commands.said(DUTY_CYCLE)
        + commands.said(RX_PARAM_SETUP, True, True, True)
        + commands.dev_status_ans(1, 1)
        + commands.said(NEW_CHANNEL, True, True)
        + commands.said(RX_TIMING_SETUP)
        + commands.said(DL_CHANNEL, True, True)
        + commands.said(LINK_CHECK)
        + commands.said(DEVICE_TIME)
    )
    ends = {len(commands.fitting(answers, room)) for room in range(len(answers) + 2)}
    assert ends == {0, 2, 3, 5, 8, 10, 11, 13, 14, 15}
    assert commands.fitting(answers, 9) == answers[:8]
    assert commands.fitting(b"", 15) == b""
