"""`plietsch device register | install | move | remove`: where a device hangs, how, and since when."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from plietsch.platform import database, deploying, deployments, settings
from plietsch.platform.commands.device.options import (
    AsJson,
    Asked,
    Direction,
    Height,
    Instead,
    Note,
    Photo,
    RainTip,
    Since,
    ZeroDistance,
    ZeroNhn,
    document,
    parse_dev_eui,
)
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.deployments import Change, Deployment, Mounting
from plietsch.platform.local import running
from plietsch.platform.terminal import console
from plietsch.platform.why import levels

REGISTER = "Example: `plietsch device register 70b3d57ed0000001 --type dragino-ldds75`"
INSTALL = (
    "Examples: `plietsch device install 70b3d57ed0000001 --at schleswig-hafen --gauge-zero-distance-m 8.25 "
    "--gauge-zero-nhn-m -5`, `plietsch device install schleswig-hafen --at schleswig-hafen --correct "
    "--gauge-zero-distance-m 8.31`"
)
MOVE = "Example: `plietsch device move 70b3d57ed0000001 --to husum-hafen --since 2026-06-01T10:00+02:00`"
REMOVE = "Example: `plietsch device remove schleswig-hafen --since 2026-06-01T10:00+02:00`"

_NAMES = {
    "height_m": ("height", "m above ground"),
    "direction_deg": ("direction", "°"),
    "gauge_zero_distance_m": ("gauge zero", "m below the instrument"),
    "gauge_zero_nhn_m": ("gauge zero", "m above NHN"),
    "rain_tip_mm": ("rain", "mm a tip"),
    "photo_url": ("photo", ""),
    "note": ("note", ""),
}

Type = Annotated[str, typer.Option("--type", help="Its device type: `plietsch device-type list`.")]
Interval = Annotated[
    int | None,
    typer.Option(
        "--interval-s", min=1, help="How often it is meant to measure; otherwise as its type says.", metavar="S"
    ),
]


def register(
    dev_eui: Annotated[str, typer.Argument(parser=parse_dev_eui, metavar="DEVEUI")],
    type_: Type,
    interval_s: Interval = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a device known. It hangs nowhere yet: `plietsch device install` puts it at a station."""
    with _connected(database_url) as connection:
        deploying.register(connection, dev_eui, type_, interval_s)
    console().print(f"{dev_eui}: of type {type_}, deployed nowhere.", soft_wrap=True)


def install(
    asked: Asked,
    at: Annotated[str, typer.Option("--at", help="The station, by its code.", metavar="STATION")],
    since: Since = None,
    phase: Annotated[str | None, typer.Option("--phase", help="installed, or bench.", show_default=False)] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="It was so all the time: what is known is wrong, nothing has changed.")
    ] = False,
    type_: Annotated[
        str | None, typer.Option("--type", help="Register it first, as a device of this type.", show_default=False)
    ] = None,
    interval_s: Interval = None,
    sensor: Annotated[
        list[str] | None,
        typer.Option(
            "--sensor", help="An instrument that its type may lack and it has; several times.", metavar="MODEL"
        ),
    ] = None,
    instead: Instead = False,
    height_m: Height = None,
    direction_deg: Direction = None,
    gauge_zero_distance_m: ZeroDistance = None,
    gauge_zero_nhn_m: ZeroNhn = None,
    rain_tip_mm: RainTip = None,
    photo: Photo = None,
    note: Note = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Put a device at a station, mounted so. Only what is installed is public; on the bench it is tried.

    At the same station again, mounted otherwise: values are of the mounting of their time, what was before stays. With
    --correct it is said better how it was mounted all the time since it hangs there, and all of that is computed anew.
    What is not named stays: a number can be said better, but not be taken back.
    """
    if phase not in (None, "installed", "bench"):
        raise typer.BadParameter(f"{phase} is no phase: installed or bench.", param_hint="--phase")
    given = asdict(Mounting(height_m, direction_deg, gauge_zero_distance_m, gauge_zero_nhn_m, rain_tip_mm, photo, note))
    with _connected(database_url) as connection, connection.transaction():
        if type_:
            deploying.register(connection, parse_dev_eui(asked), type_, interval_s)
            asked = parse_dev_eui(asked)
        if correct:
            change = deploying.correct(connection, asked, station=at, since=since, phase=phase, mounting=given)
        else:
            change = deploying.install(
                connection, asked, at, since or datetime.now(UTC), phase=phase or "installed", mounting=given,
                sensors=sensor or (), instead=instead,
            )  # fmt: skip
        doubt = levels.doubt(connection, change.now)
    _say(change, doubt, as_json=as_json)


def move(
    asked: Asked,
    to: Annotated[str, typer.Option("--to", help="The station, by its code.", metavar="STATION")],
    since: Since = None,
    instead: Instead = False,
    height_m: Height = None,
    direction_deg: Direction = None,
    gauge_zero_distance_m: ZeroDistance = None,
    gauge_zero_nhn_m: ZeroNhn = None,
    rain_tip_mm: RainTip = None,
    photo: Photo = None,
    note: Note = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Put a device at another station, in the same phase. How it was mounted at the old one says nothing of the new."""
    given = asdict(Mounting(height_m, direction_deg, gauge_zero_distance_m, gauge_zero_nhn_m, rain_tip_mm, photo, note))
    with _connected(database_url) as connection:
        change = deploying.move(
            connection, asked, to, since or datetime.now(UTC), mounting=given, instead=instead
        )  # fmt: skip
        doubt = levels.doubt(connection, change.now)
    _say(change, doubt, as_json=as_json)


def remove(asked: Asked, since: Since = None, as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """Take a device down. What it measured there stays; what it sends from then on is no station's."""
    with _connected(database_url) as connection:
        change = deploying.remove(connection, asked, since or datetime.now(UTC))
    _say(change, as_json=as_json)


def _connected(database_url: str | None) -> Any:
    return database.connect(running.database_url(settings.read(database_url=database_url)))


def mounted(mounting: Mounting) -> str:
    """How something is mounted, in a few words."""
    said = (_part(member, value) for member, value in asdict(mounting).items() if value is not None)
    return ", ".join(said) or "nothing said of the mounting"


def _part(member: str, value: float | str) -> str:
    name, unit = _NAMES[member]
    if isinstance(value, str):
        return f"{name}: {value}"
    if member == "gauge_zero_distance_m" and value <= 0:  # of a probe
        return f"{name} {-value:g} m above the instrument" if value else f"{name} at the instrument"
    return f"{name} {value:g} {unit}"


def _say(change: Change, doubt: str | None = None, *, as_json: bool) -> None:
    if doubt:
        typer.echo(doubt, err=True)
    if as_json:
        document(change)
        return
    say = console()

    def line(text: str) -> None:
        say.print(text, markup=False, soft_wrap=True)

    if change.is_none:
        line(f"{change.dev_eui} is so already: {_sentence(change.now)}.")
        return
    line(f"now     {change.dev_eui} {_sentence(change.now)}")
    if change.before:
        line(f"before  {_sentence(change.before)}")
    for each in _consequences(change):
        line(each)


def _sentence(deployment: Deployment) -> str:
    how = "" if deployment.phase == "removed" else f": {mounted(deployment.mounting)}"
    return f"{deployments.words(deployment)}{how}"


def _consequences(change: Change) -> list[str]:
    """What becomes of stored values."""
    said = [f"Taken down for it: {each.dev_eui}." for each in change.replaced]
    if change.readings:
        said.append(f"What follows from {change.readings} readings is computed anew.")
    left = [(each.dev_eui, each.elsewhere, change.now.station) for each in change.replaced]
    left += [(change.dev_eui, change.elsewhere, change.before.station)] if change.before else []
    since = f"{change.now.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return said + [
        f"{values} values that {dev_eui} measured since then stand in the series of {station}: "
        f"`plietsch ingest reprocess --device {dev_eui} --since {since}` puts them right."
        for dev_eui, values, station in left
        if values
    ]
