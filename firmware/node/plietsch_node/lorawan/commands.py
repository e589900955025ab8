"""MAC commands: the network's to values, what the device does about them, and its own to bytes.

A command of the network is a tuple of its identifier and its values:

| identifier | values |
|---|---|
| `LINK_CHECK` | margin in dB, gateways |
| `LINK_ADR` | data rate, power, mask, mask control, transmissions |
| `DUTY_CYCLE` | exponent |
| `RX_PARAM_SETUP` | offset of RX1, data rate of RX2, frequency of RX2 in Hz |
| `DEV_STATUS` | |
| `NEW_CHANNEL` | index, frequency in Hz, lowest and highest data rate |
| `RX_TIMING_SETUP` | delay in s |
| `DL_CHANNEL` | index, frequency in Hz |
| `DEVICE_TIME` | GPS time in s, its fraction in 1/256 s |

Source: LoRaWAN L2 1.0.4 Specification (TS001-1.0.4), section 5.
"""

import struct

LINK_CHECK, LINK_ADR, DUTY_CYCLE, RX_PARAM_SETUP, DEV_STATUS, NEW_CHANNEL, RX_TIMING_SETUP = range(2, 9)
DL_CHANNEL, DEVICE_TIME = 0x0A, 0x0D
# Bytes after the identifier of each command, from 2 on, as the network says it and as the device does; 15 where there
# is no such command. 09 is TxParamSetupReq, which a device in EU868 passes over without an answer (RP002-1.0.4,
# section 2.4.2).
_SIZES = b"\x02\x04\x01\x04\x00\x05\x01\x01\x04\x0f\x0f\x05"
_SIZES_UP = b"\x00\x01\x00\x01\x02\x01\x00\x0f\x01\x0f\x0f\x00"
_NONE = 15
_KEEP = 15  # as DataRate or TXPower of a LinkADRReq


def parse(data):
    """Return the network's commands in `data`, in their order.

    An unknown command or one cut short ends the list: nobody can tell where the next one begins.
    """
    found = []
    at = 0
    while at < len(data):
        size = _size(_SIZES, data[at])
        if size == _NONE or at + 1 + size > len(data):
            break
        values = _values(data[at], data[at + 1 : at + 1 + size])
        if values is not None:
            found.append((data[at],) + values)
        at += 1 + size
    return found


def fitting(commands, room):
    """Return as many whole commands of the device, from the first of `commands` on, as fit `room` bytes."""
    end = 0
    while end < len(commands) and end + 1 + _size(_SIZES_UP, commands[end]) <= room:
        end += 1 + _size(_SIZES_UP, commands[end])
    return commands[:end]


def said(identifier, *yes):
    """Return a command of the device: a request, or an answer with a bit for each of `yes`, the lowest first."""
    bits = 0
    for place, bit in enumerate(yes):
        bits |= bool(bit) << place
    return bytes((identifier, bits)) if yes else bytes((identifier,))


def repeated(answers):
    """Return those of the `answers` that go with each frame until the network is heard (sections 5.4, 5.7, 5.9)."""
    kept = b""
    while answers:
        answer = answers[: 1 + _size(_SIZES_UP, answers[0])]
        if answer[0] in (RX_PARAM_SETUP, RX_TIMING_SETUP, DL_CHANNEL):
            kept += answer
        answers = answers[len(answer) :]
    return kept


def obey(settings, requests, snr_db, battery):
    """Carry out in `settings` what the network asks, heard at `snr_db`; return the answers, in its order."""
    answers = b""
    block = []
    for number, (identifier, *values) in enumerate(requests):
        if identifier == LINK_ADR:
            block.append(values)
            if requests[number + 1 : number + 2] and requests[number + 1][0] == identifier:
                continue  # the block goes on
            answers += _link_adr(settings, block)
            block = []
        elif identifier == DUTY_CYCLE:
            (settings.duty_exponent,) = values
            answers += said(identifier)
        elif identifier == DEV_STATUS:
            answers += dev_status_ans(battery, snr_db)
        elif identifier == NEW_CHANNEL:
            answers += said(identifier, *settings.plan.new_channel(*values))
        elif identifier == RX_PARAM_SETUP:
            answers += said(identifier, *settings.set_windows(*values))
        elif identifier == RX_TIMING_SETUP:
            (settings.rx1_delay_s,) = values
            answers += said(identifier)
        elif identifier == DL_CHANNEL:
            answers += said(identifier, *settings.plan.dl_channel(*values))
    settings.keep_usable()
    return answers


def _link_adr(settings, block):
    if not settings.adr:
        # Data rate and power are the device's own then; only the channels are the network's.
        block = [[_KEEP, _KEEP] + values[2:] for values in block]
    mask_ok, rate_ok, power_ok, new = settings.plan.link_adr(block, settings.data_rate, settings.power)
    if new:
        settings.data_rate, settings.power, settings.transmissions = new
    rate_ok, power_ok = rate_ok and settings.adr, power_ok and settings.adr
    return said(LINK_ADR, mask_ok, rate_ok, power_ok) * len(block)


def dev_status_ans(battery, margin_db):
    """Return a DevStatusAns: battery 0 (mains), 1 to 254 (empty to full), 255 (unknown); SNR of the request in dB."""
    margin = max(-32, min(31, int(margin_db)))  # six bits
    return bytes((DEV_STATUS, battery, margin & 0x3F))


def _size(sizes, identifier):
    return sizes[identifier - LINK_CHECK] if LINK_CHECK <= identifier <= DEVICE_TIME else _NONE


def _values(identifier, body):
    """Return what the bytes behind `identifier` say, None for a command that is passed over."""
    if identifier == LINK_ADR:
        rate_power, mask, redundancy = struct.unpack("<BHB", body)
        return rate_power >> 4, rate_power & 15, mask, redundancy >> 4 & 7, redundancy & 15
    if identifier == DUTY_CYCLE:
        return (body[0] & 15,)
    if identifier == RX_TIMING_SETUP:
        return (max(1, body[0] & 15),)  # 0 means 1 s, too
    if identifier == DEVICE_TIME:
        return struct.unpack("<IB", body)
    hz = 100 * int.from_bytes(body[1:4], "little")
    if identifier == RX_PARAM_SETUP:
        return body[0] >> 4 & 7, body[0] & 15, hz
    if identifier == NEW_CHANNEL:
        return body[0], hz, body[4] & 15, body[4] >> 4
    if identifier == DL_CHANNEL:
        return body[0], hz
    return tuple(body) if identifier in (LINK_CHECK, DEV_STATUS) else None
