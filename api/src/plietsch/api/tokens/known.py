"""What is known of tokens that were shown: asked of the database once in some seconds, however many requests come."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg

from plietsch.api import database, errors
from plietsch.platform import sql, tokens

_QUERIES = sql.load("plietsch.api.tokens")
# So long a revoked token still counts.
LIFE_S = 10.0
# So long one that was valid goes on counting while the database is away: as long as the hot answer lasts without it.
_LIFE_WITHOUT_DATABASE_S = 60.0
# So long a request waits for a connection; if in vain, the next ones do not wait so long for the same disappointment.
_PATIENCE_S = 1.0
PAUSE_S = 5.0
_KEPT = 1000


class Token(NamedTuple):
    """A token that was found: its number, what it is good for, and until when it counts."""

    id: int
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked_at: datetime | None


class _Found(NamedTuple):
    token: Token | None
    at_s: float


class Known:
    """The tokens that were shown to this process, unknown ones among them; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: OrderedDict[bytes, _Found] = OrderedDict()
        # One question at a time: a thousand requests with one token ask once, and keep one connection.
        self._asking = asyncio.Lock()
        self._asks_again_at_s = -math.inf

    def at_hand(self, shown: str) -> Token | None:
        """A token that is known and valid now, without asking anybody; None where one has to ask."""
        found = self._fresh(tokens.hashed(shown))
        return found.token if found and found.token and _is_valid(found.token) else None

    def was_valid(self, shown: str) -> bool:
        """Whether a token was valid when it was last asked for: who shows it does not guess."""
        found = self._found.get(tokens.hashed(shown))
        return bool(found and found.token and _is_valid(found.token))

    async def look_up(self, pool: database.Pool, shown: str) -> Token:
        """The token that somebody shows. Raises errors.TokenRefused, and psycopg's errors where nobody can be asked."""
        if not tokens.is_token(shown):
            raise errors.TokenRefused("What the header Authorization holds is no token of ours.")
        hash_ = tokens.hashed(shown)
        async with self._asking:
            found = self._fresh(hash_) or await self._ask(pool, hash_)
        return _valid(found.token)

    def _fresh(self, hash_: bytes) -> _Found | None:
        """What was found and still counts: longer where nobody could be asked just now."""
        found = self._found.get(hash_)
        life_s = _LIFE_WITHOUT_DATABASE_S if self._pauses() else LIFE_S
        return found if found and self._clock() - found.at_s < life_s else None

    def _pauses(self) -> bool:
        return self._clock() < self._asks_again_at_s

    async def _ask(self, pool: database.Pool, hash_: bytes) -> _Found:
        if self._pauses():
            raise psycopg.OperationalError("The database did not answer a moment ago.")
        try:
            async with pool.connection(timeout=_PATIENCE_S) as connection:
                row = await (await connection.execute(_QUERIES["shown_token"], {"shown": hash_})).fetchone()
        except psycopg.OperationalError:
            self._asks_again_at_s = self._clock() + PAUSE_S
            if found := self._fresh(hash_):
                return found
            raise
        found = _Found(Token(row[0], frozenset(row[1]), row[2], row[3]) if row else None, self._clock())
        self._found[hash_] = found
        self._found.move_to_end(hash_)
        if len(self._found) > _KEPT:
            self._found.popitem(last=False)
        return found


def _is_valid(token: Token) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > datetime.now(UTC))


def _valid(token: Token | None) -> Token:
    if token is None:
        raise errors.TokenRefused("This token is not known here.")
    if token.revoked_at is not None:
        raise errors.TokenRefused("This token was revoked.")
    if not _is_valid(token):
        raise errors.TokenRefused(f"This token expired on {token.expires_at:%Y-%m-%d}.")
    return token
