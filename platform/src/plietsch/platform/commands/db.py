"""`plietsch db`: the database's schema."""

from typing import Annotated

import typer
from rich.console import Console

from plietsch.platform import migrations, settings
from plietsch.platform.local import running

app = typer.Typer(no_args_is_help=True, help="The database's schema.")

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        help="The database; otherwise PLIETSCH_DATABASE_URL, or the one of `plietsch up` in this folder.",
        show_default=False,
    ),
]


@app.callback()
def db() -> None:
    """The database's schema."""


@app.command(epilog="Example: `plietsch db migrate --database-url postgresql://plietsch@db.example.org/plietsch`")
def migrate(database_url: DatabaseUrl = None) -> None:
    """Bring the database to the newest schema. Safe to run again, and from several machines at once."""
    applied = migrations.migrate(running.database_url(settings.read(database_url=database_url)))
    console = Console(highlight=False)
    for migration in applied:
        console.print(f"applied {migration.name}")
    if not applied:
        console.print("The schema is up to date.")
