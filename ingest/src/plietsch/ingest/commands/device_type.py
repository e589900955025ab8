"""`plietsch device-type`: which devices are understood, and how to have one's own understood, too."""

from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import psycopg
import typer
from rich.table import Column, Table

from plietsch.ingest import data_dictionary, examples
from plietsch.ingest.commands import output
from plietsch.ingest.commands.options import AsJson
from plietsch.ingest.examples import Tried
from plietsch.platform import database, errors, properties, settings
from plietsch.platform.commands.options import DatabaseUrl
from plietsch.platform.device_types import catalogue, reading, storing
from plietsch.platform.device_types.specification import Channel, DeviceType, Example, Limits
from plietsch.platform.device_types.storing import Added
from plietsch.platform.local import running
from plietsch.platform.terminal import whole

app = typer.Typer(no_args_is_help=True, help="Which devices are understood, and how yours can be.")

File = Annotated[Path, typer.Argument(help="A device type's file (format plietsch-device-type/1).")]


@app.callback()
def device_type() -> None:
    """Which devices are understood, and how yours can be. docs/device-types.md describes the format."""


@app.command("list", epilog="Examples: `plietsch device-type list`, `plietsch device-type list --json`")
def list_(as_json: AsJson = False, database_url: DatabaseUrl = None) -> None:
    """List the types: those that are built in and, where a database answers, those that were added to it."""
    known = _known(database_url)
    if as_json:
        output.document({"device_types": [_summary(each, known) for each in known.types.values()]})
        return
    table = _table(whole("type"), "maker", "model", "measures", title=None)
    for each in known.types.values():
        own = " (added)" if each.code in known.added else ""
        cells = (each.code, each.maker, each.model + own, ", ".join(_measured(each)))
        table.add_row(*map(output.cell, cells))
    output.tables("", table)


@app.command(epilog="Examples: `plietsch device-type show plietsch-water-level`, `… show dragino-ldds75 --examples`")
def show(
    code: Annotated[str, typer.Argument(help="Its code, as `list` has it.", metavar="CODE")],
    with_examples: Annotated[bool, typer.Option("--examples", help="Its examples, too: frames and values.")] = False,
    as_json: AsJson = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Show a type: its instruments, its channels and their limits, and where its maker describes it."""
    known = _known(database_url)
    type_ = _find(code, known.types)
    if as_json:
        output.document(msgspec.to_builtins(type_))
        return
    output.facts(
        [
            ("type", f"{type_.code}, {known.origin(code)}"),
            ("maker", type_.maker),
            ("model", type_.model),
            ("summary", type_.summary),
            *type_.links.items(),
            ("decoded from", _DECODERS[type_.decoder]),
            ("ports", ", ".join(map(str, type_.f_ports)) or "any"),
            ("interval", f"{type_.interval_s} s" if type_.interval_s else None),
            ("examples", len(type_.examples) or None),
        ]
    )
    output.tables("", _instruments(type_), _channels(type_), _limits(type_))
    for each in type_.examples if with_examples else ():
        output.section(f"example “{each.title}”, {each.source}", list(_example(each)))


def _example(example: Example) -> Iterator[str]:
    yield f"port {example.f_port}" + (f", {example.payload}" if example.payload else "")
    if example.object is not None:
        yield f"object    {msgspec.json.encode(example.object).decode()}"
    yield "expected  " + ", ".join(f"{name} {_said(value)}" for name, value in example.expected.items())


_DECODERS = {"plietsch": "our own payload (docs/payload.md)", "object": "what the maker's codec makes of a frame"}


@app.command(epilog="Examples: `plietsch device-type check mine.toml`, `plietsch device-type check types/*.toml`")
def check(files: Annotated[list[Path], typer.Argument(help="Files to look at.", metavar="FILE…")]) -> None:
    """Look for mistakes in files, each with its line and what to do, and try their examples. Stores nothing."""
    found = [_check(file) for file in files]
    if not all(found):
        raise typer.Exit(1)


def _check(file: Path) -> bool:
    try:
        type_ = reading.read(file)
    except errors.DeviceTypeInvalid as error:
        output.lines(error.message, *([error.hint] if error.hint else []))
        return False
    wrong = list(_wrong(type_))
    passed = sum(tried.passed for tried in examples.run(type_))
    count = f"{passed} of {len(type_.examples)} examples pass" if type_.examples else "it has no examples"
    verdict = "not as it says" if wrong else "understood"
    output.lines(f"{file}: {type_.code}: {verdict}; {len(type_.channels)} channels, {count}.", *wrong)
    return not wrong


def _wrong(type_: DeviceType) -> Iterator[str]:
    """What is not as the file says, line by line."""
    for channel in examples.unknown_channels(type_):
        yield f"  channels.{channel}: our own payload has no such channel; docs/payload.md names them."
    for tried in examples.run(type_):
        if not tried.passed:
            yield f"  example “{tried.example.title}”:"
            yield from _differences(tried)


def _differences(tried: Tried) -> Iterator[str]:
    for channel, expected, came in tried.differences:
        yield f"    {channel}: expected {_said(expected)}, came {_said(came)}"
    for problem in tried.problems:
        yield f"    {problem}"


def _said(value: float | str | None) -> str:
    return "nothing" if value is None else f"{value:.15g}" if isinstance(value, float | int) else value


@app.command(epilog="Example: `plietsch device-type add mine.toml`")
def add(file: File, database_url: DatabaseUrl = None) -> None:
    """Add a type of your own, or a newer form of it; workers know it at once."""
    type_ = reading.read(file)
    if wrong := list(_wrong(type_)):
        said = "\n".join([f"{file}: {type_.code} is not as it says.", *wrong])
        raise errors.DeviceTypeInvalid(said, "Mend the file until `plietsch device-type check` finds nothing.")
    with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
        added = storing.add(connection, type_)
    output.lines(f"{type_.code} {_ADDED[added]}: {type_.maker} {type_.model}.")


_ADDED = {Added.NEW: "is new", Added.CHANGED: "was known and is changed", Added.SAME: "is known, and was so already"}


@app.command(epilog="Example: `plietsch device-type dictionary --output docs/data-dictionary.md`")
def dictionary(
    to: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write it to this file instead.", dir_okay=False, show_default=False),
    ] = None,
) -> None:
    """Print the data dictionary: properties, units, methods, quality flags and the types that are built in."""
    if to is None:
        typer.echo(data_dictionary.document(), nl=False)
        return
    try:
        to.write_text(data_dictionary.document(), encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{to} cannot be written: {error.strerror}.") from error


class _Known(NamedTuple):
    """The types by their codes, in order, and the codes of those that were added."""

    types: Mapping[str, DeviceType]
    added: Set[str] = frozenset()

    def origin(self, code: str) -> str:
        return "added" if code in self.added else "built in"


def _known(database_url: str | None) -> _Known:
    """The types of the files, which have examples, and those that were added to the database, if one answers."""
    built_in = catalogue.built_in()
    try:
        with database.connect(running.database_url(settings.read(database_url=database_url))) as connection:
            stored, added = storing.known(connection), storing.added(connection)
    except errors.DatabaseUnreachable:
        if database_url:
            raise
        return _Known(built_in)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return _Known(built_in)  # before the migration that brought them
    own = {code: stored[code] for code in added}
    return _Known(dict(sorted({**stored, **built_in, **own}.items())), added)


def _find(code: str, known: Mapping[str, DeviceType]) -> DeviceType:
    if code not in known:
        raise errors.DeviceTypeInvalid(f"No device type is called {code}.", "`plietsch device-type list` has them all.")
    return known[code]


def _measured(type_: DeviceType) -> list[str]:
    """The codes of the properties that a type measures, in the order of its file; without spreads."""
    codes = dict.fromkeys(map(type_.property_of, type_.channels))
    return [code for code in codes if properties.of(code).spread_of is None]


def _summary(type_: DeviceType, known: _Known) -> dict[str, Any]:
    return {
        "code": type_.code,
        "maker": type_.maker,
        "model": type_.model,
        "summary": type_.summary,
        "decoder": type_.decoder,
        "built_in": type_.code not in known.added,
        "measures": _measured(type_),
    }


def _instruments(type_: DeviceType) -> Table:
    table = _table(whole("instrument"), "by", "is")
    for model, each in type_.instruments.items():
        optional = " (a device may lack it)" if each.optional else ""
        table.add_row(*map(output.cell, (model, each.manufacturer, each.description + optional)))
    return table


def _channels(type_: DeviceType) -> Table:
    table = _table(whole("channel"), "property", "unit", "from", "to", "step", "instrument", "in the object")
    for name, each in type_.channels.items():
        code = type_.property_of(name)
        low, high = each.range or (None, None)
        cells = (
            name, code if code != name else None, properties.of(code).unit_symbol, _number(low), _number(high),
            _number(each.resolution), " or ".join((each.instrument, *each.alternatives)), _path(each),
        )  # fmt: skip
        table.add_row(*map(output.cell, cells))
    return table


def _path(channel: Channel) -> str | None:
    paths = (channel.path,) if isinstance(channel.path, str) else channel.path
    unit = f" ({channel.unit})" if channel.unit else ""
    return " or ".join(paths) + unit if paths else None


def _limits(type_: DeviceType) -> Table:
    table = _table(whole("channel"), whole("test"), "limits")
    for name, each in type_.channels.items():
        for test, limit in msgspec.structs.asdict(each.limits).items():
            if limit is not None:
                table.add_row(*map(output.cell, (name, test, _limit(limit))))
    return table


def _limit(limit: Limits | tuple[float, float]) -> str:
    if isinstance(limit, tuple):
        return f"{limit[0]:g} to {limit[1]:g}"
    return ", ".join(
        f"{member} {value:g}" if isinstance(value, float | int) else f"{member} {value}"
        for member, value in msgspec.structs.asdict(limit).items()
        if value is not None
    )


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.15g}"


def _table(*columns: Column | str, title: str | None = " ") -> Table:
    """A table, below an empty line unless it stands alone; nothing in it is cut off, whatever the terminal's width."""
    folded = [Column(each, overflow="fold") if isinstance(each, str) else each for each in columns]
    return Table(*folded, title=title, title_justify="left", box=None, pad_edge=False)
