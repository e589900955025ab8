"""`plietsch ingest`: the worker that stores what the network hears, and where to look for what could not be stored."""

import typer

from plietsch.ingest.commands import codec, drain, errors, gaps, import_, judge, quarantine, reprocess, run

app = typer.Typer(no_args_is_help=True, help="Store what the network hears; look at what could not be stored.")


@app.callback()
def ingest() -> None:
    """Store what the network hears; look at what could not be stored."""


app.command("run", epilog=run.EXAMPLE)(run.run)
app.command("judge", epilog=judge.EXAMPLE)(judge.judge)
app.command("reprocess", epilog=reprocess.EXAMPLE)(reprocess.run)
app.command("drain", epilog=drain.EXAMPLE)(drain.drain)
app.add_typer(errors.app, name="errors")
app.add_typer(quarantine.app, name="quarantine")
app.command("gaps", epilog=gaps.EXAMPLE)(gaps.list_gaps)
app.command("codec", epilog=codec.EXAMPLE)(codec.codec)
app.command("import", epilog=import_.EXAMPLE)(import_.import_)
