"""What a worker tells those who watch it: metrics, health, and that the documents say the same."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from ingest import network
from plietsch.ingest import endpoint, exposition, session
from plietsch.ingest.health import Health
from plietsch.ingest.messages import Message
from plietsch.ingest.metrics import Histogram
from plietsch.ingest.reasons import Reason
from plietsch.ingest.watch import Watch
from plietsch.platform import errors
from plietsch.platform.local.broker import EmbeddedBroker
from support import processes
from support.wait import until

DOCUMENT = Path(__file__).parents[2] / "docs" / "ingest.md"
UNKNOWN = "70b3d57ed00000ff"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=10)


@pytest.fixture
def watch() -> Watch:
    return Watch(Health("mqtt://127.0.0.1:1883", "127.0.0.1:5432/plietsch"))


@pytest.fixture
def client(watch: Watch) -> Iterator[httpx.Client]:
    with endpoint.serving(watch, "127.0.0.1", 0) as url, _client(url) as asking:
        yield asking


def _samples(client: httpx.Client) -> dict[tuple[str, str], float]:
    """Each number by its name and its label."""
    families = text_string_to_metric_families(client.get("/metrics").raise_for_status().text)
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def _store(database_url: str, watch: Watch, *published: network.Published, retried: bool = False) -> None:
    now = datetime.now(UTC)
    with session.opened(database_url) as opened:
        watch.committed(opened.store([Message(*each, now, retried) for each in published]))


def test_a_batch_is_counted(database_url: str, watch: Watch, client: httpx.Client) -> None:
    network.register(database_url)
    heard_s = datetime.now(UTC).timestamp() - 10
    frame = network.up(heard_s=heard_s, fCnt=1)
    copied = network.up(heard_s=heard_s, fCnt=1)
    refused, unknown = network.up(b"\xff", heard_s=heard_s, fCnt=2), network.up(dev_eui=UNKNOWN)
    _store(database_url, watch, frame, copied, refused, unknown, network.event(kind="join"))
    found = _samples(client)
    expected = {
        ("messages_received_total", "up"): 4,
        ("messages_received_total", "join"): 1,
        ("messages_received_total", "other"): 0,
        ("messages_stored_total", ""): 4,
        ("frames_copied_total", ""): 1,
        ("messages_refused_total", "payload-version"): 1,
        ("messages_quarantined_total", ""): 1,
        ("observations_stored_total", ""): 2,
        ("observations_late_total", ""): 0,
        ("batch_size_messages_count", ""): 1,
        ("batch_size_messages_sum", ""): 5,
        ("acknowledgement_delay_seconds_count", ""): 1,
        ("lag_seconds_count", ""): 1,
    }
    assert {key: found[f"plietsch_ingest_{key[0]}", key[1]] for key in expected} == expected
    assert 10 <= found["plietsch_ingest_lag_seconds_sum", ""] < 60
    assert found["process_resident_memory_bytes", ""] > 0


def test_repeats_and_late_readings_are_counted(database_url: str, watch: Watch, client: httpx.Client) -> None:
    network.register(database_url)
    reading = network.node.encode([(network.NEW_YEAR_S, network.VALUES)])
    other = network.node.encode([(network.NEW_YEAR_S, {"pm2_5": 1.0, "pm10": 26.1})])
    _store(database_url, watch, network.up(reading, heard_s=network.NEW_YEAR_S + 7200, fCnt=1))
    _store(database_url, watch, network.up(other, heard_s=network.NEW_YEAR_S + 7300, fCnt=2))
    found = _samples(client)
    named = ("stored", "late", "repeated", "differing")
    assert [found[f"plietsch_ingest_observations_{name}_total", ""] for name in named] == [2, 2, 2, 1]


def test_whatever_kinds_are_invented_the_labels_stay_the_same(
    database_url: str, watch: Watch, client: httpx.Client
) -> None:
    network.register(database_url)
    before = set(_samples(client))
    invented = [network.event(kind=f"invented-{n}") for n in range(50)]
    _store(database_url, watch, *invented, network.Published("elsewhere", b"{}"))
    after = _samples(client)
    assert set(after) == before
    assert after["plietsch_ingest_messages_received_total", "other"] == 50
    assert after["plietsch_ingest_messages_received_total", "none"] == 1
    assert network.count(database_url, "device_event") == 50


def test_what_is_tried_once_more_was_not_received_again(database_url: str, watch: Watch, client: httpx.Client) -> None:
    network.register(database_url)
    _store(database_url, watch, network.up(), network.up(b"\xff"), retried=True)
    found = _samples(client)
    assert found["plietsch_ingest_messages_received_total", "up"] == 0
    assert found["plietsch_ingest_messages_refused_total", "payload-version"] == 0
    assert found["plietsch_ingest_batch_size_messages_count", ""] == 0
    assert found["plietsch_ingest_observations_stored_total", ""] == 2


def test_a_histogram_counts_what_lies_at_or_below_a_bound() -> None:
    histogram = Histogram((1, 2.5))
    for value in (0, 1, 1.1, 2.5, 9):
        histogram.observe(value)
    assert (histogram.counts, histogram.sum) == ([2, 2, 1], 13.6)


def test_the_document_lists_the_metrics() -> None:
    families = list(exposition.registry(Watch()).collect())
    own = {family.name: family for family in families if family.name.startswith("plietsch_")}
    documented = dict(re.findall(r"^\| `(plietsch_\w+)(?:\{\w+\})?` \| ([^|]*) \|", _text(), re.MULTILINE))
    suffix = {"counter": "_total"}
    assert documented == {name + suffix.get(m.type, ""): m.documentation for name, m in own.items()}
    alerts = set(re.findall(r"plietsch_ingest_\w+", _text().split("## Alerts")[1]))
    assert {re.sub(r"_bucket$|_sum$|_count$", "", name) for name in alerts} <= set(documented)


def test_the_document_lists_the_reasons() -> None:
    documented = re.findall(r"^\| `([a-z-]+)` \| ([^|]*) \| ([^|]*) \|$", _text(), re.MULTILINE)
    assert documented == [(reason.value, reason.meaning, reason.remedy) for reason in Reason]


def test_health_says_what_is_away_and_since_when(watch: Watch, client: httpx.Client) -> None:
    started = client.get("/healthz")
    assert (started.status_code, started.json()["waiting_for"]) == (503, "database")
    watch.database(True)
    assert client.get("/healthz").json()["waiting_for"] == "broker"
    watch.turn(receiving=True)
    well = client.get("/healthz")
    assert (well.status_code, well.json()["status"], well.json()["waiting_for"]) == (200, "ok", None)
    assert well.json()["last_committed_at"] is None
    since = well.json()["database"]["since"]
    watch.turn(receiving=True)
    watch.database(True)
    assert client.get("/healthz").json()["database"]["since"] == since
    watch.database(False)
    away = client.get("/healthz").json()
    assert (away["status"], away["waiting_for"], away["broker"]["connected"]) == ("waiting", "database", False)
    assert away["database"]["since"] > since
    assert _samples(client)["plietsch_ingest_database_connected", ""] == 0


def test_a_worker_that_hangs_is_not_well() -> None:
    seconds = [0.0]
    health = Health(now=lambda: NOON + timedelta(seconds=seconds[0]), monotonic=lambda: seconds[0])
    watch = Watch(health)
    watch.database(True)
    watch.turn(receiving=True)
    assert health.status == "ok"
    seconds[0] = 121
    assert health.status == "stalled"
    watch.turn(receiving=True)
    assert health.status == "ok"


def test_other_questions_are_answered_too(client: httpx.Client) -> None:
    assert client.get("/").status_code == 404
    assert client.post("/healthz").status_code == 405
    head = client.head("/healthz")
    assert (head.status_code, head.content) == (503, b"")
    assert (
        "openmetrics"
        in client.get("/metrics", headers={"Accept": "application/openmetrics-text"}).headers["content-type"]
    )


def test_those_who_say_nothing_keep_few_threads_and_hold_nobody_up(client: httpx.Client) -> None:
    where = (client.base_url.host, client.base_url.port or 0)
    with ExitStack() as idle:
        for _ in range(endpoint.MOST + 4):
            idle.enter_context(socket.create_connection(where, timeout=10))
        until(lambda: _answering() == endpoint.MOST, "all places are taken")
        assert client.get("/healthz").status_code == 503
        assert _answering() <= endpoint.MOST
    until(lambda: _answering() == 0, "all places are free again")


def test_who_asks_byte_by_byte_is_hung_up_on(watch: Watch) -> None:
    with endpoint.serving(watch, "127.0.0.1", 0, longest_s=0.3) as url, socket.socket() as slow:
        slow.connect(("127.0.0.1", urlsplit(url).port))
        slow.setblocking(False)
        until(lambda: _hung_up_on(slow), "it is hung up on")


def _hung_up_on(slow: socket.socket) -> bool:
    try:
        slow.send(b"G")
        return slow.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def _answering() -> int:
    return sum("process_request_thread" in thread.name for thread in threading.enumerate())


def test_a_port_that_is_taken_is_said(watch: Watch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.PortTaken, match=str(port)) as caught, endpoint.serving(watch, "127.0.0.1", port):
            pass
    assert "PLIETSCH_INGEST_HTTP_PORT" in caught.value.hint


def test_each_device_and_reason_is_named_once(database_url: str, watch: Watch) -> None:
    network.register(database_url)
    never_set = network.node.encode([(90, network.VALUES)], clock_set=False)
    published = [
        network.up(b"\xff", fCnt=1),
        network.up(b"\xff", fCnt=2),
        network.up(dev_eui=UNKNOWN),
        network.up(never_set, fCnt=3),
        network.up(never_set, fCnt=3),
        network.event(kind="invented"),
        network.event(kind="invented"),
    ]
    with capture_logs() as lines:
        _store(database_url, watch, *published)
        watch.end()
    told = [(line["event"], line.get("device"), line.get("reason") or line.get("kind")) for line in lines]
    assert sorted(told[:-1], key=str) == [
        ("clock", network.DEV_EUI, "clock-unset"),
        ("copy", network.DEV_EUI, "copy"),
        ("rejected", network.DEV_EUI, "payload-version"),
        ("rejected", UNKNOWN, "unknown-device"),
        ("unknown kind of event", None, "invented"),
    ]
    assert (told[-1][0], lines[-1]["messages"], lines[-1]["copies"], lines[-1]["errors"]) == ("stored", 7, 1, 2)


def test_a_worker_answers_where_its_log_says(database_url: str, aedes: EmbeddedBroker, tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    broker_url = aedes.url.replace("mqtt://", "mqtt://somebody:secret-of-the-broker@")
    given = {"database_url": database_url, "broker_url": broker_url, "ingest_http_port": "0", "log_format": "json"}
    worker = processes.start("ingest", "run", settings=given, log=log)
    try:
        told = until(lambda: _told(log, "answering"), "the worker says where it answers")
        with _client("") as client:
            until(lambda: client.get(told["health"]).status_code == 200, "the worker is well")
            health = client.get(told["health"])
            aedes.stop()
            until(lambda: client.get(told["health"]).json()["waiting_for"] == "broker", "the worker misses the broker")
            assert "plietsch_ingest_broker_connected 0.0" in client.get(told["metrics"]).text
        password = urlsplit(database_url).password
        assert password
        assert not any(secret in health.text + log.read_text() for secret in ("secret-of-the-broker", password))
    finally:
        worker.terminate()
        assert worker.wait(timeout=20) == 0


def _told(log: Path, event: str) -> dict[str, str] | None:
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    logged = (json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n"))
    return next((line for line in logged if line["event"] == event), None)


def _text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")
