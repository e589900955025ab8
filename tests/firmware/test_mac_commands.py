"""MAC commands: their bytes, and what they change on the network's side; a change holds once the device agreed."""

import dataclasses

import pytest
from firmware.lorawan import OTHER, SF7, SILENT, Network, joined
from hypothesis import given
from hypothesis import strategies as st

from plietsch.firmware import identity
from plietsch.firmware.network import mac_commands as mac
from plietsch.firmware.network import server
from plietsch.firmware.network.gateways import Radio
from plietsch_node.lorawan import frame

DEV_EUI = identity.dev_eui("somewhere")


@pytest.mark.parametrize(
    ("data", "commands"),
    [
        ("02", [mac.LinkCheckReq()]),
        ("0307", [mac.LinkAdrAns(True, True, True)]),
        ("0301", [mac.LinkAdrAns(True, False, False)]),
        ("04", [mac.DutyCycleAns()]),
        ("0504", [mac.RxParamSetupAns(True, False, False)]),
        ("0503", [mac.RxParamSetupAns(False, True, True)]),
        ("06fe1f", [mac.DevStatusAns(254, 31)]),
        ("06ff20", [mac.DevStatusAns(255, -32)]),
        ("06003f", [mac.DevStatusAns(0, -1)]),
        ("0702", [mac.NewChannelAns(True, False)]),
        ("08", [mac.RxTimingSetupAns()]),
        ("0a01", [mac.DlChannelAns(False, True)]),
        ("0d", [mac.DeviceTimeReq()]),
        ("020d0307", [mac.LinkCheckReq(), mac.DeviceTimeReq(), mac.LinkAdrAns(True, True, True)]),
        ("0280ff02", [mac.LinkCheckReq()]),
        ("0206fe", [mac.LinkCheckReq()]),
        ("", []),
    ],
)
def test_a_devices_commands_are_read_up_to_one_that_nobody_knows(data: str, commands: list[mac.UpCommand]):
    assert mac.parse(bytes.fromhex(data)) == commands


@given(st.binary(max_size=242))
def test_no_bytes_are_too_much(data: bytes):
    mac.parse(data)


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (mac.LinkCheckAns(12, 3), "020c03"),
        (mac.LinkAdrReq(5, 2, 0x00FF, 0, 1), "0352ff0001"),
        (mac.LinkAdrReq(0, 7, 0xFF00, 6, 15), "030700ff6f"),
        (mac.DutyCycleReq(7), "0407"),
        (mac.RxParamSetupReq(2, 3, 869_525_000), "0523d2ad84"),
        (mac.DevStatusReq(), "06"),
        (mac.NewChannelReq(3, 867_100_000), "0703184f8450"),
        (mac.NewChannelReq(4, 0, 3, 4), "070400000043"),
        (mac.RxTimingSetupReq(15), "080f"),
        (mac.DlChannelReq(2, 869_525_000), "0a02d2ad84"),
        (mac.DeviceTimeAns(0x01020304, 0x80), "0d0403020180"),
    ],
)
def test_the_networks_commands_are_written(command: mac.DownCommand, data: str):
    assert command.encode().hex() == data


def tell(
    network: Network, commands: str = "", radio: Radio = SF7, flags: int = 0, snr_db: float = 5.0
) -> frame.Data | None:
    return network.exchange(network.device.uplink(commands=bytes.fromhex(commands), flags=flags), radio, snr_db)


def test_a_link_check_is_answered_with_the_best_margin():
    network = joined()
    phy = network.device.uplink(commands=b"\x02")
    network.hear(phy, snr_db=-3.0)
    network.hear(phy, OTHER, snr_db=5.2)
    (downlink,) = network.settle()
    assert downlink.gateway_id == OTHER.gateway_id
    assert network.device.read(downlink.phy_payload).f_opts == bytes([2, 12, 2])


def test_it_is_answered_on_port_0_as_well():
    network = joined()
    keys = network.device.keys
    data = frame.Data(frame.UNCONFIRMED_UP, network.device.accept.dev_addr, 0, 0, b"", 0, b"\x02")
    answer = network.exchange(frame.encode_data(*keys, data))
    assert answer is not None
    assert answer.f_opts == bytes([2, 12, 1])
    assert [(event["fPort"], event["data"]) for event in network.events("up")] == [(0, "")]


def test_the_time_is_that_of_the_uplinks_end():
    network = joined()
    network.time_s = 1_700_000_000.75
    answer = tell(network, "0d")
    assert answer is not None
    assert answer.f_opts == bytes([0x0D]) + (1_700_000_000 - 315_964_800 + 18).to_bytes(4, "little") + bytes([192])


def test_a_devices_status_is_asked_for_now_and_then():
    network = joined(server.Settings(adr=False, status_every_s=600))
    answers = [tell(network, commands) for commands in ["", "06fe3f", *[""] * 8, "", "", "06ff05", "0600"]]
    asked = [number for number, answer in enumerate(answers) if answer is not None]
    assert asked == [0, 10]
    assert all(answers[number].f_opts == b"\x06" for number in asked)
    first, second = network.events("status")
    assert (first["batteryLevel"], first["margin"]) == (100.0, -1)
    assert not first["externalPowerSource"]
    assert not first["batteryLevelUnavailable"]
    assert (second["batteryLevel"], second["batteryLevelUnavailable"], second["margin"]) == (0.0, True, 5)
    assert first["deduplicationId"] == network.events("up")[1]["deduplicationId"]


def test_receive_windows_move_when_the_device_has_agreed():
    network = joined()
    network.server.settings = dataclasses.replace(
        SILENT, rx1_delay_s=3, rx1_offset=1, rx2_data_rate=3, rx2_frequency_hz=869_475_000
    )
    answer = tell(network)
    assert answer is not None
    assert answer.f_opts.hex() == "0513deab840803"
    before = network.send(network.device.uplink(confirmed=True))
    assert before is not None
    assert (before.at_s - network.time_s + 60, before.radio.spreading_factor) == (1, 7)
    network.server.sent(before)
    network.device.read(before.phy_payload)
    after = network.send(network.device.uplink(commands=bytes.fromhex("050708")))
    # Nothing is left to ask, but the device repeats its answers until it hears something.
    assert after is not None
    assert (after.at_s - network.time_s + 60, after.radio.spreading_factor) == (3, 8)
    assert network.device.read(after.phy_payload).f_opts == b""
    assert tell(network) is None
    session = network.session
    assert (session.rx1_delay_s, session.rx1_offset, session.rx2_data_rate) == (3, 1, 3)
    assert session.rx2_frequency_hz == 869_475_000


@pytest.mark.parametrize("answer", ["0503", "0505", "0506", "0500"])
def test_windows_stay_if_the_device_refuses_any_of_it(answer: str):
    network = joined()
    network.server.settings = dataclasses.replace(SILENT, rx1_offset=6, rx2_data_rate=3)
    for commands in ("", answer, answer):
        assert tell(network, commands)
    assert (network.session.rx1_offset, network.session.rx2_data_rate) == (0, 0)
    # Twice is enough: it is answered, as it waits for that, but not asked again.
    third = tell(network, answer)
    assert third is not None
    assert third.f_opts == b""


def test_an_answer_that_nobody_waits_for_changes_nothing():
    network = joined()
    session = network.session
    before = dataclasses.asdict(session)["channels"]
    assert tell(network, "0307" + "04" + "0703") is None
    assert (session.channels, session.setting.power, session.max_duty_exponent) == (before, 0, 0)


def test_channels_come_three_at_a_time():
    more_hz = (868_800_000, 868_850_000, 868_900_000, 868_950_000)
    network = joined()
    network.server.settings = dataclasses.replace(SILENT, extra_channels_hz=(*SILENT.extra_channels_hz, *more_hz))
    first = tell(network)
    assert first is not None
    assert (first.f_port, [first.payload[at] for at in (1, 7, 13)]) == (0, [8, 9, 10])
    assert len(first.payload) == 18
    # It may use them as soon as it says so.
    second = tell(network, "070307000703", Radio(868_800_000, 7))
    assert second is not None
    assert [network.session.channels.get(number) for number in (8, 9, 10)] == [868_800_000, None, 868_900_000]
    assert (len(second.f_opts), second.f_opts[1], second.f_opts[7]) == (12, 9, 11)
    assert tell(network, "07030703") is None
    assert network.session.channels == network.server.settings.channels


def test_a_channel_that_is_refused_twice_is_given_up():
    network = joined(dataclasses.replace(SILENT, adr=True, extra_channels_hz=(*SILENT.extra_channels_hz, 868_800_000)))
    answers = [tell(network, commands, flags=frame.ADR, snr_db=13.0) for commands in ("", "0701", "0702", "0702")]
    assert [answer and answer.f_opts[:1].hex() for answer in answers] == ["07", "07", "03", "03"]


def test_what_got_no_answer_is_asked_again_though_it_is_no_longer_wanted():
    network = joined(dataclasses.replace(SILENT, max_duty_exponent=4))
    assert tell(network)
    network.server.settings = SILENT
    answer = tell(network)
    assert answer is not None
    assert answer.f_opts.hex() == "0400"
    assert tell(network, "04") is None


def test_a_channel_can_be_taken_back():
    network = joined()
    network.server.settings = dataclasses.replace(SILENT, extra_channels_hz=SILENT.extra_channels_hz[:4])
    answer = tell(network)
    assert answer is not None
    assert answer.f_opts.hex() == "070700000050"
    assert tell(network, "0703") is None
    assert network.session.channels == network.server.settings.channels
    assert network.session.enabled == set(range(7))


def test_a_channel_can_be_answered_elsewhere():
    network = joined()
    network.server.settings = dataclasses.replace(SILENT, downlink_hz={0: 869_525_000})
    answer = tell(network)
    assert answer is not None
    assert answer.f_opts.hex() == "0a00d2ad84"
    downlink = network.send(network.device.uplink(commands=bytes.fromhex("0a03")))
    assert downlink is not None
    assert (downlink.radio.frequency_hz, downlink.radio.spreading_factor) == (869_525_000, 7)


def test_a_duty_cycle_is_asked_for():
    network = joined()
    network.server.settings = dataclasses.replace(SILENT, max_duty_exponent=4)
    answer = tell(network)
    assert answer is not None
    assert answer.f_opts.hex() == "0404"
    assert network.session.max_duty_exponent == 0
    assert tell(network, "04") is None
    assert network.session.max_duty_exponent == 4


def test_a_test_can_send_what_it_wants():
    network = joined()
    network.server.request(DEV_EUI, mac.LinkAdrReq(15, 15, 0x0007), mac.LinkAdrReq(3, 1, 0x00FF))
    network.server.request(DEV_EUI, mac.DevStatusReq())
    answer = tell(network)
    assert answer is not None
    assert answer.f_opts == bytes.fromhex("03ff070001" + "0331ff0001" + "06")
    assert tell(network, "03070307") is None
    assert (network.session.setting.data_rate, network.session.setting.power) == (3, 1)
    assert tell(network) is None


def test_blocks_are_kept_whole_and_wait_where_they_do_not_fit():
    network = joined()
    for index in range(8, 16):
        network.server.request(DEV_EUI, *[mac.NewChannelReq(index, 867_100_000)] * 2)
    first = tell(network, radio=Radio(868_100_000, 12))
    assert first is not None
    # Four would fit, but not their answers into the options of one frame.
    assert (first.f_port, len(first.payload)) == (0, 36)
    second = tell(network, radio=Radio(868_100_000, 12))
    assert second is not None
    assert (second.f_port, len(second.payload), second.payload[1]) == (0, 36, 11)
