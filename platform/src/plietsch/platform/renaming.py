"""Another code for a station: its address moves, and whoever has the old one is led on (table `former_code`)."""

import re

import psycopg

from plietsch.platform import errors, sql

_QUERIES = sql.load("plietsch.platform", "renaming.sql")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def rename(connection: psycopg.Connection, old: str, new: str) -> None:
    """Give a station another code. Raises errors.StationUnknown, and errors.StationInvalid for one that cannot be had.

    The name that it had before stays its own: a station that is new must not take over somebody's bookmarks.
    """
    if not _CODE.fullmatch(new):
        raise errors.StationInvalid(
            f"{new} is no code.", "Lower-case letters, digits and hyphens, 63 at most, as in husum-hafen."
        )
    with connection.transaction():
        if called := present(connection, old):
            raise errors.StationUnknown(f"No station is called {old} any more.", f"It is called {called} now.")
        owner = present(connection, new)
        if owner not in (None, old):
            raise errors.StationInvalid(
                f"{owner} was called {new} before, and that address leads there.", "Take another code."
            )
        try:
            changed = connection.execute(_QUERIES["rename"], {"old": old, "new": new}).rowcount
        except psycopg.errors.UniqueViolation as error:
            raise errors.StationInvalid(f"There is a station {new} already.", "Take another code.") from error
        if not changed:
            raise errors.StationUnknown(f"There is no station {old}.", "`plietsch device list` names them.")


def present(connection: psycopg.Connection, former: str) -> str | None:
    """What the station is called now that had this code before; None where none had."""
    row = connection.execute(_QUERIES["present"], {"former": former}).fetchone()
    return row[0] if row else None
