"""Of B5: how long a quick question takes beside many who have asked for everything and hardly read it."""

import http.client
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from statistics import median
from urllib.parse import urlsplit

# So many quick questions, one after another.
_QUICK = 20
_PATIENCE_S = 120.0
_ANSWERED = b"HTTP/1.1 200"


def beside(address: str, quick: str, everything: str, readers: int) -> dict[str, float]:
    """Medians of a quick question's seconds, alone and beside so many slow readers, and how many of these are refused.

    Both are addresses on the same server. Raises OSError.
    """
    alone_s = median(_seconds(address, quick) for _ in range(_QUICK))
    with ExitStack() as stack:
        slow = [stack.enter_context(_asking(address, everything)) for _ in range(readers)]
        beside_s = [_seconds(address, quick) for _ in range(_QUICK)]
        refused = readers - sum(map(_is_answered, slow))
    return {
        "s for a day of one station, alone": alone_s,
        f"s beside {readers} slow readers": median(beside_s),
        f"s beside {readers} slow readers, most": max(beside_s),
        "slow readers refused": float(refused),
    }


def _seconds(address: str, path: str) -> float:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE_S)
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise OSError(f"The quick question is answered by {answer.status}.")
    return time.perf_counter() - began


@contextmanager
def _asking(address: str, path: str) -> Generator[socket.socket]:
    """Somebody who has asked, and takes next to nothing."""
    at = urlsplit(address)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(_PATIENCE_S)
        connection.connect((at.hostname, at.port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
        yield connection


def _is_answered(slow: socket.socket) -> bool:
    """Whether rows come, and no problem."""
    return slow.recv(len(_ANSWERED)) == _ANSWERED
