"""Between what reads and whoever is answered: one piece is sent, one is read ahead, and no more.

A thousand slow readers must not stop a quick one. They hold no connection, as each is lent for one piece; they share
the rows that may wait in memory, so that the more there are, the smaller are their pieces; and one that takes none for
a minute or so is let go.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pyarrow as pa
import structlog

# A piece has at most so many rows, some two megabytes: a COPY of some hundredths of a second.
PIECE = 50_000
# So many rows may wait for all readers together, and a piece has at least so many.
_ROOM, _LEAST = 500_000, 500
# A third of a piece is written at once, a megabyte or two of text: in smaller parts it takes twice as long.
_PARTS = 3
# For so long may a reader take nothing, in seconds; for what it has been handed it has time for so many rows a second.
_PATIENCE_S, _ROWS_A_SECOND = 60.0, 100
_log = structlog.get_logger(__name__)


class Readers:
    """Those who are answered in pieces now."""

    def __init__(self, patience_s: float = _PATIENCE_S) -> None:
        self.patience_s = patience_s
        self.present = 0

    def room(self) -> int:
        """How many rows a piece may have now."""
        return max(_LEAST, min(PIECE, _ROOM // max(1, self.present)))

    async def ahead(self, pieces: AsyncGenerator[pa.RecordBatch]) -> AsyncGenerator[pa.RecordBatch]:
        """The rows of the pieces, each read while the one before is sent. However it ends, the pieces are closed."""
        self.present += 1
        coming = asyncio.ensure_future(anext(pieces, None))
        try:
            while (piece := await coming) is not None:
                coming = asyncio.ensure_future(anext(pieces, None))
                part = self.room() // _PARTS + 1
                for first in range(0, piece.num_rows, part):
                    rows = piece.slice(first, part)
                    watch = self._watch(rows.num_rows)
                    try:
                        yield rows
                    finally:
                        watch.cancel()
        finally:
            self.present -= 1
            await _ended(coming)
            await pieces.aclose()

    def _watch(self, rows: int) -> asyncio.TimerHandle:
        """Ends the task that is being answered unless it comes back in time."""
        task, patience_s = asyncio.current_task(), self.patience_s + rows / _ROWS_A_SECOND

        def let_go() -> None:
            _log.info("a reader took nothing for too long", seconds=patience_s)
            if task is not None:
                task.cancel()

        return asyncio.get_running_loop().call_later(patience_s, let_go)


async def _ended(coming: asyncio.Future[pa.RecordBatch | None]) -> None:
    coming.cancel()
    # Whatever it would have said, nobody is there to hear it; that who waits here is cancelled, too, ends it as well.
    with suppress(BaseException):
        await coming
