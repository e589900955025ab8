"""What no single member of a device type's file shows: whether names are known, units fit and limits make sense."""

from collections.abc import Callable, Iterator
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from plietsch.platform import properties, units
from plietsch.platform.device_types import limit_rules
from plietsch.platform.device_types.limit_rules import meant
from plietsch.platform.device_types.mistakes import Mistake, Place
from plietsch.platform.device_types.specification import Channel, DeviceType


def mistakes(type_: DeviceType) -> list[Mistake]:
    """What is wrong with a document that has the form of a device type."""
    endless = list(limit_rules.not_finite(msgspec.to_builtins(type_), ()))
    return endless or [mistake for rule in _RULES for mistake in rule(type_)]


def _instruments(type_: DeviceType) -> Iterator[Mistake]:
    known = list(type_.instruments)
    used: set[str] = set()
    for name, channel in type_.channels.items():
        used |= {channel.instrument, *channel.alternatives}
        members = [("instrument", channel.instrument), *(("alternatives", each) for each in channel.alternatives)]
        for member, model in members:
            if model not in known:
                advice = f"{meant(model, known)} Or describe it: [instruments.{model}]."
                yield Mistake(("channels", name, member), f"No instrument is called {model}.", advice)
    for model in known:
        if model not in used:
            advice = "Name it as the `instrument` of what it measures, or leave it out."
            yield Mistake(("instruments", model), f"No channel is measured by {model}.", advice)


def _properties(type_: DeviceType) -> Iterator[Mistake]:
    for name, channel in type_.channels.items():
        code = type_.property_of(name)
        if code not in properties.ALL:
            place = ("channels", name, *(["property"] if channel.property else []))
            advice = f"{meant(code, list(properties.ALL))} `property` says which one a channel is; all are in "
            yield Mistake(place, f"No observed property is called {code}.", advice + "docs/data-dictionary.md.")


def _units(type_: DeviceType) -> Iterator[Mistake]:
    for name, channel in type_.channels.items():
        if channel.unit is None or type_.property_of(name) not in properties.ALL:
            continue
        wanted = properties.of(type_.property_of(name)).unit
        place, fitting = ("channels", name, "unit"), f"Units that fit: {', '.join(units.convertible(wanted))}."
        try:
            units.conversion(channel.unit, wanted)
        except units.UnitUnknown:
            spelled = units.spelled(channel.unit)
            advice = f"Its UCUM code is {spelled}." if spelled else fitting
            yield Mistake(place, f"{channel.unit} is no unit (UCUM code) that is known here.", advice)
        except units.Inconvertible as error:
            yield Mistake(place, str(error), fitting)


def _same_series(type_: DeviceType) -> Iterator[Mistake]:
    for (first, one), (second, other) in combinations(type_.channels.items(), 2):
        if type_.property_of(first) != type_.property_of(second):
            continue
        if {one.instrument, *one.alternatives} & {other.instrument, *other.alternatives}:
            what = f"{first} and {second} are the same property of the same instrument: one series for two values."
            advice = "Give each its own instrument, as in DL-SMTP-10cm and DL-SMTP-20cm."
            yield Mistake(("channels", second), what, advice)


def _decoding(type_: DeviceType) -> Iterator[Mistake]:
    """Makers' objects have a place for each value; our own payload says itself what stands where."""
    for name, channel in type_.channels.items():
        paths = (channel.path,) if isinstance(channel.path, str) else channel.path
        if type_.decoder == "object":
            if not paths:
                advice = 'Say where its value stands in the object, as in path = "level.value".'
                yield Mistake(("channels", name, "path"), "path is missing.", advice)
            yield from _paths(("channels", name, "path"), paths)
        else:
            for member in ("path", "unit", "factor", "offset", "missing"):
                if getattr(channel, member) != _default(member):
                    what = f"Our own payload has no use for {member}."
                    yield Mistake(("channels", name, member), what, "Leave it out: docs/payload.md says what is sent.")
        if channel.factor == 0:
            yield Mistake(("channels", name, "factor"), "Every value would be the same.", "A factor is not 0.")
    if type_.time:
        yield from _paths(("time", "path"), (type_.time.path,))


def _paths(place: Place, paths: tuple[str, ...]) -> Iterator[Mistake]:
    for path in paths:
        if any(not part or part != part.strip() for part in path.split(".")):
            advice = "Members of the object, and numbers from 0 for arrays, with single dots between: readings.0.value."
            yield Mistake(place, f"{path!r} has an empty part.", advice)


def _default(member: str) -> object:
    return next(field.default for field in msgspec.structs.fields(Channel) if field.name == member)


def _compensation(type_: DeviceType) -> Iterator[Mistake]:
    for name, channel in type_.channels.items():
        place = ("channels", name, "temperature_compensated")
        if not channel.temperature_compensated and type_.property_of(name) != "distance":
            yield Mistake(place, "Only a distance is measured by the speed of sound.", "Leave it out.")
        elif not channel.temperature_compensated and channel.assumes_c is None:
            advice = "Add assumes_c, the temperature in °C at which the instrument's distance is right."
            yield Mistake(place, "A distance that is not compensated is right at one temperature only.", advice)
        elif channel.temperature_compensated and channel.assumes_c is not None:
            advice = "Add temperature_compensated = false, or leave assumes_c out."
            yield Mistake((*place[:2], "assumes_c"), "It has no meaning for a compensated distance.", advice)


def _limits(type_: DeviceType) -> Iterator[Mistake]:
    for name, channel in type_.channels.items():
        place: Place = ("channels", name)
        yield from limit_rules.upside_down((*place, "range"), channel.range)
        others = [each for each in type_.channels if each != name]
        yield from limit_rules.mistakes(channel.limits, channel.range, others, (*place, "limits"))


def _examples(type_: DeviceType) -> Iterator[Mistake]:
    for number, example in enumerate(type_.examples):
        place: Place = ("examples", number)
        for name in example.expected:
            if name not in type_.channels:
                what = f"The example expects a channel {name}, which the type has not."
                yield Mistake((*place, "expected"), what, meant(name, list(type_.channels)))
        if type_.decoder == "object" and example.object is None:
            advice = "Add what the maker's codec makes of the frame: object = { … }."
            yield Mistake((*place, "object"), "object is missing.", advice)
        if type_.decoder == "plietsch" and not example.payload:
            yield Mistake((*place, "payload"), "payload is missing.", "Add the bytes that were sent, in hexadecimal.")
        if type_.f_ports and example.f_port not in type_.f_ports:
            advice = f"Add {example.f_port} to f_ports, or correct it."
            yield Mistake((*place, "f_port"), f"The type is not sent on port {example.f_port}.", advice)


def _recordings(type_: DeviceType) -> Iterator[Mistake]:
    for number, each in enumerate(type_.recordings):
        place: Place = ("recordings", number)
        named = {("name",): each.name, ("heard", "column"): each.heard and each.heard.column}
        columns = [column for column in each.columns if column]
        for member, column in named.items():
            if column is not None and column not in columns:
                yield Mistake((*place, *member), f"No column is called {column}.", meant(column, columns))
        if type_.decoder != "object":
            yield Mistake(place, "Lines of a recording become objects.", 'Recordings are for decoder = "object".')
        if each.heard is None and type_.time is None:
            what = "Nothing says when a line was measured."
            yield Mistake((*place, "columns"), what, "Name the column that says when a line was heard, or add [time].")
        if each.heard and not _is_zone(each.heard.zone):
            advice = "Its name in the IANA time zone database, as Europe/Berlin."
            yield Mistake((*place, "heard", "zone"), f"No time zone is called {each.heard.zone}.", advice)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


_RULES: tuple[Callable[[DeviceType], Iterator[Mistake]], ...] = (
    _instruments, _properties, _units, _same_series, _decoding, _compensation, _limits, _recordings,
    _examples,
)  # fmt: skip
