"""SVG as it leaves the house: named for who hears it, its looks in attributes that no content policy forbids.

matplotlib writes looks as `style="…"`, which a page without 'unsafe-inline' does not follow: each of its properties is
a presentation attribute as well (SVG 1.1, section 6.5).
"""

import re
from html import escape

from plietsch.dashboards.picture.looks import LOOKS, WEB_FAMILY
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.sheet import Size

MEDIA_TYPE = "image/svg+xml"
_STYLE = re.compile(r' style="([^"]*)"')
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_ROOT = re.compile(r"^.*?<svg [^>]*>", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_SHEET = re.compile(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_LABELLED = 'aria-labelledby="picture-title picture-description"'
# Where a part is named, and where it is meant.
_NAMED = re.compile(r'(\bid="|url\(#|href="#)')

# The names of the light theme's colours in the stylesheet.
_TOKENS = {
    **{value: name.replace("_", "-") for name, value in vars(LOOKS["light"]).items() if isinstance(value, str)},
    **{value: f"line-{number}" for number, value in enumerate(LOOKS["light"].more, 3)},
}
_COLOUR = re.compile(f'="({"|".join(_TOKENS)})"')


def finished(text: str, size: Size, scene: Scene) -> bytes:
    """What matplotlib wrote, made fit for a page, a mail and a screen reader."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' width="{size.width}" height="{size.height}" viewBox="0 0 {size.width} {size.height}"'
        f' role="img" {_LABELLED} xml:lang="{scene.language}"'
        f' stroke-linejoin="round" stroke-linecap="butt">\n'
        f'<title id="picture-title">{escape(f"{scene.title}: {scene.subtitle}")}</title>\n'
        f'<desc id="picture-description">{escape(scene.description)}</desc>'
    )
    body = _SHEET.sub("", _METADATA.sub("", _ROOT.sub("", text, count=1), count=1), count=1)
    return (head + _NO_TURN.sub("", _STYLE.sub(_attributes, body))).encode()


def _attributes(style: re.Match[str]) -> str:
    """The properties of a style as attributes, and the typeface that a reader's browser has."""
    properties = dict(each.split(":", 1) for each in style[1].split(";") if ":" in each)
    found = {name.strip(): value.strip() for name, value in properties.items()}
    if "font-family" in found:
        found["font-family"] = WEB_FAMILY
    return "".join(f' {name}="{value}"' for name, value in found.items())


def inline(drawn: bytes, prefix: str = "") -> str:
    """A picture drawn in the light theme as part of a page: its colours are the stylesheet's, light or dark.

    `prefix` keeps the names of its parts apart from those of other pictures of the page.
    """
    text = _COLOUR.sub(lambda found: f'="var(--{_TOKENS[found[1]]})"', drawn.decode())
    if not prefix:
        return text
    text = text.replace(_LABELLED, f'aria-labelledby="{prefix}picture-title {prefix}picture-description"', 1)
    return _NAMED.sub(rf"\1{prefix}", text)
