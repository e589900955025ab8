"""What importing a region file changed of places and deployments: nothing is corrected in silence."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from plietsch.platform import deployments
from plietsch.platform.deployments import Deployment

Kind = Literal["new", "moved", "device", "begun", "ended", "corrected"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than before, in words that begin with the station's code."""

    kind: Kind
    said: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: how many stations the file has, and what changed."""

    stations: int
    changes: Sequence[Change]


def between(station: str, before: Sequence[Deployment], after: Sequence[Deployment]) -> Iterator[Change]:
    """What became of the deployments of the devices that a station's import concerns."""
    known = {each.id: each for each in before}
    for each in after:
        was = known.get(each.id)
        if was is None:
            yield Change("begun", f"{station}: begun: {described(each)}")
        elif was.until is None and each.until is not None:
            yield Change("ended", f"{station}: ended: {deployments.words(each)}")
        elif was != each:
            differences = ", ".join(_differences(was, each))
            yield Change("corrected", f"{station}: corrected: {deployments.words(was)}: {differences}")


def described(deployment: Deployment) -> str:
    """A deployment in words, its mounting in those of the region file."""
    said = ", ".join(f"{member} {value}" for member, value in asdict(deployment.mounting).items() if value is not None)
    return f"{deployments.words(deployment)}{f' ({said})' if said else ''}"


def _differences(was: Deployment, now: Deployment) -> Iterator[str]:
    said = {"since": (deployments.moment(was.since), deployments.moment(now.since)), "phase": (was.phase, now.phase)}
    mounted = asdict(now.mounting)
    said |= {member: (value, mounted[member]) for member, value in asdict(was.mounting).items()}
    return (f"{member} {old} → {new}" for member, (old, new) in said.items() if old != new)
