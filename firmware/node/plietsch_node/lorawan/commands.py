"""MAC commands: the network's to values, the device's to bytes. What to do about them is not decided here.

Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), section 5.
"""

import struct
from collections import namedtuple

_LINK_CHECK, _LINK_ADR, _DUTY_CYCLE, _RX_PARAM_SETUP, _DEV_STATUS, _NEW_CHANNEL, _RX_TIMING_SETUP = range(2, 9)
_DL_CHANNEL, _DEVICE_TIME = 0x0A, 0x0D
# Bytes after the identifier of each command of the network, from 2 on; None where there is no such command.
# 09 is TxParamSetupReq, which a device in EU868 passes over without an answer (RP002-1.0.4, section 2.4.2).
_FIRST = _LINK_CHECK
_SIZES = (2, 4, 1, 4, 0, 5, 1, 1, 4, None, None, 5)
# Bytes of each command of the device, with its identifier.
_SIZES_UP = (1, 2, 1, 2, 3, 2, 1, None, 2, None, None, 1)
_MARGIN_MIN_DB, _MARGIN_MAX_DB = -32, 31  # six bits

LinkCheckAns = namedtuple("LinkCheckAns", ("margin_db", "gateways"))
LinkAdrReq = namedtuple("LinkAdrReq", ("data_rate", "power", "mask", "mask_control", "transmissions"))
DutyCycleReq = namedtuple("DutyCycleReq", ("max_exponent",))
RxParamSetupReq = namedtuple("RxParamSetupReq", ("rx1_offset", "rx2_data_rate", "frequency_hz"))
DevStatusReq = namedtuple("DevStatusReq", ())
NewChannelReq = namedtuple("NewChannelReq", ("index", "frequency_hz", "min_data_rate", "max_data_rate"))
RxTimingSetupReq = namedtuple("RxTimingSetupReq", ("delay_s",))
DlChannelReq = namedtuple("DlChannelReq", ("index", "frequency_hz"))
DeviceTimeAns = namedtuple("DeviceTimeAns", ("gps_s", "fraction_256"))


def parse(data):
    """Return the network's commands in `data`, in their order, as the namedtuples above.

    An unknown command or one cut short ends the list: nobody can tell where the next one begins.
    """
    found = []
    at = 0
    while at < len(data):
        identifier = data[at]
        size = _SIZES[identifier - _FIRST] if _FIRST <= identifier < _FIRST + len(_SIZES) else None
        at += 1
        if size is None or at + size > len(data):
            break
        command = _command(identifier, data[at : at + size])
        if command is not None:
            found.append(command)
        at += size
    return found


def fitting(commands, room):
    """Return as many whole commands of the device, from the first of `commands` on, as fit `room` bytes."""
    end = 0
    while end < len(commands) and end + _SIZES_UP[commands[end] - _FIRST] <= room:
        end += _SIZES_UP[commands[end] - _FIRST]
    return commands[:end]


def _command(identifier, body):
    if identifier == _LINK_CHECK:
        return LinkCheckAns(body[0], body[1])
    if identifier == _LINK_ADR:
        rate_power, mask, redundancy = struct.unpack("<BHB", body)
        return LinkAdrReq(rate_power >> 4, rate_power & 15, mask, redundancy >> 4 & 7, redundancy & 15)
    if identifier == _DUTY_CYCLE:
        return DutyCycleReq(body[0] & 15)
    if identifier == _DEV_STATUS:
        return DevStatusReq()
    if identifier == _RX_TIMING_SETUP:
        return RxTimingSetupReq(max(1, body[0] & 15))  # 0 means 1 s, too
    if identifier == _DEVICE_TIME:
        return DeviceTimeAns(*struct.unpack("<IB", body))
    return _with_frequency(identifier, body)


def _with_frequency(identifier, body):
    if identifier == _RX_PARAM_SETUP:
        return RxParamSetupReq(body[0] >> 4 & 7, body[0] & 15, _hz(body))
    if identifier == _NEW_CHANNEL:
        return NewChannelReq(body[0], _hz(body), body[4] & 15, body[4] >> 4)
    if identifier == _DL_CHANNEL:
        return DlChannelReq(body[0], _hz(body))
    return None


def _hz(body):
    return 100 * int.from_bytes(body[1:4], "little")


def link_check_req():
    """Return a LinkCheckReq."""
    return b"\x02"


def link_adr_ans(mask_ok, rate_ok, power_ok):
    """Return a LinkADRAns."""
    return _status(_LINK_ADR, mask_ok, rate_ok, power_ok)


def duty_cycle_ans():
    """Return a DutyCycleAns."""
    return b"\x04"


def rx_param_setup_ans(offset_ok, rate_ok, frequency_ok):
    """Return an RXParamSetupAns."""
    return _status(_RX_PARAM_SETUP, frequency_ok, rate_ok, offset_ok)


def dev_status_ans(battery, margin_db):
    """Return a DevStatusAns: battery 0 (mains), 1 to 254 (empty to full), 255 (unknown); SNR of the request in dB."""
    margin = max(_MARGIN_MIN_DB, min(_MARGIN_MAX_DB, int(margin_db)))
    return bytes([_DEV_STATUS, battery, margin & 0x3F])


def new_channel_ans(rates_ok, frequency_ok):
    """Return a NewChannelAns."""
    return _status(_NEW_CHANNEL, frequency_ok, rates_ok)


def rx_timing_setup_ans():
    """Return an RXTimingSetupAns."""
    return b"\x08"


def dl_channel_ans(exists, frequency_ok):
    """Return a DlChannelAns."""
    return _status(_DL_CHANNEL, frequency_ok, exists)


def device_time_req():
    """Return a DeviceTimeReq."""
    return b"\x0d"


def _status(identifier, bit_0, bit_1, bit_2=False):
    return bytes([identifier, bool(bit_0) | bool(bit_1) << 1 | bool(bit_2) << 2])
