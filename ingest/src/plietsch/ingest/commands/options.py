"""The options that several commands have, and what their values become."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import psycopg
import typer

from plietsch.platform import deployments

_SPAN = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DEV_EUI = re.compile(r"[0-9a-f]{16}")
_SEPARATORS = str.maketrans("", "", ":-. ")


def parse_since(text: str) -> datetime:
    """An instant, said as one (ISO 8601, UTC where no zone is named) or as how long ago: 90s, 30m, 2h, 7d, 1w."""
    if match := _SPAN.fullmatch(text.strip()):
        return datetime.now(UTC) - timedelta(seconds=int(match[1]) * _UNITS_S[match[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is neither a span as 2h or 7d, nor a moment as 2026-01-31T12:00Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_dev_eui(text: str) -> str:
    """A DevEUI as it is stored, from any way in which it is printed on a label."""
    if dev_eui := _dev_eui(text):
        return dev_eui
    raise typer.BadParameter(f"{text} is no DevEUI: it has 16 hexadecimal digits, e.g. 70b3d57ed0000001.")


def device_of(connection: psycopg.Connection, said: str) -> str:
    """A DevEUI, of whomever it is, or that of the device which hangs at a station or hung there last.

    Raises errors.DeviceUnknown.
    """
    return _dev_eui(said) or deployments.find(connection, said).dev_eui


def _dev_eui(text: str) -> str | None:
    dev_eui = text.translate(_SEPARATORS).lower()
    return dev_eui if _DEV_EUI.fullmatch(dev_eui) else None


BrokerUrl = Annotated[
    str | None,
    typer.Option("--broker-url", help="The MQTT broker; otherwise PLIETSCH_BROKER_URL.", show_default=False),
]
ClientId = Annotated[
    str | None,
    typer.Option("--client-id", help="The MQTT client id; otherwise PLIETSCH_BROKER_CLIENT_ID.", show_default=False),
]
Most = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many lines to show.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DeviceOrStation = Annotated[
    str | None,
    typer.Option(
        "--device", help="Only those of this device: its DevEUI, or its station's code.", metavar="DEV_EUI|STATION"
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="Only those of this DevEUI.", parser=parse_dev_eui, metavar="DEV_EUI"),
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        help="Only those heard again since: 2h, 7d, or 2026-01-31T12:00Z.",
        parser=parse_since,
        metavar="WHEN",
        show_default=False,
    ),
]
