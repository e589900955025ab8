"""What fails in a scenario: power, instruments and gateways, each for a while."""

from collections.abc import Sequence

from plietsch.firmware.scenarios.scenario import GATEWAY, SILENT, STUCK, Mishap
from plietsch.firmware.station import MILLISECONDS, VirtualStation
from plietsch.firmware.world import World


def lay(world: World, mishaps: Sequence[Mishap], begin_s: float) -> None:
    """Let happen what is not over yet of `mishaps`, in a scenario that began at `begin_s` (Unix seconds).

    What drifts, nature shows as drifting; of stations that do not take part nothing fails.
    """
    stations = {station.station.code: station for station in world.stations}
    for mishap in mishaps:
        from_ms, to_ms = ((begin_s + each) * MILLISECONDS for each in (mishap.from_s, mishap.to_s))
        if to_ms <= world.env.now:
            continue
        if mishap.kind == GATEWAY:
            world.ether.outage(from_ms, to_ms, [mishap.station])
        elif mishap.station in stations:
            _fail(stations[mishap.station], mishap, from_ms, to_ms)


def _fail(station: VirtualStation, mishap: Mishap, from_ms: float, to_ms: float) -> None:
    if mishap.kind == SILENT:
        station.outage(from_ms, to_ms)
    elif mishap.kind == STUCK:
        for model in (mishap.model,) if mishap.model else station.station.sensors:
            station.stick(model, from_ms, to_ms)
