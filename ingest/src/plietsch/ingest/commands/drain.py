"""`plietsch ingest drain`: store what a worker that will not come back has left at the broker."""

import sys
from typing import Annotated

import typer

from plietsch.ingest import address, presence, session, stopping
from plietsch.ingest.client import Wish
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import BrokerUrl
from plietsch.ingest.drain import Drain, Drained
from plietsch.platform import logs, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.local import running

EXAMPLE = "Example: `plietsch ingest drain plietsch-ingest-3`"

_NONE_KNOWN = "The session had none of the subscriptions that the settings name"
_SETTINGS = "see PLIETSCH_MQTT_TOPIC and PLIETSCH_MQTT_SHARE"

Whose = Annotated[str, typer.Argument(help="The client id of the worker that will not come back.", metavar="CLIENT_ID")]
EndAnyway = Annotated[
    bool, typer.Option("--end-anyway", help="End the session even if it has none of the settings' subscriptions.")
]


def drain(
    client_id: Whose,
    end_anyway: EndAnyway = False,
    database_url: DatabaseUrl = None,
    broker_url: BrokerUrl = None,
) -> None:
    """Store what the broker still keeps for a worker that will not come back, then end its session.

    Takes the session over: it gets nothing new from then on, and when it is empty the broker forgets it. Topic, share
    and certificates are those of the settings, and must be as the worker had them: a session with other subscriptions
    is still being filled, and is not ended. MQTT 3.1.1 does not tell whether it has others. Refused while that worker
    is at work. Stopped half-way, what is not stored stays in the session: call it again, with --end-anyway, as its
    subscriptions have ended already.
    """
    given = settings.read(database_url=database_url, broker_url=broker_url, broker_client_id=client_id)
    logs.configure(given)
    database = running.database_url(given)
    version = "5" if given.mqtt_version == "auto" else given.mqtt_version
    wish = Wish(client_id, given.mqtt_topic, version, given.mqtt_share)
    with (
        presence.alone(database, client_id),
        session.opened(database) as opened,
        stopping.on_signals() as stop,
    ):
        work = Drain(opened, address.of(given), wish, stop, insists=end_anyway)
        work.on_progress = lambda so_far: _progress(f"{_amount(so_far)} …")
        drained = work.run(may_fall_back=given.mqtt_version == "auto")
    _progress("")
    _say(client_id, drained)
    if not drained.ended:
        raise typer.Exit(1)


def _say(client_id: str, drained: Drained) -> None:
    if drained.ended and not drained.found:
        output.lines(f"The broker has no session of {client_id}.")
        return
    output.lines(f"Stored {_amount(drained)}.", *_rest(client_id, drained))


def _rest(client_id: str, drained: Drained) -> list[str]:
    ended = f"The session of {client_id} has ended."
    if drained.unsubscribed is not False:
        again = "call it again, with --end-anyway" if drained.unsubscribed else "call it again"
        return [ended if drained.ended else f"Stopped; the rest is still in the session: {again}."]
    if drained.ended:
        return [f"{_NONE_KNOWN}; if it had others, what came last was lost: {_SETTINGS}.", ended]
    return [
        f"{_NONE_KNOWN}; if it has others, it is still being filled, and it was left as it is: {_SETTINGS}.",
        "If an earlier attempt was interrupted, they have ended already: call it again with --end-anyway.",
    ]


def _amount(drained: Drained) -> str:
    return f"{drained.messages} messages with {drained.observations} observations"


def _progress(line: str) -> None:
    """One line that is written over, where somebody looks on."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()
