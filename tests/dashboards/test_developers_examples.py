"""Every example of the developers' page, run as a reader would run it, against a real server with real rows."""

import contextlib
import io
import json
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

from plietsch.dashboards.developers import examples, recipes
from plietsch.dashboards.developers.examples import Here
from support import node_js, open_data, wait

# Runs an example in an empty folder; what it printed.
Run = Callable[[str], str]
GAUGE = "schleswig-pegel"


@pytest.fixture
def run(open_data_site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    here = Here(open_data_site, level=GAUGE)

    def run(file: str) -> str:
        program = here.fill(examples.read(file))
        return _RUNNERS[Path(file).suffix](program, tmp_path)

    return run


def _python(program: str, folder: Path) -> str:
    """In this process: pandas is there already, and costs a second to import."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "example", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def _shell(program: str, folder: Path) -> str:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed: sudo apt install curl")
    # An error's body would be taken for the answer.
    strict = 'set -e\ncurl() { command curl --fail --silent --show-error "$@"; }\n'
    return _output(["sh", "-c", strict + program], folder)


def _node(program: str, folder: Path) -> str:
    (folder / "example.mjs").write_text(program)
    return _output([str(node_js.NODE), "example.mjs"], folder)


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


_RUNNERS = {".py": _python, ".sh": _shell, ".mjs": _node}


def test_curl(run: Run, tmp_path: Path):
    stations = json.loads(run("curl.sh"))
    assert {each["id"] for each in stations["features"]} >= {"flensburg-suedermarkt", GAUGE}
    dust = pd.read_csv(tmp_path / "dust.csv")
    assert set(dust["station"]) == {"flensburg-suedermarkt"}
    assert len(dust) > 100


def test_pandas(run: Run):
    assert "count" in run("frame.py")


def test_javascript(run: Run):
    assert "Flensburg, Suedermarkt" in run("latest.mjs")


def test_duckdb(run: Run):
    printed = run("duck.py")
    assert printed.index("flensburg-suedermarkt") < printed.index("kappeln-markt")


def test_new_years_eve(run: Run):
    printed = run("new_years_eve.py")
    assert "2025-12-31 23:00:00+01:00" in printed
    assert "flensburg-suedermarkt" in printed


def test_storm_surge(run: Run):
    printed = run("storm_surge.py")
    assert "stormflod" in printed or "Sturmflut" in printed
    assert "No storm surge" not in printed


def test_daily_means(run: Run, tmp_path: Path):
    run("daily_means.sh")
    days = pd.read_csv(tmp_path / "days.csv")
    assert len(days) >= 7
    midnights = {pd.Timestamp(each).tz_convert("Europe/Berlin").hour for each in days["time"]}
    assert midnights == {0}


def test_municipality(run: Run):
    stations = pd.read_csv(io.StringIO(run("municipality.sh")))
    assert len(stations) == 4


def test_a_copy_is_kept_up_to_date(run: Run, tmp_path: Path, open_data_served: open_data.Served):
    def stored() -> list[tuple[Any, ...]]:
        query = "SELECT datastream_id, result, quality FROM observation ORDER BY datastream_id, phenomenon_time"
        with psycopg.connect(open_data_served.database_url) as connection:
            return connection.execute(query).fetchall()

    def copied() -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
            query = "SELECT datastream, value, quality FROM observation ORDER BY datastream, time"
            return copy.execute(query).fetchall()

    run("keep_a_copy.py")
    assert copied() == stored()
    assert len(copied()) > 1000
    before = stored()
    wait.until(lambda: open_data_served.measure() or stored() != before, "another second has begun")
    run("keep_a_copy.py")
    assert copied() == stored()
    assert len(copied()) > len(before)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy, copy:
        # A place in another database, as before a restore: nothing is known from there on.
        gone = f"{open_data_served.address}/api/v1/changes?cursor=00000000-1-1"
        copy.execute("UPDATE place SET next = ?", (gone,))
        copy.execute("UPDATE observation SET datastream = -datastream, value = -999 WHERE property = 'pm10'")
    run("keep_a_copy.py")
    assert copied() == stored()


class _BreaksOff(BaseHTTPRequestHandler):
    """Sends a row, and goes away before the end."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # as its base calls it
        row = b'{"datastream":1,"time":"","station":"","property":"","method":"","value":1,"quality":1}\n'
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Plietsch-Complete-To", "00000000-1-0")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(row), row))
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 as its base calls it


@contextlib.contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[Here]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield Here(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            serving.join()


def test_a_download_that_breaks_off_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with _serving(_BreaksOff) as here, pytest.raises(IncompleteRead):
        _python(here.fill(examples.read("keep_a_copy.py")), tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM observation").fetchone() == (0,)
        assert copy.execute("SELECT count(*) FROM place").fetchone() == (0,)


class _Deletes(BaseHTTPRequestHandler):
    """Has three values, and deletes those of an hour."""

    def do_GET(self) -> None:  # as its base calls it
        place = {"station": "", "property": "", "method": "", "value": 1, "quality": 1, "datastream": 1}
        times = ("11:59:59.9Z", "12:00:00.5Z", "13:00:00Z", "13:00:00.5Z")
        answer = "\n".join(json.dumps({**place, "time": f"2026-05-01T{time}"}) for time in times)
        if "/changes" in self.path:
            span = {"from": "2026-05-01T12:00:00Z", "until": "2026-05-01T13:00:00Z"}
            deleted = {"deleted": True, "datastream": 1, "time": None, **span}
            answer = json.dumps({"changes": [deleted], "next": "", "more": False})
        self.send_response(200)
        self.send_header("Plietsch-Complete-To", "00000000-1-0")
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 as its base calls it


def test_parts_of_seconds_are_deleted_with_their_span(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with _serving(_Deletes) as here:
        _python(here.fill(examples.read("keep_a_copy.py")), tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        kept = [time[11:] for (time,) in copy.execute("SELECT time FROM observation ORDER BY rtrim(time, 'Z')")]
    assert kept == ["11:59:59.9Z", "13:00:00Z", "13:00:00.5Z"]


def test_live(open_data_served: open_data.Served, tmp_path: Path):
    (tmp_path / "example.mjs").write_text(Here(open_data_served.address).fill(examples.read("live.mjs")))
    # Browsers have it, Node.js by this option.
    command = [str(node_js.NODE), "--experimental-eventsource", "--no-warnings", "example.mjs"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as listening:
        try:
            assert listening.stdout
            heard = threading.Thread(target=lambda: said.append(listening.stdout.readline()))
            said: list[str] = []
            heard.start()
            wait.until(lambda: said or open_data_served.measure(), "the value is told", timeout_s=30)
        finally:
            listening.kill()
    heard.join()
    assert said[0].startswith("flensburg-suedermarkt 20")


def test_every_example_is_shown_and_run():
    shown = {each.code for each in recipes.EXAMPLES + recipes.RECIPES if not recipes.is_address(each.code)}
    folder = resources.files("plietsch.dashboards.developers") / "examples"
    assert shown == {each.name for each in folder.iterdir() if each.name != "ruff.toml" and each.name[0] not in "._"}
    tests = Path(__file__).read_text(encoding="utf-8")
    unrun = {each for each in shown if f'run("{each}")' not in tests and f'read("{each}")' not in tests}
    assert unrun == {"dust.R"}  # on no machine that runs these is there R


def test_examples_can_be_read_on_a_telephone():
    for each in recipes.EXAMPLES + recipes.RECIPES:
        if each.code.endswith((".py", ".mjs", ".R")):
            assert max(map(len, examples.read(each.code).splitlines())) <= 80, each.code
