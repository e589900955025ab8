"""A reader of the site in a real browser, who notices what goes wrong and who else was asked."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

_PIXEL = """async ([png, x, y]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height});
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  return [...pen.getImageData(image.width / 2 + x, image.height / 2 + y, 1, 1).data].slice(0, 3);
}"""


@contextmanager
def reader(chromium: Browser, *hosts: str) -> Iterator[Callable[..., Page]]:
    """Opens pages of the first of these addresses; at the end, only these were asked, and nothing went wrong."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []
    allowed = {urlsplit(host).netloc for host in hosts}

    def note(message: ConsoleMessage) -> None:
        # Who takes the network away is told so.
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            wrong.append(f"{message.text} ({message.location['url']})")

    def watch(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in allowed:
            wrong.append(url)

    def visit(
        path: str,
        clock_ahead: timedelta | None = None,
        init: str = "",
        routes: Mapping[re.Pattern[str], Callable[[Route], None]] = MappingProxyType({}),
        **habits: Any,
    ) -> Page:
        context = chromium.new_context(**{"reduced_motion": "reduce", **habits})
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: watch(request.url))
        for addresses, answer in routes.items():
            page.route(addresses, answer)
        if init:
            page.add_init_script(init)
        if clock_ahead is not None:
            page.clock.install(time=datetime.now(UTC) + clock_ahead)
        page.goto(hosts[0] + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not wrong, "; ".join(wrong)


def pixel(page: Page, selector: str, x: float = 0, y: float = 0) -> tuple[int, int, int]:
    """The colour that is seen so far from the middle of an element, in pixels."""
    png = base64.b64encode(page.locator(selector).screenshot()).decode()
    red, green, blue = page.evaluate(_PIXEL, [png, x, y])
    return red, green, blue


def colour(page: Page, name: str, of: str = "") -> tuple[int, int, int]:
    """A custom property of the page's stylesheet as a colour; `of` is a class of which it is."""
    hexed = page.evaluate(
        """([name, of]) => {
          const probe = document.body.appendChild(document.createElement('span'));
          probe.className = of;
          const value = getComputedStyle(probe).getPropertyValue(name).trim();
          probe.remove();
          return value;
        }""",
        [name, of],
    )
    return int(hexed[1:3], 16), int(hexed[3:5], 16), int(hexed[5:7], 16)


def alike(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two colours are one to the eye."""
    return all(abs(a - b) <= 6 for a, b in zip(one, other, strict=True))
