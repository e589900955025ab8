"""What is known of a device, gathered at one moment: all that the judgements ask for, and nothing that they decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from plietsch.platform.deployments import Deployment

# A node that was not heard for so many of its intervals is silent: one frame may be lost, two are bad luck.
_SILENT_INTERVALS = 3
# A node that measures often may be away for a little while, for a new join above all.
_SHORTEST_SILENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Registered:
    """A device that is registered; `decoder` is None where nobody knows its type any more."""

    id: int
    dev_eui: str
    type: str
    decoder: str | None
    interval_s: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of it in quarantine."""

    messages: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """The newest that is known of it: when it was heard and joined, what it said of battery, clock and itself.

    `joins` are those of the day before it was heard last; `dropped_before` what it had dropped a week before its newest
    status, None where it said nothing then.
    """

    heard_at: datetime | None = None
    joined_at: datetime | None = None
    joins: int = 0
    clock: str | None = None
    clock_since: datetime | None = None
    status_at: datetime | None = None
    margin_db: int | None = None
    battery_percent: float | None = None
    external_power: bool | None = None
    node_status_at: datetime | None = None
    node_status: Mapping[str, Any] | None = None
    dropped_before: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """What the network server said of it by one code: how often, from when to when, and how it put it last."""

    code: str
    level: str
    description: str
    number: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Radio:
    """How it was heard in the day up to its newest frame.

    `expected` are the frames that its counters say it sent, `distinct` those of them that came; `copies` came again.
    Medians over its frames: `margin_db` is the best signal-to-noise ratio above what its spreading factor needs.
    `gateways_live` says whether the gateways of its newest frame have heard anybody since; None: nobody asked.
    """

    frames: int = 0
    copies: int = 0
    last_copy_at: datetime | None = None
    expected: int = 0
    distinct: int = 0
    margin_db: float | None = None
    gateways: float | None = None
    rssi_dbm: float | None = None
    spreading_factor: int | None = None
    gateways_live: bool | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Messages of it that did not become observations, by reason, with the newest one's detail."""

    reason: str
    detail: str
    number: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Flagged:
    """A test that values of a series did not pass: how many, since when, and whether the newest one is among them."""

    number: int
    since: datetime
    newest: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A datastream that it feeds, over the day up to its newest value.

    `missing` are values without a valid answer, `missing_run` the newest of them in a row, since `missing_since`;
    `failed` those beyond what can be measured or that failed a test. `lag_s` is by how much the network heard the
    freshest one later than it was measured. `shown` says that the site shows the series; `sure_at` is its newest value
    that is not failed.
    """

    channel: str
    property: str
    method: str
    sensor: str
    unit: str
    shown: bool = True
    newest_at: datetime | None = None
    newest: float | None = None
    sure_at: datetime | None = None
    values: int = 0
    failed: int = 0
    missing: int = 0
    missing_run: int = 0
    missing_since: datetime | None = None
    median: float | None = None
    lag_s: float | None = None
    tests: Mapping[str, Flagged] = field(default_factory=dict[str, Flagged])


@dataclass(frozen=True, slots=True)
class Place:
    """The station at which it hangs, or hung last; the place is the public one. `bbox` is the region's: west, south,
    east, north."""

    station: str
    region: str
    bbox: tuple[float, float, float, float]
    licence: str
    longitude: float | None = None
    latitude: float | None = None
    grid_m: int | None = None
    mean_level_cm: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of what was asked for, at a moment. Of `deployments` the newest comes last.

    `decoded_at` is when the newest frame was heard whose readings are stored, `decoded_received_at` when that frame was
    received, which differs where a broker or a worker was away.
    """

    at: datetime
    dev_eui: str | None
    device: Registered | None = None
    waiting: Waiting | None = None
    health: Health = Health()
    logs: Sequence[Log] = ()
    radio: Radio = Radio()
    refusals: Sequence[Refusal] = ()
    decoded_at: datetime | None = None
    decoded_received_at: datetime | None = None
    series: Sequence[Series] = ()
    deployments: Sequence[Deployment] = ()
    place: Place | None = None

    @property
    def interval(self) -> timedelta:
        """How often it is meant to be heard."""
        return timedelta(seconds=self.device.interval_s if self.device else 0)

    @property
    def is_recorded(self) -> bool:
        """Whether its newest frames are lines of a recording: no gateway heard them."""
        radio = self.radio
        return bool(radio.frames) and not radio.gateways and radio.spreading_factor is None

    @property
    def is_silent(self) -> bool:
        """Whether it was heard once by radio, and not for so long that something is wrong."""
        heard_at = None if self.is_recorded else self.health.heard_at
        patience = max(self.interval * _SILENT_INTERVALS, _SHORTEST_SILENCE)
        return heard_at is not None and self.at - heard_at > patience

    @property
    def deployment(self) -> Deployment | None:
        """The newest deployment, whether it goes on or not."""
        return self.deployments[-1] if self.deployments else None

    @property
    def battery_is_low(self) -> bool:
        """Whether it said so last, by the network's question or in a status of its own."""
        said = self.health.battery_percent
        by_network = said is not None and not self.health.external_power and said <= _LOW_BATTERY_PERCENT
        return by_network or bool((self.health.node_status or {}).get("saving"))

    def newest_log(self, *codes: str) -> Log | None:
        """What the network server said last by one of these codes."""
        return max((log for log in self.logs if log.code in codes), key=lambda log: log.last_at, default=None)

    def refused(self, *reasons: str) -> Refusal | None:
        """The newest refusal for one of these reasons."""
        found = (refusal for refusal in self.refusals if refusal.reason in reasons)
        return max(found, key=lambda refusal: refusal.last_at, default=None)


# From here on a lithium cell's voltage falls fast, and a frame at full power may be one too many.
_LOW_BATTERY_PERCENT = 10
