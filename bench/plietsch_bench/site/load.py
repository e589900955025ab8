"""Load: as many requests for an address as a server answers, by wrk (Debian's package) or by a few lines of our own."""

import re
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from plietsch_bench.measured import CompetitorFailed

_WRK = shutil.which("wrk")
CONNECTIONS = 16
_HEADER = "Accept-Encoding: gzip"
_READ_BYTES = 1 << 20
# Requests over a connection before the clock is looked at.
_AT_ONCE = 10
# What wrk needs beyond its time to begin and to say what it counted.
_PATIENCE_S = 60.0


def describe() -> str:
    """By what it is measured."""
    return "wrk" if _WRK else "our own client, which is slower than wrk and so flatters what is slow"


def rate(url: str, seconds: float) -> float:
    """Answers of status 200 a second, over connections that stay open. Raises CompetitorFailed."""
    return _by_wrk(url, seconds) if _WRK else _by_ourselves(url, seconds)


def rate_of_slow(url: str, answers: int) -> float:
    """Answers a second of what may take seconds for each, which is asked for one after another."""
    begun = time.perf_counter()
    _answers(url, answers)
    return answers / (time.perf_counter() - begun)


def _by_wrk(url: str, seconds: float) -> float:
    command = [
        str(_WRK),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "30s",
        "-H",
        _HEADER,
        url,
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _PATIENCE_S, check=False).stdout  # noqa: S603 our own
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        raise CompetitorFailed(f"wrk could not measure {url}: {said[-300:]}")
    return float(found[1])


def _by_ourselves(url: str, seconds: float) -> float:
    deadline = time.perf_counter() + seconds

    def count() -> int:
        counted = 0
        while time.perf_counter() < deadline:
            _answers(url, _AT_ONCE)
            counted += _AT_ONCE
        return counted

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        counts = [each.result() for each in [pool.submit(count) for _ in range(CONNECTIONS)]]
    return sum(counts) / seconds


def _answers(url: str, count: int) -> None:
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{_HEADER}\r\n\r\n".encode()
    with socket.create_connection((parts.hostname, parts.port), timeout=_PATIENCE_S) as connection:
        for _ in range(count):
            connection.sendall(request)
            _take_one(connection, url)


def _take_one(connection: socket.socket, url: str) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(_READ_BYTES)
    head, _, body = head.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if b" 200 " not in head[:20] or length is None:
        raise CompetitorFailed(f"{url} answered {head[:100]!r}")
    missing = int(length[1]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(min(missing, _READ_BYTES)))
