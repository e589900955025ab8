"""What is known of a value and of the frame that brought it: what the stages are told from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from plietsch.dashboards.journey import bits
from plietsch.dashboards.journey.bits import Bits
from plietsch.dashboards.rain import LastHour
from plietsch.ingest import clock, payload
from plietsch.ingest.quality import Quality
from plietsch.platform import methods

# What dust is corrected by, in the same reading.
_HUMIDITY = "humidity"


class Value(NamedTuple):
    """A public value: what was measured, when, where and how; `heard_at` is None where it did not come by radio."""

    station_id: int
    station: str
    station_name: str
    simulated: bool
    region: str
    code: str
    unit_symbol: str
    decimals: int
    by_default: bool
    datastream_id: int
    method: str
    model: str
    manufacturer: str
    measured_at: datetime
    result: float | None
    heard_at: datetime | None
    quality: Quality
    gauge_zero_distance_m: float | None
    rain_tip_mm: float | None
    # The properties that are measured there at that moment.
    measured: frozenset[str] = frozenset()

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of a frame that it comes from; none of what no single frame has."""
        match self.method:
            case methods.GAUGE_ZERO:
                return ("water_depth" if self.from_depth else "distance",)
            case methods.GAUGE_ZERO_SOUND:
                return ("distance", "temperature")
            case methods.KAPPA_KOEHLER:
                return (self.code, _HUMIDITY)
            case methods.RAIN_DIFFERENCE | methods.RAIN_SUM:
                is_total = "rain_total" in self.measured and "rain_tips" not in self.measured
                return ("rain_total" if is_total else "rain_tips",)
            case methods.EAQI | methods.UBA_LQI:
                return ()
            case _:
                return (self.code,)

    @property
    def from_depth(self) -> bool:
        """Whether a level is that of a pressure probe."""
        return "water_depth" in self.measured and "distance" not in self.measured

    @property
    def lead(self) -> str:
        """The channel that it comes from first of all; of an hour's index, one of the dust that it is made of."""
        return self.channels[0] if self.channels else "pm2_5"


class Gateway(NamedTuple):
    """How a gateway heard the frame: signal in dBm, its ratio to the noise in dB, whole kilometres from the station."""

    rssi: float | None
    snr: float | None
    distance_km: int | None


class Heard(NamedTuple):
    """A frame as the network heard it; of a maker's device, without what was in it."""

    heard_at: datetime
    received_at: datetime
    payload: bytes | None
    frequency_hz: int | None
    spreading_factor: int | None
    data_rate: int | None
    gateways: tuple[Gateway, ...]


@dataclass(frozen=True)
class Frame:
    """A frame that holds the value: its fields, when each of its readings was taken, and which of them it is."""

    heard: Heard
    data: bytes
    decoded: payload.Frame
    fields: list[Bits]
    reading: int
    judged: list[clock.Judged]


class Told(NamedTuple):
    """How a property's values are read: by which decoder, at which places of an object (the first that is there), in
    which unit (UCUM; none: the object's words or the property's), and the temperature that a distance is right at."""

    decoder: str | None
    path: tuple[str, ...]
    unit: str | None
    assumes_c: float | None


class Input(NamedTuple):
    """A value that another one was computed from."""

    code: str
    method: str
    time: datetime
    result: float | None
    quality: int

    @property
    def is_usable(self) -> bool:
        """Whether it could be reckoned with."""
        return self.result is not None and self.quality <= Quality.SUSPECT


class Doubt(NamedTuple):
    """An input of a computed value that is suspect or failed, and the tests of QARTOD that it did not pass."""

    code: str
    method: str
    by_default: bool
    time: datetime
    quality: int
    tests: Mapping[str, int]


class Revision(NamedTuple):
    """A change of the value: what it was before and after (None, None: it was there no longer), when and why."""

    at: datetime
    result_before: float | None
    quality_before: int
    result_after: float | None
    quality_after: int | None
    cause: str
    reason: str


@dataclass(frozen=True)
class Facts:
    """All that is known of a value; `beside` holds the numbers of the same reading by property, `failed` which of them
    failed their tests. `heard` is the frame that brought it, `frame` what was in that where it is our own payload.

    `inputs` are the values of other readings that it was computed from, `tests` the ones of QARTOD that it did not
    pass with their flags, `hour` the rain of the hour up to now, where the value is the newest one.
    """

    value: Value
    frame: Frame | None
    beside: Mapping[str, float | None]
    before: datetime | None = None
    after: datetime | None = None
    inputs: Sequence[Input] = ()
    tests: Mapping[str, int] = field(default_factory=dict[str, int])
    revisions: Sequence[Revision] = ()
    hour: LastHour | None = None
    doubts: Sequence[Doubt] = ()
    heard: Heard | None = None
    told: Mapping[str, Told] = field(default_factory=dict[str, Told])
    failed: frozenset[str] = frozenset()

    def usable(self, code: str) -> float | None:
        """The number of a property in the same reading, None where it is not one to reckon with."""
        return None if code in self.failed else self.beside.get(code)

    @property
    def heard_frame(self) -> Heard | None:
        """The frame that brought it, as it was heard."""
        return self.frame.heard if self.frame else self.heard

    @property
    def is_makers(self) -> bool:
        """Whether the frame was read by its maker's codec."""
        told = self.told.get(self.value.lead)
        return told is not None and told.decoder == "object"


def heard(row: Mapping[str, Any]) -> Heard:
    """A row of the query `frames`."""
    gateways = tuple(
        Gateway(each.get("rssi"), each.get("snr"), each.get("distance_km")) for each in row["gateways"] or ()
    )
    return Heard(
        row["heard_at"],
        row["received_at"],
        None if row["payload"] is None else bytes(row["payload"]),
        row["frequency_hz"],
        row["spreading_factor"],
        row["data_rate"],
        gateways,
    )


def frame_with(value: Value, frame: Heard) -> Frame | None:
    """The frame as the one that holds the value; None where it cannot be decoded, or holds another one."""
    if frame.payload is None:
        return None
    try:
        decoded = payload.decode(frame.payload)
    except payload.PayloadError:
        return None
    judged = clock.judge(decoded, int(frame.heard_at.timestamp()))
    second = int(value.measured_at.timestamp())
    for number, (reading, each) in enumerate(zip(decoded.readings, judged, strict=True)):
        if each.moment_s == second and value.channels and value.channels[0] in reading.values:
            return Frame(frame, frame.payload, decoded, bits.of(frame.payload), number, judged)
    return None
