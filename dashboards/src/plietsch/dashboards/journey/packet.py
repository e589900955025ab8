"""The frame as it is drawn: its bytes, and its fields with their bits; the other readings in it apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from plietsch.dashboards.journey import bits, telling
from plietsch.dashboards.journey.bits import Bits, Role
from plietsch.dashboards.journey.facts import Facts, Frame
from plietsch.dashboards.journey.telling import Telling
from plietsch.dashboards.texts import N_
from plietsch.ingest.payload import Fault

_NAMES = {
    "version": N_("Version"),
    "clock": N_("Clock"),
    "wide": N_("Long times"),
    "time": N_("Time"),
    "groups": N_("Contents"),
    "padding": N_("Filling"),
}
_GROUPS = {
    Role.DUST: N_("fine dust"),
    Role.AIR: N_("temperature and humidity"),
    Role.PRESSURE: N_("air pressure"),
    Role.BATTERY: N_("battery"),
    Role.SPREAD: N_("spread of the fine dust"),
    Role.WATER: N_("distance to the water"),
    Role.RAIN: N_("rain"),
}
FAULTS = {
    Fault.MISSING: N_("the instrument gave no valid answer"),
    Fault.ABOVE: N_("above what the instrument can measure"),
    Fault.BELOW: N_("below what the instrument can measure"),
}


@dataclass(frozen=True)
class FieldShown:
    """A field as drawn and listed; `is_mine` marks those that the value comes from."""

    name: str
    place: str
    pieces: list[str]
    code: str
    says: str
    role: str
    is_mine: bool


@dataclass(frozen=True)
class ByteShown:
    """A byte in hex; `is_mine` if any of its bits belong to the value."""

    hex: str
    is_mine: bool


@dataclass(frozen=True)
class ReadingShown:
    """Another reading of the same frame: when it was taken, or nothing where nobody knows, and its fields."""

    time: str
    fields: list[FieldShown]


@dataclass(frozen=True)
class Packet:
    """The frame: its bytes, the fields of its head, of this reading and at its end, and the other readings."""

    octets: list[ByteShown]
    fields: list[FieldShown]
    others: list[ReadingShown]


def of(facts: Facts, frame: Frame, tell: Telling) -> Packet:
    """The frame as it is drawn."""
    mine = own(facts, frame)
    own_bytes = bits.bytes_of(mine)
    shown = [each for each in frame.fields if each.reading in (None, frame.reading)]
    numbers = range(len(frame.decoded.readings))
    return Packet(
        [ByteShown(f"{byte:02x}", place in own_bytes) for place, byte in enumerate(frame.data)],
        [_shown(each, frame, each in mine, tell) for each in shown],
        [_other(number, frame, tell) for number in numbers if number != frame.reading],
    )


def own(facts: Facts, frame: Frame) -> list[Bits]:
    """The fields that the value comes from."""
    return bits.of_channels(frame.fields, frame.reading, facts.value.channels)


def _other(number: int, frame: Frame, tell: Telling) -> ReadingShown:
    moment_s = frame.judged[number].moment_s
    time = tell.clock(_at(moment_s), frame.heard.heard_at).text if moment_s is not None else ""
    fields = [_shown(each, frame, False, tell) for each in frame.fields if each.reading == number]
    return ReadingShown(time, fields)


def _shown(each: Bits, frame: Frame, is_mine: bool, tell: Telling) -> FieldShown:
    place = str(each.first_bit) if len(each.digits) == 1 else f"{each.first_bit}–{each.last_bit}"
    name = tell.texts.translate(_NAMES[each.name]) if each.name in _NAMES else tell.short(each.name)
    code = tell.number(each.code, 0)
    return FieldShown(name, place, each.pieces, code, _says(each, frame, tell), each.role, is_mine)


def _says(each: Bits, frame: Frame, tell: Telling) -> str:
    """What a field says, in a word or two."""
    if isinstance(each.value, Fault):
        return tell.texts.translate(FAULTS[each.value])
    if each.field and each.value is not None:
        return tell.amount(each.value, telling.unit_of(each.name), bits.decimals(each.field.steps))
    return _says_of_head(each, frame, tell)


def _says_of_head(each: Bits, frame: Frame, tell: Telling) -> str:
    texts = tell.texts
    match each.name:
        case "version":
            return texts.gettext("layout %(number)s", number=each.code)
        case "clock":
            return texts.gettext("is set") if each.code else texts.gettext("never set")
        case "wide":
            return texts.gettext("no, 16 bits") if not each.code else texts.gettext("yes, 32 bits")
        case "time":
            moment_s = frame.judged[each.reading or 0].moment_s
            return tell.clock(_at(moment_s)).text if moment_s is not None else texts.gettext("not known")
        case "groups":
            return texts.all_of(list(_named(frame.fields, each, tell)))
        case _:
            return texts.gettext("zeros up to a whole byte")


def _named(fields: Iterable[Bits], groups: Bits, tell: Telling) -> Iterable[str]:
    """What follows in a reading, each group once."""
    roles = dict.fromkeys(each.role for each in fields if each.reading == groups.reading and each.field)
    return (tell.texts.translate(_GROUPS[role]) for role in roles)


def _at(moment_s: int) -> datetime:
    return datetime.fromtimestamp(moment_s, UTC)
