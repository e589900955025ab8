"""Reads observations back through the public API, as CSV."""

import csv
import datetime
import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx

from plietsch.firmware import errors

PAGE = 10_000
TIMEOUT_S = 30
STATIONS_AT_ONCE = 40  # keeps the address well below what servers accept


@dataclass(frozen=True, slots=True)
class Stored:
    """An observation as the API tells it; `value` is None where there is no result."""

    station: str
    channel: str
    time_s: float
    value: float | None
    quality: int


def observations(api: str, stations: Sequence[str], from_s: int, to_s: int) -> Iterator[Stored]:
    """Yield everything stored for `stations` from `from_s` on and before `to_s`; raise StackFailed if the API fails."""
    # Without the environment's proxies, which cannot reach this computer's own addresses.
    with httpx.Client(base_url=api, timeout=TIMEOUT_S, trust_env=False) as client:
        for start in range(0, len(stations), STATIONS_AT_ONCE):
            yield from _pages(client, stations[start : start + STATIONS_AT_ONCE], from_s, to_s)


def wait_for(api: str, station: str, time_s: int, patience_s: float) -> bool:
    """Wait until the API has a value of `station` at `time_s`; return False if it has none after `patience_s`."""
    deadline = time.monotonic() + patience_s
    while not any(True for _ in observations(api, [station], time_s, time_s + 1)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _pages(client: httpx.Client, stations: Sequence[str], from_s: int, to_s: int) -> Iterator[Stored]:
    query = httpx.QueryParams(
        {"station": list(stations), "from": _iso(from_s), "to": _iso(to_s), "format": "csv", "limit": PAGE}
    )
    address: str | None = f"/api/v1/observations?{query}"
    while address:
        answer = _get(client, address)
        rows = csv.DictReader(io.StringIO(answer.text, newline=""))
        # What is computed was never recorded.
        yield from (_stored(row) for row in rows if row["method"] == "raw")
        address = answer.links.get("next", {}).get("url")


def _get(client: httpx.Client, address: str) -> httpx.Response:
    try:
        answer = client.get(address)
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        said = error.response.text[:300]
        raise errors.StackFailed(f"the API answered {error.response.status_code}: {said}") from error
    except httpx.HTTPError as error:
        raise errors.StackFailed(f"the API at {client.base_url} does not answer: {error}") from error
    return answer


def _stored(row: dict[str, str]) -> Stored:
    return Stored(
        station=row["station"],
        channel=row["property"],
        time_s=datetime.datetime.fromisoformat(row["time"]).timestamp(),
        value=float(row["value"]) if row["value"] else None,
        quality=int(row["quality"]),
    )


def _iso(time_s: int) -> str:
    return datetime.datetime.fromtimestamp(time_s, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
