"""What a device type's file says, format `plietsch-device-type/1`: docs/device-types.md describes it member by member.

Values are in the unit of the observed property (`properties.toml`), whatever the device sends.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

FORMAT = "plietsch-device-type/1"

Code = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Text = Annotated[str, Meta(min_length=1)]
Address = Annotated[str, Meta(pattern="^https?://[^ ]+$")]
Positive = Annotated[float, Meta(gt=0)]
# Beyond that the weather is another one, and a region's stations are all neighbours of one another.
Radius = Annotated[float, Meta(gt=0, le=100)]
Span = tuple[float, float]
# A place in an object: members and, for arrays, numbers from 0, separated by dots.
Path = Text


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A member that is not known is a mistake, not a wish."""


class Threshold(_File, frozen=True, kw_only=True):
    """From where on a value is suspect, and from where on it has failed; a bound that is not named is not tested.

    `longest_step_s` is how far apart two values may lie that say something of one another. Half an hour: within that,
    a tide's high water is no spike of a decimetre.
    """

    suspect: Positive | None = None
    fail: Positive | None = None
    longest_step_s: Positive = 1800.0


class Spike(Threshold, frozen=True, kw_only=True):
    """Where values scatter by a share of themselves, as dust does, a spike also lies by more than `share` of it from
    the value that it is held against."""

    share: Annotated[float, Meta(ge=0)] = 0.0


class FlatLine(_File, frozen=True, kw_only=True):
    """A value that stays within `tolerance` for so long is suspect, then has failed (QARTOD, flat line).

    `longest_step_s`: after a longer pause a stretch begins anew. Two hours: of a device that measures hourly, one frame
    may be lost.
    """

    tolerance: Annotated[float, Meta(ge=0)] = 0.0
    suspect_after_s: Positive | None = None
    fail_after_s: Positive | None = None
    longest_step_s: Positive = 7200.0


class Neighbour(_File, frozen=True, kw_only=True):
    """A value so far from the median of the same property at stations within `radius_km` is suspect (QARTOD,
    neighbour). Values count that were measured within `within_s` before or after; fewer than `least` say nothing."""

    suspect: Positive
    radius_km: Radius
    within_s: Positive
    least: Annotated[int, Meta(ge=2)] = 3


class MultiVariate(_File, frozen=True, kw_only=True):
    """A value is suspect where another channel of the same reading says that the instrument is beyond what it is made
    for (QARTOD, multi-variate): at `at_least` or above."""

    channel: Text
    at_least: float


class Limits(_File, frozen=True, kw_only=True):
    """What the tests of a channel hold its values against; a test without limits is not run.

    `suspect_range`  what is plausible at all, within the instrument's `range` (QARTOD, gross range).
    `spike`          a value's distance from the median of the five around it, itself among them.
    `rate_of_change` change from the value before, for each hour between the two.
    """

    suspect_range: Span | None = None
    spike: Spike | None = None
    rate_of_change: Threshold | None = None
    flat_line: FlatLine | None = None
    neighbour: Neighbour | None = None
    multi_variate: MultiVariate | None = None


class Instrument(_File, frozen=True, kw_only=True):
    """A sensor in the sense of SensorThings: the model (its key) with who makes it and its data sheet.

    `optional`: a device may lack it, or have another one instead; a region file then names those that it has.
    """

    manufacturer: Text
    description: str = ""
    datasheet_url: Address | None = None
    optional: bool = False


class Channel(_File, frozen=True, kw_only=True):
    """A number that the device gives: the observed property that it is, and where it stands in an event's `object`.

    `instrument` what measures it, and `alternatives` what a device may have instead: the region file says which it has.
    `path`      a place in the object, or several of which the first one that is there counts. Own payloads have none.
    `unit`      UCUM code of a number without a unit of its own; not given: the property's.
    `factor`    what a number is multiplied by before its unit is converted, and `offset` what is then added.
    `missing`   numbers or texts by which the device says that it has no value.
    `range`     what the instrument can measure at all, in the property's unit (QARTOD, gross range).
    `resolution`  its smallest step, likewise.
    `temperature_compensated`  whether an acoustic distance already takes the air's temperature into account; where it
                does not, `assumes_c` is the temperature at which it is right.
    """

    property: Text | None = None
    instrument: Text
    alternatives: tuple[Text, ...] = ()
    path: Path | tuple[Path, ...] = ()
    unit: str | None = None
    factor: float = 1.0
    offset: float = 0.0
    missing: tuple[float | str, ...] = ()
    range: Span | None = None
    resolution: Positive | None = None
    temperature_compensated: bool = True
    assumes_c: float | None = None
    limits: Limits = Limits()


class Time(_File, frozen=True, kw_only=True):
    """Where an object says when it was measured, and how: seconds or milliseconds since 1970, or ISO 8601 with zone."""

    path: Path
    form: Literal["unix", "unix_ms", "iso8601"] = "unix"


class Heard(_File, frozen=True, kw_only=True):
    """The column that says when a line of a recording was heard: `form` as strptime takes it, in the time of `zone`
    (IANA), unless the form has a zone of its own."""

    column: Text
    form: Text
    zone: Text = "UTC"


class Recording(_File, frozen=True, kw_only=True):
    """How a recording of such devices lies in a file of lines, of which an import makes an `object` each.

    `columns`   the members of the object, in the file's order; a column whose name is empty is passed over.
    `header`    whether the first line names the columns, and says nothing else.
    `name`      the column that says which device a line is of, where a file holds several.
    `heard`     when a line was heard; without it a line counts as heard when the device says that it measured.
    """

    columns: Annotated[tuple[str, ...], Meta(min_length=1)]
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    header: bool = False
    name: Text | None = None
    heard: Heard | None = None


class Example(_File, frozen=True, kw_only=True):
    """A published example: the bytes sent, the object that the maker's codec makes of them, and the values expected by
    channel; where there is no value, why: the device has none, or it is above or below the range."""

    title: Text
    source: Text
    f_port: Annotated[int, Meta(ge=1, le=223)]
    payload: Annotated[str, Meta(pattern="^([0-9a-fA-F]{2})*$")] = ""
    object: dict[str, Any] | None = None
    expected: dict[str, float | Literal["missing", "above", "below"]]


class DeviceType(_File, frozen=True, kw_only=True):
    """A device type. `decoder` is `plietsch` for our own payload (docs/payload.md), or `object` where the codec in the
    network server's device profile makes an object of a frame. A device has every instrument that is not optional, and
    one at least."""

    format: Literal["plietsch-device-type/1"]
    code: Code
    maker: Text
    model: Text
    summary: Text
    links: dict[str, Address] = {}
    decoder: Literal["plietsch", "object"]
    f_ports: tuple[Annotated[int, Meta(ge=1, le=223)], ...] = ()
    interval_s: Annotated[int, Meta(gt=0)] | None = None
    instruments: Annotated[dict[Text, Instrument], Meta(min_length=1)]
    channels: Annotated[dict[Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,62}$")], Channel], Meta(min_length=1)]
    time: Time | None = None
    recordings: tuple[Recording, ...] = ()
    examples: tuple[Example, ...] = ()

    def property_of(self, channel: str) -> str:
        """The code of the observed property that a channel is."""
        return self.channels[channel].property or channel

    def fed(self, sensors: Sequence[str] = ()) -> dict[str, str]:
        """Each channel of a device with the instrument that measures it: of those that a device may lack, it has the
        `sensors`; where two measure the same, the one named first does."""
        always = (model for model, each in self.instruments.items() if not each.optional and model not in sensors)
        fitted = [*sensors, *always]
        measuring = {
            name: next((model for model in fitted if model in (channel.instrument, *channel.alternatives)), None)
            for name, channel in self.channels.items()
        }
        return {name: model for name, model in measuring.items() if model}
