"""What network and device settle by MAC commands: questions answered, answers applied, wishes put into commands.

Source: TS001-1.0.4, section 5. What to ask for, and when, follows ChirpStack (chirpstack/src/downlink/data.rs).
"""

from collections.abc import Iterable, Sequence

from plietsch.firmware.network import adr, eu868, events, gateways
from plietsch.firmware.network import mac_commands as mac
from plietsch.firmware.network.gateways import Copy
from plietsch.firmware.network.session import Block, Session
from plietsch.firmware.network.settings import Settings

MOST_CHANNELS_AT_ONCE = 3
# A device that refused this often is not asked again (ChirpStack's max_mac_command_error_count).
MOST_REFUSALS = 1
LARGEST_MARGIN_DB = 254
KEEP = 15  # a data rate or power step of LinkADRReq that changes nothing
# A device repeats these answers until it hears a downlink (TS001-1.0.4, sections 5.4, 5.7 and 5.10).
REPEATED_UNTIL_HEARD = (mac.RxParamSetupAns, mac.RxTimingSetupAns, mac.DlChannelAns)


def answers(commands: Sequence[mac.UpCommand], copies: Sequence[Copy]) -> list[Block]:
    """Return the answers to a device's questions, which came in a frame with these copies."""
    blocks: list[Block] = []
    if mac.LinkCheckReq() in commands:
        needed = gateways.REQUIRED_SNR_DB[copies[0].radio.spreading_factor]
        margin_db = int(max(copy.snr_db for copy in copies) - needed)
        blocks.append([mac.LinkCheckAns(min(max(margin_db, 0), LARGEST_MARGIN_DB), min(len(copies), 255))])
    if mac.DeviceTimeReq() in commands:
        blocks.append([_time(copies[0].heard_at_s)])
    return blocks


def must_answer(commands: Iterable[mac.UpCommand]) -> bool:
    """Return whether the device waits for any downlink, be it empty."""
    return any(isinstance(command, REPEATED_UNTIL_HEARD) for command in commands)


def apply(session: Session, commands: Iterable[mac.UpCommand]) -> None:
    """Let what the device has agreed to hold from now on; an answer that nobody waits for changes nothing."""
    by_kind: dict[int, list[mac.UpCommand]] = {}
    for command in commands:
        by_kind.setdefault(command.CID, []).append(command)
    for cid, given in by_kind.items():
        if asked := session.pending.pop(cid, None):
            _settle(session, asked, given)


def forget_channels(session: Session) -> None:
    """Take it that the device has its first channels only.

    A device that gets no answers may have fallen back to them, and does not say so; ChirpStack does likewise.
    """
    session.channels = dict(enumerate(eu868.JOIN_CHANNELS_HZ))
    session.enabled = set(session.channels)


def askable(blocks: Iterable[Block], commands: Sequence[mac.UpCommand]) -> list[Block]:
    """Return which requests may follow a frame with these commands.

    Nothing of a kind whose answers a device repeats until it hears a downlink, if they are in the frame: should the
    downlink get lost, the answers that come again would be taken for those to the new request.
    """
    repeated = {command.CID for command in commands if isinstance(command, REPEATED_UNTIL_HEARD)}
    return [block for block in blocks if block[0].CID not in repeated]


def wishes(session: Session, settings: Settings, now_s: float) -> list[Block]:
    """Return what to ask of the device.

    Whether it has done what it gave no answer to is not known: that is asked for again, even if it is as it should be.
    """
    blocks = [
        *_channels(session, settings),
        *_rate(session, settings),
        *_status(session, settings, now_s),
        *_windows(session, settings),
    ]
    if session.max_duty_exponent != settings.max_duty_exponent or mac.DutyCycleReq.CID in session.pending:
        blocks.append([mac.DutyCycleReq(settings.max_duty_exponent)])
    return [block for block in blocks if session.refusals[block[0].CID] <= MOST_REFUSALS]


def sent(session: Session, blocks: Iterable[Block], now_s: float) -> None:
    """Remember what the device was asked."""
    for block in blocks:
        for command in block:
            if isinstance(command, mac.DevStatusReq):
                session.status_asked_at_s = now_s
            if isinstance(command, mac.NewChannelReq):
                session.offered_hz.add(command.frequency_hz)
        if not isinstance(block[0], mac.LinkCheckAns | mac.DeviceTimeAns):
            session.pending[block[0].CID] = block


def _time(unix_s: float) -> mac.DeviceTimeAns:
    in_256 = round((unix_s - events.GPS_EPOCH_S + events.LEAP_SECONDS) * 256)
    return mac.DeviceTimeAns(*divmod(in_256, 256))


def _missing(session: Session, settings: Settings) -> list[mac.NewChannelReq]:
    """Return what makes the channels those that they should be: new ones, and the end of others (0 Hz)."""
    if session.refusals[mac.NewChannelReq.CID] > MOST_REFUSALS:
        return []
    asked = session.pending.get(mac.NewChannelReq.CID, ())
    unsure = {command.index for command in asked if isinstance(command, mac.NewChannelReq)}
    # Those first: the next block takes the place of the one that got no answer.
    wanted = dict.fromkeys((*unsure, *session.channels), 0) | settings.channels
    return [
        mac.NewChannelReq(number, frequency_hz)
        for number, frequency_hz in wanted.items()
        if session.channels.get(number) != frequency_hz or number in unsure
    ]


def _channels(session: Session, settings: Settings) -> list[Block]:
    missing = _missing(session, settings)
    elsewhere = [
        mac.DlChannelReq(number, frequency_hz)
        for number, frequency_hz in settings.downlink_hz.items()
        if number in session.channels and session.downlink_hz.get(number) != frequency_hz
    ]
    blocks: list[Block] = [missing[:MOST_CHANNELS_AT_ONCE], elsewhere[:MOST_CHANNELS_AT_ONCE]]
    return [block for block in blocks if block]


def _rate(session: Session, settings: Settings) -> list[Block]:
    # Not beside new channels: which of them the mask would mean depends on what the device makes of those.
    if not (settings.adr and session.adr and session.history) or _missing(session, settings):
        return []
    wanted = adr.decide(
        session.setting,
        session.history,
        settings.installation_margin_db,
        settings.fastest_data_rate,
        session.weakest_power,
    )
    unsure = mac.LinkAdrReq.CID in session.pending
    if wanted == session.setting and session.enabled == set(session.channels) and not unsure:
        return []
    mask = sum(1 << number for number in session.channels)
    return [[mac.LinkAdrReq(wanted.data_rate, wanted.power, mask, transmissions=wanted.transmissions)]]


def _status(session: Session, settings: Settings, now_s: float) -> list[Block]:
    asked_at_s = session.status_asked_at_s
    due = asked_at_s is None or now_s - asked_at_s >= settings.status_every_s
    return [[mac.DevStatusReq()]] if settings.status_every_s and due else []


def _windows(session: Session, settings: Settings) -> list[Block]:
    blocks: list[Block] = []
    wanted = (settings.rx1_offset, settings.rx2_data_rate, settings.rx2_frequency_hz)
    if (session.rx1_offset, session.rx2_data_rate, session.rx2_frequency_hz) != wanted:
        blocks.append([mac.RxParamSetupReq(*wanted)])
    if session.rx1_delay_s != settings.rx1_delay_s:
        blocks.append([mac.RxTimingSetupReq(settings.rx1_delay_s)])
    return blocks


def _settle(session: Session, asked: Block, given: Sequence[mac.UpCommand]) -> None:
    """Apply the commands of a block that the device agreed to; count a refusal."""
    if isinstance(asked[0], mac.LinkAdrReq):
        agreed = [_settle_rate(session, asked, given)]
    else:
        if len(given) != len(asked):
            session.pending[asked[0].CID] = asked  # not the answers to these, or not all of them
            return
        agreed = [_agrees(answer) and _hold(session, request) for request, answer in zip(asked, given, strict=True)]
    if all(agreed):
        del session.refusals[asked[0].CID]
    else:
        session.refusals[asked[0].CID] += 1


def _agrees(answer: mac.UpCommand) -> bool:
    match answer:
        case mac.RxParamSetupAns(offset_ok, rate_ok, frequency_ok):
            return offset_ok and rate_ok and frequency_ok
        case mac.NewChannelAns(rates_ok, frequency_ok):
            return rates_ok and frequency_ok
        case mac.DlChannelAns(exists, frequency_ok):
            return exists and frequency_ok
        case _:
            return True


def _hold(session: Session, request: mac.DownCommand) -> bool:
    match request:
        case mac.RxParamSetupReq(offset, data_rate, frequency_hz):
            session.rx1_offset, session.rx2_data_rate = offset, data_rate
            session.rx2_frequency_hz = frequency_hz
        case mac.RxTimingSetupReq(delay_s):
            session.rx1_delay_s = max(1, delay_s)
        case mac.DutyCycleReq(exponent):
            session.max_duty_exponent = exponent
        case mac.DlChannelReq(number, frequency_hz):
            session.downlink_hz[number] = frequency_hz
        case mac.NewChannelReq(number, frequency_hz):
            _hold_channel(session, number, frequency_hz)
        case _:
            pass
    return True


def _hold_channel(session: Session, number: int, frequency_hz: int) -> None:
    session.downlink_hz.pop(number, None)
    if frequency_hz:
        session.channels[number] = frequency_hz
        session.enabled.add(number)
    else:
        session.channels.pop(number, None)
        session.enabled.discard(number)


def _settle_rate(session: Session, asked: Block, given: Sequence[mac.UpCommand]) -> bool:
    """Take over a block of LinkADRReq if the device agreed to all of it.

    One that does its own data rate has to agree to the channels only (TS001-1.0.4, section 4.3.1.1).
    """
    last = asked[-1]
    said = [answer for answer in given if isinstance(answer, mac.LinkAdrAns)]
    if not isinstance(last, mac.LinkAdrReq) or not said:
        return False
    mask_ok, rate_ok = all(answer.mask_ok for answer in said), all(answer.rate_ok for answer in said)
    power_ok = all(answer.power_ok for answer in said)
    if not mask_ok or (session.adr and not (rate_ok and power_ok)):
        if not power_ok and 0 < last.power < KEEP:
            session.weakest_power = last.power - 1
        return False
    before = session.setting
    session.enabled = {number for number in session.channels if last.mask >> number & 1}
    agreed = adr.Setting(
        last.data_rate if rate_ok and last.data_rate != KEEP else before.data_rate,
        last.power if power_ok and last.power != KEEP else before.power,
        last.transmissions or before.transmissions,
    )
    if agreed != before:
        session.history.clear()
        session.setting = agreed
    return True
