"""What is found: links of a chain, each with its state, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """A link is unknown where the chain is broken before it, and nothing tells of it."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: a code for machines, since when, what was seen, and what to do next, in a sentence."""

    code: str
    since: datetime | None
    seen: str
    do: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the chain: what was seen of it in a sentence, and all that is wrong with it, the gravest first."""

    name: str
    state: State
    since: datetime | None
    seen: str
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """All links of a device, or of a station without one, as of a moment."""

    dev_eui: str | None
    station: str | None
    at: datetime
    links: Sequence[Link]

    @property
    def findings(self) -> Sequence[tuple[str, Finding]]:
        """All that is wrong, with the link's name: the first one is the answer."""
        return [(link.name, finding) for link in self.links for finding in link.findings]

    def document(self) -> Mapping[str, Any]:
        """As JSON says it (docs/devices.md)."""
        found = self.findings
        answer = {"link": found[0][0], **_members(found[0][1])} if found else None
        return {
            "device": self.dev_eui,
            "station": self.station,
            "at": self.at,
            "answer": answer,
            "links": [
                {
                    "link": link.name,
                    "state": link.state,
                    "since": link.since,
                    "seen": link.seen,
                    "findings": [_members(finding) for finding in link.findings],
                }
                for link in self.links
            ],
        }


def judged(name: str, findings: Sequence[Finding], *, seen: str, since: datetime | None = None) -> Link:
    """A link about which enough is known: wrong by what was found, or else right, as was seen."""
    if not findings:
        return Link(name, State.OK, since, seen)
    return Link(name, State.WRONG, findings[0].since, findings[0].seen, tuple(findings))


def unknown(name: str, seen: str) -> Link:
    """A link that the chain does not reach."""
    return Link(name, State.UNKNOWN, None, seen)


def moment(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span(length: timedelta) -> str:
    """A length of time, as one says it."""
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes == 0:
        return "less than a minute"
    if minutes < 120:
        return _counted(minutes, "minute")
    hours = round(minutes / 60)
    return _counted(hours, "hour") if hours < 48 else _counted(round(hours / 24), "day")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _members(finding: Finding) -> Mapping[str, Any]:
    return {"code": finding.code, "since": finding.since, "seen": finding.seen, "do": finding.do}
