"""`plietsch device show`: all that is known of one device."""

from collections.abc import Sequence
from typing import Any, cast

from rich.table import Table

from plietsch.platform import database, device_sheet, limits, settings
from plietsch.platform.commands.device.mounting import mounted
from plietsch.platform.commands.device.options import AsJson, Asked, document, moment
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.device_sheet import Newest, Sheet
from plietsch.platform.local import running
from plietsch.platform.registry import Answer
from plietsch.platform.terminal import console, whole

EXAMPLE = "Example: `plietsch device show flensburg-suedermarkt`, or `… show 70b3d57ed0000001 --json`"
# In which order somebody asks; the database keeps none.
_ORDER = (
    "kind", "firmware", "revision", "reset_cause", "boots", "uptime_h", "data_rate", "battery_v", "saving", "fan_h",
    "waiting", "dropped", "errors",
)  # fmt: skip
# QARTOD's flags.
_FLAGS = {1: "good", 2: "not evaluated", 3: "suspect", 4: "fail", 9: "missing"}


def show(asked: Asked, as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """Show a device: where it hangs and hung, its newest values and their limits, its status, and its answers."""
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        sheet = device_sheet.of(connection, asked)
    if as_json:
        document(sheet)
        return
    say = console()
    for part in (_facts(sheet), _deployments(sheet), _newest(sheet.newest), _limits(sheet)):
        if part.row_count:
            say.print(part)
    say.print(_answers(sheet.answers) if sheet.answers else "It has answered no command.")


def _facts(sheet: Sheet) -> Table:
    row, present = sheet.device, sheet.present
    facts = Table("", "", show_header=False, box=None)
    facts.add_row("device", f"{row.dev_eui}, {row.type}, at {row.station or 'no station'}")
    facts.add_row("interval", f"{sheet.interval_s} s")
    if present and present.phase != "removed":
        facts.add_row("mounted", mounted(present.mounting))
    if sheet.mean_level_cm is not None:
        facts.add_row("mean level", f"{sheet.mean_level_cm:g} cm above the gauge's zero")
    facts.add_row("last heard", moment(row.last_heard))
    facts.add_row("status of", moment(row.status_at))
    status = row.status or {}
    for name in sorted(status, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
        facts.add_row(name, _words(status[name]))
    return facts


def _deployments(sheet: Sheet) -> Table:
    table = Table(whole("station"), "phase", "from", "to", "mounted", title="deployments", title_justify="left")
    for each in sheet.deployments:
        until = moment(each.until) if each.until else "–"
        table.add_row(each.station, each.phase, moment(each.since), until, mounted(each.mounting))
    return table


def _newest(newest: Sequence[Newest]) -> Table:
    table = Table(whole("channel"), "value", "measured", "flag", "not passed", title="newest values",
                  title_justify="left")  # fmt: skip
    for each in newest:
        value = "–" if each.result is None else f"{each.result:g} {each.unit}"
        flag = _FLAGS.get(each.quality or 0, "–")
        table.add_row(each.channel, value, moment(each.time), flag, ", ".join(each.tests or ()) or "–")
    return table


def _limits(sheet: Sheet) -> Table:
    table = Table(
        whole("channel"), whole("test"), "held against", "origin", title="limits in force", title_justify="left"
    )
    for each in sheet.limits:
        for place, (test, said) in enumerate(limits.words(each.limits)):
            table.add_row("" if place else each.channel, test, said, "" if place else each.origin)
    return table


def _answers(given: Sequence[Answer]) -> Table:
    answers = Table(whole("heard"), "token", "command", "result", "field", "value now", "who")
    for each in given:
        answer = each.answer
        field = answer.get("field_name") or answer.get("field")
        cells = (answer["token"], answer["command"], answer["result"], field, answer.get("value"))
        answers.add_row(moment(each.at), *map(_words, cells), _words(answer.get("identity")))
    return answers


def _words(value: Any) -> str:
    """A value of a status, of limits or of an answer; what is not known, and what is empty, is a dash."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in cast(dict[str, Any], value).items()) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)
