"""Which devices there are, where they are deployed and since when, what their channels feed and what is derived."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from plietsch.ingest.series.arrival import Derivation
from plietsch.platform.device_types.specification import DeviceType, Span


@dataclass(frozen=True, slots=True)
class Deployment:
    """A device at a station from `since_s` on, before `until_s` (Unix time; infinite where open), and what is derived
    from what it measures there."""

    since_s: float
    until_s: float
    datastream_ids: Mapping[str, int]
    derivations: Sequence[Derivation] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A device, its deployments, which do not overlap, and its type; None where nobody here knows that.

    `ranges`: beyond which values the instruments of one of our own nodes cannot have measured, by channel.
    """

    id: int
    dev_eui: str
    deployments: tuple[Deployment, ...] = ()
    type: DeviceType | None = None
    ranges: Mapping[str, Span] = field(default_factory=dict[str, Span])

    def deployment_at(self, moment_s: float) -> Deployment | None:
        """Where it was when it measured."""
        for deployment in self.deployments:
            if deployment.since_s <= moment_s < deployment.until_s:
                return deployment
        return None


@dataclass(frozen=True, slots=True)
class Registry:
    """The devices by DevEUI, as of the moment it was loaded."""

    devices: Mapping[str, Device] = field(default_factory=dict[str, Device])

    @staticmethod
    def of(devices: Iterable[Device]) -> "Registry":
        return Registry({device.dev_eui: device for device in devices})

    def find(self, dev_eui: str) -> Device | None:
        return self.devices.get(dev_eui)

    def with_devices(self, devices: Iterable[Device]) -> "Registry":
        """This registry with more devices in it, or newer ones."""
        return Registry({**self.devices, **{device.dev_eui: device for device in devices}})
