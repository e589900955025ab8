"""What is computed where a reading arrives: the values for which that reading suffices (decision 0015).

They are rows like any other: late, repeated or tried again, they need no more. Their flags are those of arrival; the
judge computes the same values anew where a test says more of their inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from plietsch.ingest.payload import Fault
from plietsch.ingest.quality import Quality, of_fault
from plietsch.ingest.series import methods, pointwise
from plietsch.ingest.series.methods import Mounted, Series
from plietsch.ingest.series.pointwise import Pointwise, Result
from plietsch.platform.methods import RAW

Values = Mapping[str, float | Fault]


class Derivation(NamedTuple):
    """A computed series of a deployment: its datastream, its method, and which channels that takes, by property."""

    datastream_id: int
    method: Pointwise
    lead: str
    beside: tuple[tuple[str, str], ...] = ()

    def of(self, values: Values, flag: Quality) -> Result | None:
        """The value for a reading whose numbers have that flag; None where the leading one is not in it."""
        lead = values.get(self.lead)
        if lead is None:
            return None
        beside = {code: _measured(values[channel], flag) for code, channel in self.beside if channel in values}
        return pointwise.result(self.method, _measured(lead, flag), beside)


def derivations(
    datastream_ids: Mapping[str, int],
    gauge_zero_distance_m: float | None = None,
    *,
    assumes_c: float | None = None,
    property_of: Callable[[str], str] = str,
) -> Sequence[Derivation]:
    """What is to be computed for a deployment with these channels, mounted so; `property_of` gives what a raw channel
    measures where it is not named so."""
    channels = {_series(channel, property_of): channel for channel in reversed([*datastream_ids])}
    series = {each: datastream_ids[channel] for each, channel in channels.items()}
    mounted = Mounted(0.0, 0.0, series, 0, gauge_zero_distance_m, None, assumes_c)
    found: list[Derivation] = []
    for each in methods.computed_series():
        method = methods.pointwise_method(each, mounted) if each in series else None
        if method and Series(method.lead) in channels:
            beside = tuple((code, channels[Series(code)]) for code in method.beside if Series(code) in channels)
            found.append(Derivation(series[each], method, channels[Series(method.lead)], beside))
    return tuple(found)


def _series(channel: str, property_of: Callable[[str], str]) -> Series:
    code, _, method = channel.partition("@")
    return Series(code, method) if method else Series(property_of(code), RAW)


def _measured(value: float | Fault, flag: Quality) -> Result:
    return Result(None, of_fault(value)) if isinstance(value, Fault) else Result(value, flag)
