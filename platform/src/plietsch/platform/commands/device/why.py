"""`plietsch device why`: where a sensor's values are lost, and what to do next."""

from datetime import datetime
from typing import Annotated

import typer

from plietsch.platform import database, settings
from plietsch.platform.commands.device.options import AsJson, document, parse_moment
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running
from plietsch.platform.terminal import console
from plietsch.platform.why import gathering, judging
from plietsch.platform.why.links import Chain, Link, State, moment

EXAMPLE = "Examples: `plietsch device why flensburg-suedermarkt`, `plietsch device why 70b3d57ed0000001 --json`"
_MARKS = {State.OK: "[green]ok     [/]", State.WRONG: "[bold red]wrong  [/]", State.UNKNOWN: "[dim]unknown[/]"}


def why(
    asked: Annotated[
        str,
        typer.Argument(
            help="A DevEUI, also of a device that nobody registered, or the code of a station.",
            metavar="DEVEUI|STATION",
        ),
    ],
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            help="Take this for now: 2026-01-31T12:00Z. Ages are reckoned from it; what came later is not left out.",
            parser=parse_moment,
            metavar="TIME",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Where is my sensor? The chain from its registration to its value on the site, and what to do where it is broken.

    The first link that is wrong is the answer; what else is wrong is listed with its link. Exit code 0 either way.
    """
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        chain = judging.judge(gathering.gather(connection, asked, at))
    if as_json:
        document(chain.document())
        return
    _say(chain)


def _say(chain: Chain) -> None:
    say = console()
    named = " at ".join(filter(None, (chain.dev_eui, chain.station)))
    say.print(f"{named}, as of {moment(chain.at)}", markup=False, soft_wrap=True)
    if chain.findings:
        _, finding = chain.findings[0]
        say.print(f"\n{finding.seen}", style="bold", markup=False, soft_wrap=True)
        say.print(f"→ {finding.do}\n", markup=False, soft_wrap=True)
    else:
        say.print("\nNothing is wrong that could be seen.\n", style="bold", markup=False)
    for link in chain.links:
        _line(link)


def _line(link: Link) -> None:
    say = console()
    say.print(f"{_MARKS[link.state]}  [bold]{link.name:<12}[/]", end="")
    if not link.findings:
        say.print(link.seen, markup=False, soft_wrap=True)
    for number, finding in enumerate(link.findings):
        since = f", since {moment(finding.since)}" if finding.since else ""
        indent = " " * 21 if number else ""
        say.print(f"{indent}{finding.code}{since}: {finding.seen}", markup=False, soft_wrap=True)
        say.print(f"{' ' * 21}→ {finding.do}", markup=False, soft_wrap=True)
