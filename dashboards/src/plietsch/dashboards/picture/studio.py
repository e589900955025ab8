"""The studio: pictures drawn one after another in a thread of their own, and kept for who asks for the same one.

matplotlib is loaded with the first picture: it takes a second, and most processes never draw any.
"""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from plietsch.api import errors
from plietsch.api.shared import Shared
from plietsch.dashboards.picture.looks import Theme
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.texts import Texts

if TYPE_CHECKING:
    from plietsch.dashboards.picture.figure import Kind

# Each picture holds the interpreter for a tenth of a second or two: whoever is further back is told to come again.
_MOST_WAITING = 16
# Of about 50 kB each.
_KEPT = 128


class Studio:
    """Draws scenes; equal ones once."""

    def __init__(self) -> None:
        # One, since matplotlib is not made for several at a time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="picture")
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._drawing = Shared[str, bytes]()

    async def draw(self, scene: Scene, size: tuple[int, int], theme: Theme, kind: "Kind", texts: Texts) -> bytes:
        """A picture of so many pixels. Raises errors.TooBusy."""
        tag = scene.tag(size, theme, kind)
        if tag in self._kept:
            self._kept.move_to_end(tag)
            return self._kept[tag]
        if tag not in self._drawing and len(self._drawing) >= _MOST_WAITING:
            raise errors.TooBusy("Many pictures are being drawn.")
        loop = asyncio.get_running_loop()
        drawn = await self._drawing.get(
            tag, lambda: loop.run_in_executor(self._thread, _draw, scene, size, theme, kind, texts)
        )
        self._keep(tag, drawn)
        return drawn

    def _keep(self, tag: str, drawn: bytes) -> None:
        self._kept[tag] = drawn
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _draw(scene: Scene, size: tuple[int, int], theme: Theme, kind: "Kind", texts: Texts) -> bytes:
    from plietsch.dashboards.picture import figure
    from plietsch.dashboards.picture.sheet import Size

    return figure.draw(scene, Size(*size), theme, kind, texts)
