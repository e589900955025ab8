"""Limits that values are held against: those of the device's type, and a datastream's own in their place.

A datastream's own limits are whole: from their time on they take the place of all that the type says of the channel.
What was entered stays, with its reason; a later entry takes over from its time on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from plietsch.platform import errors, sql
from plietsch.platform.deployments import Device, moment
from plietsch.platform.device_types import limit_rules, shape
from plietsch.platform.device_types.mistakes import Mistake
from plietsch.platform.device_types.specification import Limits, Span

_QUERIES = sql.load("plietsch.platform", "limits.sql")
TESTS = Limits.__struct_fields__


@dataclass(frozen=True, slots=True)
class Own:
    """Limits of one datastream, for what was measured from `since` on: why, when and by whom they were entered."""

    since: datetime
    limits: Limits
    reason: str
    entered_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True)
class Series:
    """A datastream that a device feeds, what its type holds it against, and its own limits in the order of time.

    `range` is what its instrument can measure, `beside` are the device's other channels; limits of its own have to fit.
    """

    channel: str
    property: str
    method: str
    datastream_id: int
    sensor: str
    of_type: Limits
    own: Sequence[Own] = ()
    range: Span | None = None
    beside: Sequence[str] = ()

    def own_at(self, at: datetime) -> Own | None:
        """The entry in force for what is measured then; None: the type's limits are."""
        return next((each for each in reversed(self.own) if each.since <= at), None)

    def at(self, at: datetime) -> Limits:
        """The limits in force for what is measured then."""
        own = self.own_at(at)
        return own.limits if own else self.of_type

    def next_after(self, at: datetime) -> datetime | None:
        """From when on another entry takes over."""
        return min((each.since for each in self.own if each.since > at), default=None)


@dataclass(frozen=True, slots=True)
class Changed:
    """What limits are in force since when, what was before, until when, and how many values are judged anew."""

    series: Series
    since: datetime
    until: datetime | None
    before: Limits
    now: Limits
    values: int


def of(connection: psycopg.Connection, device: Device) -> list[Series]:
    """The datastreams of a device where it is, or was last, with their limits."""
    rows = connection.execute(_QUERIES["series"], {"device_id": device.id}).fetchall()
    own: dict[int, list[Own]] = {}
    asked = {"datastream_ids": [row[3] for row in rows]}
    for datastream_id, since, limits, *rest in connection.execute(_QUERIES["own"], asked):
        own.setdefault(datastream_id, []).append(Own(since, msgspec.convert(limits, Limits), *rest))
    said = device.definition.channels if device.definition else {}
    # What its type may have and the device lacks is no mistake: such a test is not run.
    channels = dict.fromkeys([*(row[0] for row in rows), *said])
    return [
        Series(
            channel, code, method, datastream_id, sensor,
            said[channel].limits if channel in said else Limits(), own.get(datastream_id, ()),
            said[channel].range if channel in said else None, [each for each in channels if each != channel],
        )
        for channel, code, method, datastream_id, sensor in rows
    ]  # fmt: skip


def find(series: Sequence[Series], named: str) -> Series:
    """One of them, by its channel or its property; of a property's series the raw one. Raises errors.LimitsInvalid."""
    by_channel = [each for each in series if each.channel == named]
    by_property = [each for each in series if each.property == named]
    if found := by_channel or by_property:
        return found[0]
    known = ", ".join(each.channel for each in series)
    raise errors.LimitsInvalid(f"The device measures no {named}.", f"It has {known or 'no datastream yet'}.")


def changed(limits: Limits, settings: Sequence[str], off: Sequence[str]) -> Limits:
    """Limits with some of their members set (`spike.suspect=200`, `suspect_range=0,500`), and tests that are not run.

    Raises errors.LimitsInvalid.
    """
    members = cast(dict[str, Any], msgspec.to_builtins(limits))
    for test in off:
        _require_test(test)
        members[test] = None
    for setting in settings:
        _set(members, setting)
    try:
        return msgspec.convert(members, Limits)
    except msgspec.ValidationError as error:
        wrong = shape.mistakes({test: each for test, each in members.items() if each is not None}, Limits)
        raise _refused([_on_the_command_line(each) for each in wrong]) from error


def _on_the_command_line(wrong: Mistake) -> Mistake:
    """What to do about it is said for files, but for a name that somebody meant."""
    means = wrong.advice.startswith(("Did you mean", "There are"))
    return wrong._replace(advice=wrong.advice if means else "As in --set spike.suspect=200 or suspect_range=0,500.")


def enter(connection: psycopg.Connection, series: Series, limits: Limits, since: datetime, reason: str) -> Changed:
    """Hold a datastream against these limits from a time on.

    Raises errors.LimitsInvalid for limits that make no sense there, and without a reason.
    """
    if not reason.strip():
        raise errors.LimitsInvalid("Limits of a datastream's own need a reason.", 'Say it: --reason "…".')
    _require_sense(series, limits)
    before, until = series.at(since), series.next_after(since)
    values: Mapping[str, Any] = {
        "datastream_id": series.datastream_id,
        "since": since,
        "until": until,
        "limits": Jsonb(msgspec.to_builtins(limits)),
        "reason": reason,
    }
    with connection.transaction():
        connection.execute(_QUERIES["enter"], values)
        row = connection.execute(_QUERIES["concern"], values).fetchone()
    return Changed(series, since, until, before, limits, int(row[0]) if row else 0)


def words(limits: Limits) -> list[tuple[str, str]]:
    """Each test that is run, with what it holds values against."""
    members = cast(dict[str, Any], msgspec.to_builtins(limits))
    return [(test, _said(value)) for test, value in members.items() if value is not None]


def origin(own: Own | None, type_code: str) -> str:
    """Where limits come from, in a few words."""
    if own is None:
        return f"of the type {type_code}"
    return f"its own since {moment(own.since)}: {own.reason} ({own.entered_by}, {moment(own.entered_at)})"


def _require_sense(series: Series, limits: Limits) -> None:
    """What holds for a device type's file holds here. Raises errors.LimitsInvalid."""
    endless = list(limit_rules.not_finite(msgspec.to_builtins(limits), ()))
    wrong = endless or list(limit_rules.mistakes(limits, series.range, series.beside))
    if wrong:
        raise _refused(wrong)


def _refused(wrong: Sequence[Mistake]) -> errors.LimitsInvalid:
    return errors.LimitsInvalid(
        "\n".join(f"{each.member}: {each.what}" for each in wrong),
        " ".join(
            filter(None, (*dict.fromkeys(each.advice for each in wrong), "docs/device-types.md lists the limits."))
        ),
    )


def _set(members: dict[str, Any], setting: str) -> None:
    """Set one member. Raises errors.LimitsInvalid."""
    path, is_said, text = setting.partition("=")
    test, _, member = path.strip().partition(".")
    _require_test(test)
    if not is_said:
        raise errors.LimitsInvalid(f"{setting} says no value.", "As in --set spike.suspect=200.")
    value = _value(text.strip())
    if not member:
        members[test] = value
        return
    known = members[test]
    members[test] = {**(cast(dict[str, Any], known) if isinstance(known, dict) else {}), member: value}


def _value(text: str) -> Any:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return text
    return numbers if len(numbers) > 1 else numbers[0]


def _require_test(test: str) -> None:
    if test not in TESTS:
        raise errors.LimitsInvalid(f"There is no test {test}.", limit_rules.meant(test, TESTS))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        return ", ".join(f"{name} {_said(each)}" for name, each in members.items() if each is not None)
    if isinstance(value, list | tuple):
        return " to ".join(_said(each) for each in cast(Sequence[Any], value))
    return f"{value:g}" if isinstance(value, float) else str(value)
