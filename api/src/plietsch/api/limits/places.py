"""Places for who stays connected: so many in all, and of these so many for one client, that nobody takes them all."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from starlette.requests import HTTPConnection

from plietsch.api import errors
from plietsch.api.limits import clients
from plietsch.api.limits.clients import Networks

# A school behind one address finds room; a fortieth of all who may listen, a twentieth of those who may wait.
MOST_EACH = 100


class Places:
    """Places that are taken. To be used in the event loop's thread."""

    def __init__(self, most: int, most_each: int = MOST_EACH) -> None:
        self._most = most
        self._most_each = most_each
        self._taken: Counter[str | None] = Counter()
        self._total = 0

    def require(self, who: str | None) -> None:
        """That there is one for a client, as `client` names it. Raises errors.TooManyListeners."""
        if self._total >= self._most:
            raise errors.TooManyListeners
        if who is not None and self._taken[who] >= self._most_each:
            raise errors.TooManyListeners(self._most_each)

    @contextmanager
    def taken(self, who: str | None) -> Generator[None]:
        """Take a place, for as long as it lasts."""
        self._taken[who] += 1
        self._total += 1
        try:
            yield
        finally:
            self._total -= 1
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]


def client(connection: HTTPConnection, exempt: Networks) -> str | None:
    """What somebody is counted as; None who may have as many as there are (also a proxy, over a socket file)."""
    if connection.client is None:
        return None
    who, is_exempt = clients.known(connection.client.host, exempt)
    return None if is_exempt else who
