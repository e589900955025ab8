"""B4: all stations with their newest values over HTTP, while one in twenty changes each second, beside nginx."""

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
import psycopg

from plietsch_bench import results
from plietsch_bench.measured import CompetitorFailed
from plietsch_bench.plan import TINY, Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.site import load, nginx, scene
from plietsch_bench.world import World
from support.wait import until

_GOAL_NGINX, _GOAL_PYDANTIC, _GOAL_AGE_S = 0.8, 500.0, 1.0
_CHANGING = 0.05
_SECONDS, _AGE_SECONDS = 5.0, 30.0
# One takes seconds.
_SLOW_ANSWERS = 2
# A station's values one after another, as a device sends them: in one transaction with their row of the ledger.
_WRITE = """
WITH changing AS (
    SELECT id FROM datastream WHERE station_id IN (
        SELECT id FROM station ORDER BY (id * 7919 + %(turn)s * 104729) %% 10007 LIMIT %(stations)s)
    UNION SELECT id FROM datastream WHERE station_id = (SELECT id FROM station WHERE code = %(marked)s)
), written AS (
    INSERT INTO observation
    SELECT id, %(time)s, round((10 + 5 * sin(id + %(turn)s))::numeric, 1), %(time)s, 1 FROM changing
    RETURNING datastream_id
)
INSERT INTO write_ledger (datastream_ids, first_time, last_time, observations)
SELECT array_agg(datastream_id), %(time)s, %(time)s, count(*) FROM written
"""


class Writer:
    """Has one in twenty of the stations say something new each second; `marked` is among them each time."""

    def __init__(self, database_url: str, stations: int) -> None:
        self._url = database_url
        self._some = max(1, round(stations * _CHANGING))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.committed: list[tuple[str, float]] = []  # the time as the answer writes it, and when it was committed
        self.turns_s: list[float] = []

    @contextmanager
    def running(self) -> Generator[None]:
        """Write for as long as this lasts."""
        self._thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._thread.join()

    def _run(self) -> None:
        turn = 0
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._stopping.is_set():
                begun = time.perf_counter()
                now = datetime.now(UTC).replace(microsecond=0)
                given = {"turn": turn, "stations": self._some, "marked": scene.STATION, "time": now}
                connection.execute(_WRITE, given)
                self.committed.append((now.strftime("%Y-%m-%dT%H:%M:%SZ"), time.perf_counter()))
                self.turns_s.append(time.perf_counter() - begun)
                turn += 1
                self._stopping.wait(max(0.0, 1.0 - (time.perf_counter() - begun)))


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Medians of the plan's repetitions, ours and nginx by turns, under the same writing."""
    scale = 0.2 if plan == TINY else 1.0
    with ExitStack() as stack:
        progress(f"B4 registering {plan.stations} stations")
        database_url = stack.enter_context(world.empty_database())
        scene.seed(database_url, plan.stations)
        address = stack.enter_context(scene.serving(database_url, world.folder))
        url = f"{address}/api/v1/stations"
        until(lambda: httpx.get(url, timeout=60).is_success, "the newest values are read", timeout_s=120)
        body, gzipped = _fetched(url, "identity"), _fetched(url, "gzip")
        writer = Writer(database_url, plan.stations)
        stack.enter_context(writer.running())
        others = {
            "nginx": stack.enter_context(nginx.serving(world.folder / "nginx", gzipped)) if nginx.installed() else None,
            "bare ASGI": stack.enter_context(competing("bare_asgi", _kept(world.folder / "stations.gz", gzipped))),
        }
        rates = _by_turns({"ours": url, **{name: each for name, each in others.items() if each}}, plan, scale, progress)
        progress("B4 how old an answer is")
        ages = _ages(url, writer, _AGE_SECONDS * scale)
        progress("B4 pydantic")
        pydantic_url = stack.enter_context(competing("pydantic_model", _kept(world.folder / "stations.json", body)))
        slow = [load.rate_of_slow(pydantic_url, _SLOW_ANSWERS) for _ in range(plan.repetitions)]
    return result(rates, slow, ages, {"body": len(body), "gzipped": len(gzipped)}, plan)


def result(
    rates: dict[str, list[float]], slow: Sequence[float], ages: Sequence[float], sizes: dict[str, int], plan: Plan
) -> Result:
    """What was found: answers a second, and the ages of what was committed when it was first seen, in seconds."""
    ours = results.middle(rates["ours"])
    has_nginx = "nginx" in rates
    limit = results.middle(rates["nginx" if has_nginx else "bare ASGI"])
    pydantic = results.peer(slow, ours, "answers/s")
    oldest = max(ages)
    return Result(
        name="B4",
        what=f"{plan.stations} stations with their newest values as gzipped GeoJSON, 5 % of them changing each second, "
        f"by {load.describe()}; the limit is {'nginx' if has_nginx else 'the same bytes over nothing but ASGI'}",
        figure=ours,
        unit="answers/s",
        limit=limit,
        peers={
            "the same bytes over nothing but ASGI": results.peer(rates["bare ASGI"], ours, "answers/s"),
            "FastAPI with a pydantic model": pydantic,
        },
        goals=[
            Goal("of nginx", _GOAL_NGINX, results.ratio(ours, limit) if has_nginx else None),
            Goal("times a pydantic model", _GOAL_PYDANTIC, pydantic.ratio),
            Goal("s from a commit until an answer has it, at most", _GOAL_AGE_S, oldest, at_most=True),
        ],
        details={
            "identity, bytes": float(sizes["body"]),
            "gzip, bytes": float(sizes["gzipped"]),
            "age, median, s": results.middle(ages),
            "age, 95 %, s": quantiles(ages, n=20)[-1] if len(ages) > 1 else oldest,
            "age, most, s": oldest,
            "limit": nginx.describe(),
        },
        repetitions=plan.repetitions,
    )


def _by_turns(urls: dict[str, str], plan: Plan, scale: float, progress: Progress) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in urls}
    for repetition in range(plan.repetitions):
        for name, url in urls.items():
            progress(f"B4 {name}, {repetition + 1} of {plan.repetitions}")
            rates[name].append(load.rate(url, _SECONDS * scale))
    return rates


def _ages(url: str, writer: Writer, seconds: float) -> list[float]:
    """How long after its commit each of some values is first seen by somebody who asks again and again."""
    begun = time.perf_counter()
    first = len(writer.committed)
    seen: dict[str, float] = {}
    tag = ""
    with httpx.Client(headers={"Accept-Encoding": "gzip"}, timeout=30) as client:
        while time.perf_counter() < begun + seconds:
            asked_at = time.perf_counter()
            answer = client.get(url, headers={"If-None-Match": tag})
            if answer.status_code == httpx.codes.OK:
                tag = answer.headers["ETag"]
                said = _newest_of_marked(answer.content)
                seen.setdefault(said, asked_at)
            time.sleep(0.01)
    ages = [max(0.0, seen[said] - at) for said, at in writer.committed[first:] if said in seen]
    if not ages:
        raise CompetitorFailed("Nothing that was written was ever seen.")
    return ages


def _newest_of_marked(body: bytes) -> str:
    """The time of the newest value of the marked station: without reading ten thousand others."""
    begin = body.index(f'"id":"{scene.STATION}"'.encode())
    end = body.find(b'{"type":"Feature"', begin)
    feature = json.loads(b"{" + body[begin : end if end > 0 else body.rindex(b'],"next"')].rstrip(b","))
    return max(each["time"] for each in feature["properties"]["latest"].values())


def _fetched(url: str, coding: str) -> bytes:
    with httpx.stream("GET", url, headers={"Accept-Encoding": coding}, timeout=60) as response:
        response.raise_for_status()
        body = b"".join(response.iter_raw())
    return body if coding == "identity" or gzip.decompress(body) else b""


def _kept(file: Path, body: bytes) -> Path:
    file.write_bytes(body)
    return file


@contextmanager
def competing(name: str, file: Path) -> Generator[str]:
    """A competitor that serves a file's content; its address."""
    arguments = json.dumps({"file": str(file)})
    command = [sys.executable, "-m", "plietsch_bench.competitors", name, arguments]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)  # noqa: S603 our own
    try:
        assert process.stdout is not None  # noqa: S101 a pipe was asked for
        url = process.stdout.readline().strip()
        if not url:
            raise CompetitorFailed(f"{name} ended before it served anything.")
        httpx.get(url, timeout=60).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait()
