"""Tokens: who shows one may ask more than who asks without. Nobody needs one to read.

A token is `plt_` and 256 random bits in base64url. It is shown once; kept is only its SHA-256, which needs no salt and
no slow hash: nobody guesses 256 bits. The prefix lets scanners for leaked secrets know one.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from plietsch.platform import errors, sql

PREFIX = "plt_"
READ_MORE = "read:more"
# What a token may be good for, and what to tell of it.
SCOPES = {READ_MORE: "ask more often: the higher of the two limits on requests a minute"}
_BYTES = 32
_TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)
_QUERIES = sql.load("plietsch.platform", "tokens.sql")


class Token(NamedTuple):
    """A token as it is kept: without itself. `expires_at` None: never; `revoked_at` None: not."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


def is_token(text: str) -> bool:
    """Whether a text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def hashed(token: str) -> bytes:
    """What is kept of a token: 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


def create(
    connection: psycopg.Connection[Any], name: str, scopes: Sequence[str], expires_at: datetime | None
) -> tuple[str, Token]:
    """A new token, which nobody can show a second time, and what is kept of it. Raises errors.TokenInvalid."""
    if not name.strip():
        raise errors.TokenInvalid("A token needs a name.", "Name whose it is, so that you know whom to ask later.")
    for scope in scopes:
        if scope not in SCOPES:
            raise errors.TokenInvalid(f"There is no scope {scope}.", f"Known are: {', '.join(SCOPES)}.")
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise errors.TokenInvalid(f"{expires_at:%Y-%m-%d} is over.", "Name a day to come.")
    shown = PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).rstrip(b"=").decode()
    kept = {"name": name.strip(), "hash": hashed(shown), "scopes": sorted(set(scopes)), "expires_at": expires_at}
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        (token,) = cursor.execute(_QUERIES["create_token"], kept).fetchall()
    return shown, token


def every(connection: psycopg.Connection[Any]) -> list[Token]:
    """All tokens, the newest last."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(_QUERIES["tokens"]).fetchall()


def revoke(connection: psycopg.Connection[Any], token_id: int) -> Token:
    """Have a token count no more; it stays in the list. Raises errors.TokenUnknown."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        token = cursor.execute(_QUERIES["revoke_token"], {"id": token_id}).fetchone()
    if token is None:
        raise errors.TokenUnknown(
            f"There is no token {token_id}.", "`plietsch token list` shows all with their numbers."
        )
    return token
