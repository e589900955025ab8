"""The gate in front of everything below `/api/`, and of what is drawn: who shows a token, how often may they ask.

Pages that people open are free. What is drawn for whoever asks, in any size, is counted, apart from the rest: scripts
of one's neighbours behind the same address keep nobody from a comparison, nor from showing a token.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plietsch.api import errors, problems
from plietsch.api.limits import clients
from plietsch.api.limits.windows import WINDOW_S, Windows
from plietsch.api.tokens.known import Known, Token
from plietsch.platform.settings import Settings
from plietsch.platform.tokens import READ_MORE

# In the scope, for routes that want more than everybody may have: the token that was shown, if one was.
TOKEN = "plietsch.token"  # noqa: S105 the name of a place
_API = "/api/"
# Comparisons, as a page and as pictures; other pages as data are led to addresses of the API before they come here.
_DRAWN = re.compile(r"/[^/]+/compare(?:\.[^/]*)?/?")
_OF_DRAWN, _OF_TOKENS = " drawn", " tokens"
_SCHEME = b"bearer"
# Over a socket file there is no address: that is a proxy on the same machine.
_THIS_MACHINE = "127.0.0.1"
# An address with a thousand stations' names fits; nobody writes a longer one by intention.
MOST_BYTES = 32 * 1024
Headers = list[tuple[bytes, bytes]]


class _Asking(NamedTuple):
    """Somebody who asks: what they are counted as, by which policy, and whether they are never refused."""

    who: str
    policy: str
    quota: int
    is_exempt: bool


class Gate:
    """Counts requests and checks tokens; answers 401, 414 and 429 itself, and says on all others what is left."""

    def __init__(
        self, app: ASGIApp, settings: Settings, windows: Windows | None = None, known: Known | None = None
    ) -> None:
        self.app = app
        self._windows = windows or Windows()
        self._known = known or Known()
        self._quota = settings.rate_limit
        self._token_quota = settings.rate_limit_token
        self._exempt = clients.Networks(settings.rate_limit_exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_counted(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            _check_length(scope)
            token = await self._token(scope)
            added = self._count(self._somebody(scope, token, "" if scope["path"].startswith(_API) else _OF_DRAWN))
        except (errors.AddressTooLong, errors.TokenRefused, errors.LimitReached, psycopg.OperationalError) as error:
            await (await _refusal(scope, error))(scope, receive, send)
            return

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self.app({**scope, TOKEN: token} if token else scope, receive, tell)

    async def _token(self, scope: Scope) -> Token | None:
        """The token that is shown, if one is. Raises errors.TokenRefused, errors.LimitReached, psycopg's errors."""
        shown = _shown(scope)
        if shown is None:
            return None
        token = self._known.at_hand(shown)
        if token is None:
            if not self._known.was_valid(shown):
                self._count(self._somebody(scope, None, _OF_TOKENS))  # who guesses, before the database is asked
            token = await self._known.look_up(scope["app"].state.pool, shown)
        return token

    def _somebody(self, scope: Scope, token: Token | None, what: str) -> _Asking:
        if token and READ_MORE in token.scopes:
            return _Asking(f"token {token.id}{what}", "token", self._token_quota, False)
        host = scope["client"][0] if scope.get("client") else _THIS_MACHINE
        who, is_exempt = clients.known(host, self._exempt)
        return _Asking(f"{who}{what}", "address", self._quota, is_exempt)

    def _count(self, asking: _Asking) -> Headers:
        """Count a request. Raises errors.LimitReached."""
        if asking.quota == 0:
            return []
        taken = self._windows.take(asking.who, asking.quota)
        if not taken.allowed and not asking.is_exempt:
            raise errors.LimitReached(asking.policy, asking.quota, WINDOW_S, taken.reset_s)
        return _headers(asking.policy, asking.quota, taken.remaining, taken.reset_s)


def _is_counted(path: str) -> bool:
    return path.startswith(_API) or _DRAWN.fullmatch(path) is not None


def _check_length(scope: Scope) -> None:
    length = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
    if length > MOST_BYTES:
        raise errors.AddressTooLong(length, MOST_BYTES)


def _headers(policy: str, quota: int, remaining: int, reset_s: int) -> Headers:
    return [
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (policy.encode(), quota, WINDOW_S)),
        (b"ratelimit", b'"%b";r=%d;t=%d' % (policy.encode(), remaining, reset_s)),
    ]


def _shown(scope: Scope) -> str | None:
    """The token in the header Authorization; of another scheme (a proxy's own password) nothing is known here."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, shown = value.partition(b" ")
            if scheme.lower() == _SCHEME:
                return shown.strip().decode("latin-1")
    return None


async def _refusal(scope: Scope, error: Exception) -> Response:
    response = await _answered(Request(scope), error)
    if isinstance(error, errors.TokenRefused):
        # RFC 6750, section 3.
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="plietsch", error="invalid_token", error_description="{error.message}"'
        )
    elif isinstance(error, errors.LimitReached):
        response.headers["Retry-After"] = str(error.wait_s)
        response.raw_headers.extend(_headers(error.policy, error.quota, 0, error.wait_s))
    return response


async def _answered(request: Request, error: Exception) -> Response:
    """As the application answers this error behind the gate: a site has pages for people. Else as a problem."""
    handlers: Mapping[Any, Any] = getattr(request.scope.get("app"), "exception_handlers", {})
    usual = problems.database if isinstance(error, psycopg.OperationalError) else problems.domain
    handler = next((handlers[each] for each in type(error).__mro__ if each in handlers), usual)
    return await handler(request, error)
