"""The second stage: the frame's bytes and bits, and how those of the value are to be read."""

from plietsch.dashboards.journey import bits, packet, telling
from plietsch.dashboards.journey.bits import Bits
from plietsch.dashboards.journey.facts import Facts, Frame
from plietsch.dashboards.journey.telling import Stage, Telling
from plietsch.dashboards.texts import N_
from plietsch.ingest.payload import Fault, Field

_TITLE = N_("Packed")
_WHY = N_(
    "A frame should be short, for every byte costs time on the air and energy. The node, the little computer beside the"
    " instrument, therefore writes no text: it gives each number just as many bits as it needs, without a gap."
)
_SEVERAL = N_("The node sends several at a time, and once more what nobody answered.")
_NO_NUMBER = N_("%(name)s: the code %(code)s stands for no number. It says: %(fault)s.")
_IN_STEPS = N_("%(name)s is counted in steps of %(step)s, in %(bits)s bits.")
_IN_STEPS_FROM = N_("%(name)s is counted in steps of %(step)s from %(start)s on, in %(bits)s bits.")


def of(facts: Facts, frame: Frame, tell: Telling) -> Stage:
    """How the value was packed."""
    size = len(frame.data)
    fits = tell.texts.ngettext(
        "This frame has %(count)s byte: %(bits)s bits.",
        "This frame has %(count)s bytes: %(bits)s bits.",
        size,
        bits=tell.number(8 * size, 0),
    )
    mine = packet.own(facts, frame)
    return Stage(
        "packed",
        tell.texts.translate(_TITLE),
        (tell.texts.translate(_WHY), fits, *_contents(frame, tell), *(_reading_of(each, tell) for each in mine)),
        sums=tuple(line for each in mine for line in _sums(each, len(mine) > 1, tell)),
    )


def _contents(frame: Frame, tell: Telling) -> list[str]:
    others = len(frame.decoded.readings) - 1
    if not others:
        return []
    held = tell.texts.ngettext(
        "Beside this reading it holds %(count)s other one.",
        "Beside this reading it holds %(count)s others.",
        others,
    )
    return [f"{held} {tell.texts.translate(_SEVERAL)}"]


def _reading_of(each: Bits, tell: Telling) -> str:
    """What a field's code stands for, in a sentence."""
    field, name = _field(each), tell.name(each.name)
    if isinstance(each.value, Fault):
        fault = tell.texts.translate(packet.FAULTS[each.value])
        return tell.texts.gettext(_NO_NUMBER, name=name, code=tell.number(each.code, 0), fault=fault)
    step = tell.amount(1 / field.steps, telling.unit_of(each.name), bits.decimals(field.steps))
    if not field.offset:
        return tell.texts.gettext(_IN_STEPS, name=name, step=step, bits=field.bits)
    start = tell.amount(field.offset / field.steps, telling.unit_of(each.name), 0)
    return tell.texts.gettext(_IN_STEPS_FROM, name=name, step=step, start=start, bits=field.bits)


def _sums(each: Bits, named: bool, tell: Telling) -> list[str]:
    """How the bits become the code, and the code the value, with their numbers."""
    if not isinstance(each.value, float):
        return []
    field, code, before = _field(each), tell.number(each.code, 0), f"{tell.short(each.name)}: " if named else ""
    powers = " + ".join(tell.number(power, 0) for power in bits.powers_of_two(each.code))
    binary = f"{before}{each.digits}₂ = {powers or '0'}"
    value = tell.amount(each.value, telling.unit_of(each.name), bits.decimals(field.steps))
    if field.steps == 1 and not field.offset:
        return [f"{binary} = {value}"]
    if "+" in powers:
        binary = f"{binary} = {code}"
    divided = f"{code} ÷ {field.steps}" if field.steps > 1 else code
    start = field.offset / field.steps
    added = f" {'+' if start > 0 else '−'} {tell.number(abs(start))}" if start else ""
    return [binary, f"{before}{divided}{added} = {value}"]


def _field(each: Bits) -> Field:
    assert each.field is not None  # noqa: S101 values have one
    return each.field
