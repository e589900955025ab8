"""The options that several commands on devices have, what their values become, and how they write."""

import re
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

_SEPARATORS = str.maketrans("", "", ":-. ")


def parse_moment(text: str) -> datetime:
    """An instant in ISO 8601, with its zone: a mounting may be an hour off otherwise, and nobody would see it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no moment as 2026-01-31T12:00+01:00.") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text} names no zone. Say which one: {text}Z for UTC, {text}+01:00 for Central European winter time."
        )
    return moment


def parse_dev_eui(text: str) -> str:
    """A DevEUI as it is stored, from any way in which it is printed on a label."""
    dev_eui = text.translate(_SEPARATORS).lower()
    if not re.fullmatch(r"[0-9a-f]{16}", dev_eui):
        raise typer.BadParameter(f"{text} is no DevEUI: it has 16 hexadecimal digits, e.g. 70b3d57ed0000001.")
    return dev_eui


def parse_address(text: str) -> str:
    """An address that a browser can open."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise typer.BadParameter(f"{text} is no address on the web: https://example.org/picture.jpg.")
    return text


def moment(at: datetime | None) -> str:
    """An instant to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "never"


def document(value: Any) -> None:
    """Write one JSON document; instants are in RFC 3339."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


Asked = Annotated[
    str, typer.Argument(help="Its DevEUI, or the code of the station at which it hangs.", metavar="DEVEUI|STATION")
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        help="Since when, in ISO 8601 with zone: 2026-01-31T12:00+01:00. Otherwise now.",
        parser=parse_moment,
        metavar="TIME",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]
Instead = Annotated[bool, typer.Option("--instead", help="Take down what hangs there, at the same time.")]
Height = Annotated[
    float | None, typer.Option("--height-m", help="Mounting height above ground.", metavar="M", show_default=False)
]
Direction = Annotated[
    float | None,
    typer.Option(
        "--direction-deg",
        min=0,
        max=359.999,
        help="Where it faces, clockwise from north.",
        metavar="°",
        show_default=False,
    ),
]
ZeroDistance = Annotated[
    float | None,
    typer.Option(
        "--gauge-zero-distance-m",
        help="From the instrument straight down to the gauge's zero; negative for a probe below it.",
        metavar="M",
        show_default=False,
    ),
]
ZeroNhn = Annotated[
    float | None,
    typer.Option(
        "--gauge-zero-nhn-m", help="The gauge's zero above NHN (DHHN2016), mostly -5.", metavar="M", show_default=False
    ),
]
RainTip = Annotated[
    float | None,
    typer.Option(
        "--rain-tip-mm", min=0.001, help="How much rain makes the bucket tip.", metavar="MM", show_default=False
    ),
]
Photo = Annotated[
    str | None,
    typer.Option(
        "--photo",
        help="Address of a picture of the mounting: https://…",
        parser=parse_address,
        metavar="URL",
        show_default=False,
    ),
]
Note = Annotated[str | None, typer.Option("--note", help="What the next one should know.", show_default=False)]
