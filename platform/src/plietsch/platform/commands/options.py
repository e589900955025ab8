"""The options that commands of several rooms have."""

from typing import Annotated

import typer

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        help="The database; otherwise PLIETSCH_DATABASE_URL, or the one of `plietsch up` in this folder.",
        show_default=False,
    ),
]
