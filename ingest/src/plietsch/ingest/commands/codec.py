"""`plietsch ingest codec`: what our nodes say and are told, for a network server, in JavaScript."""

from pathlib import Path
from typing import Annotated

import typer

from plietsch.ingest.codec import javascript

EXAMPLE = "Examples: `plietsch ingest codec`, `plietsch ingest codec --output docs/chirpstack-codec.js`"

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write it to this file instead.", dir_okay=False, show_default=False),
]


def codec(output: Output = None) -> None:
    """Print the codec for ChirpStack's device profiles, made of what the decoders here are made of.

    The worker needs none: it decodes what our nodes send itself. With the codec, ChirpStack shows readings instead of
    bytes, and takes commands in words. It is JavaScript as LoRa Alliance TS013 has it, for other network servers, too.
    """
    source = javascript.source()
    if output is None:
        typer.echo(source, nl=False)
        return
    try:
        output.write_text(source, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{output} cannot be written: {error.strerror}.") from error
