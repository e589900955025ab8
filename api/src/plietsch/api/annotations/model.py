"""What an annotation is, and in which order they come. Pure."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

Origin = Literal["deployment", "calendar", "entered"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """From when until when, the end not included; None is without an end on that side. A moment ends as it begins."""

    start: datetime | None
    end: datetime | None

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether any of it lies in a span."""
        begins = self.start is None or self.start < end
        if self.start is not None and self.start == self.end:
            return start <= self.start < end
        return begins and (self.end is None or self.end > start)


class Annotation(NamedTuple):
    """What is to be known of a time: of a station, or of a region, or of everywhere; of some properties, or of all.

    `text` is by language (de, da, en). `source` is who says so.
    """

    kind: str
    origin: Origin
    during: Span
    text: Mapping[str, str]
    source: str
    station: str | None = None
    region: str | None = None
    properties: tuple[str, ...] = ()

    def is_about(self, properties: Collection[str], kinds: Collection[str]) -> bool:
        """Whether somebody who asks for these properties and kinds means it; what is empty means all."""
        of_property = not properties or not self.properties or not set(properties).isdisjoint(self.properties)
        return of_property and (not kinds or self.kind in kinds)

    def key(self) -> tuple[int, int, str, str, str, str]:
        """Its place in the order of all: by time, then by what it is of. Times are in microseconds since 1970."""
        texts = "\n".join(self.text[language] for language in sorted(self.text))
        return (
            _microseconds(self.during.start, -(2**62)), _microseconds(self.during.end, 2**62),
            self.region or "", self.station or "", self.kind, texts,
        )  # fmt: skip


def _microseconds(time: datetime | None, without: int) -> int:
    if time is None:
        return without
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
