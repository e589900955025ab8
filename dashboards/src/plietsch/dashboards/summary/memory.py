"""Remembers the facts of the present for a moment: many look at the same region, and of many stations it takes a while.

They are kept for ten times as long as it took to gather them: a small region is always as of now, and a large one costs
a tenth of a processor for each language, however many look at it.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from plietsch.dashboards.summary import gathering
from plietsch.dashboards.summary.facts import Facts

_WORTH = 10
# A present that is older is none.
_LONGEST_S = 10.0


@dataclass
class _Kept:
    facts: Facts | None = None
    until_s: float = 0.0
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() <= self.until_s

    @property
    def is_present(self) -> bool:
        """Whether it still says how things are, for who does not want to wait: nobody may have looked for hours."""
        return time.monotonic() <= self.until_s + _LONGEST_S


class Memory:
    """The facts of each region and language.

    While somebody gathers them anew, the others get those from before: who waits would keep a connection from those who
    want something else.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    def is_gathering(self, region: str, language: str) -> bool:
        """Whether somebody gathers a region's facts just now."""
        kept = self._kept.get((region, language))
        return kept is not None and kept.making.locked()

    async def present(self, connection: AsyncConnection[Any], region: str, language: str, now: datetime) -> Facts:
        """The facts of a region's present."""
        kept = self._kept.setdefault((region, language), _Kept())
        if kept.facts is not None and (kept.is_fresh or (kept.is_present and kept.making.locked())):
            return kept.facts
        async with kept.making:
            if kept.facts is None or not kept.is_fresh:
                begun_s = time.monotonic()
                kept.facts = await gathering.facts(connection, region, language, now)
                took_s = time.monotonic() - begun_s
                kept.until_s = begun_s + took_s + min(_WORTH * took_s, _LONGEST_S)
            return kept.facts
