"""The summary of a region: a sentence and tiles, as of its present or of a moment before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from psycopg import AsyncConnection

from plietsch.dashboards.present import Present
from plietsch.dashboards.regions import Region
from plietsch.dashboards.summary import gathering, sentence, tiles
from plietsch.dashboards.summary.memory import Memory
from plietsch.dashboards.summary.tiles import Tile
from plietsch.dashboards.texts import Texts


@dataclass(frozen=True)
class Summary:
    """A summary as it is shown, with the time that it is of."""

    sentence: str
    tiles: list[Tile]
    time: str
    time_iso: str
    fast_motion: bool
    kept: Mapping[str, str]

    def address(self, tile: Tile) -> str:
        """Where a tile leads to: to the map of its quantity, or to the table."""
        if not tile.quantity:
            return "#stations"
        return f"?{urlencode({'property': tile.quantity, **self.kept})}#map"


async def of(
    connection: AsyncConnection[Any],
    memory: Memory,
    region: Region,
    now: Present,
    texts: Texts,
    at: datetime | None = None,
    kept: Mapping[str, str] | None = None,
) -> Summary:
    """The summary of a region, in a language; `kept` is what of the page's address goes on into those of the tiles."""
    moment = at or now.at
    if at is None:
        facts = await memory.present(connection, region.code, texts.language, now.at)
    else:
        facts = await gathering.facts(connection, region.code, texts.language, at)
    return Summary(
        sentence=sentence.of(facts, texts, is_past=at is not None),
        tiles=tiles.of(facts, texts),
        time=texts.weekday_and_clock(moment, region.zone),
        time_iso=moment.isoformat(timespec="seconds"),
        fast_motion=now.fast_motion and at is None,
        kept=kept or {},
    )
