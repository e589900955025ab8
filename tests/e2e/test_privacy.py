"""Nothing that is public tells what is not: where exactly a sensor hangs, which device it is, a key, a person.

The region has secrets wherever there is room for one (support/open_data.py). Every address is asked for, in every
format, and what it says is unpacked and searched (support/looking.py). By default each kind of address is tried a few
times and parameters are combined a little; with --long, much more.
"""

import base64
import io
import zlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards import journey_scene
from plietsch.dashboards.developers import asking, words
from plietsch.platform.local.postgres import EmbeddedPostgres
from support import open_data
from support.looking import Looker
from support.walking import Answer, Walk

LOOKER = Looker(open_data.secrets(), [*open_data.EXACT.values(), *journey_scene.GATEWAY_PLACES])
DEV_EUI = journey_scene.DEV_EUIS[journey_scene.DUST]
LONGITUDE, LATITUDE = open_data.EXACT[journey_scene.DUST]
# Where a walk begins beside what the OpenAPI document describes.
DOORS = (
    "/",
    "/developers",
    "/status",
    "/status.json",
    "/nowhere",
    "/api/v1/nowhere",
    "/robots.txt",
    "/metrics",
    "/api/v1/stations?nonsense=1",
)
OF_DEVICES = ("plietsch-fine-dust", "plietsch-water-level")


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres) -> Iterator[str]:
    with open_data.serving(postgres) as served:
        yield served.address


@pytest.fixture(scope="module")
def walk(site: str, request: pytest.FixtureRequest) -> Iterator[Walk]:
    stations = list(open_data.EXACT)
    properties = ["pm2_5", "water_level"]
    known = {
        "stations.code": stations, "station": stations, "gauges.code": [journey_scene.GAUGE],
        "datastreams.id": ["1", "2"],
        "properties.code": properties, "property": properties, "device-types.code": OF_DEVICES, "region": ["flensburg"],
        "near": ["9.4,54.8"], "bbox": ["9.3,54.7,9.5,54.9"], "last": ["24h", "12mo", "5"],
        "from": ["2025-12-31T00:00:00Z"], "to": ["2026-01-02T00:00:00Z"],
    }  # fmt: skip
    walk = Walk(site, known, each=20 if request.config.getoption("--long") else 1)
    yield walk
    walk.close()


def test_no_address_tells_a_secret(walk: Walk):
    told: dict[str, set[str]] = {}
    wrong: list[str] = []
    answered: set[str] = set()
    kinds: set[str] = set()
    for answer in walk.answers(*DOORS):
        if answer.status == 200:
            answered.add(answer.address)
            kinds.add(answer.kind)
        if answer.status >= 500:
            wrong.append(f"{answer.address}: {answer.status} {answer.body[:300]!r}")
        if secrets := _told(answer):
            told[answer.address] = secrets
    assert told == {}
    assert wrong == []
    # The walk was everywhere.
    resources = asking.resources(walk.document)
    for resource in resources:
        assert any(address in answered for address in walk.filled(resource)), resource.path
    assert {"text/html", "application/json", "application/geo+json", "text/csv", "text/event-stream"} <= kinds
    assert any("/values/" in address for address in answered)
    assert len(answered) > 100


def test_no_combination_of_parameters_tells_a_secret(walk: Walk, request: pytest.FixtureRequest):
    resources = [each for each in asking.resources(walk.document) if each.asked and each.name != "live"]
    count = 1000 if request.config.getoption("--long") else 20

    @settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def asked(data: st.DataObject) -> None:
        resource = data.draw(st.sampled_from(resources))
        path = data.draw(st.sampled_from(list(walk.filled(resource))))
        chosen = data.draw(st.lists(st.sampled_from(resource.asked), max_size=4, unique_by=lambda each: each.name))
        pairs = [f"{each.name}={data.draw(st.sampled_from(walk.values(each)[:-1] or ['1']))}" for each in chosen]
        answer = walk.ask(f"{path}?{'&'.join(pairs)}")
        assert _told(answer) == set(), answer.address
        assert answer.status < 500, (answer.address, answer.body[:300])

    asked()


def _told(answer: Answer) -> set[str]:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return LOOKER.found(answer.body, answer.kind) | LOOKER.found(headers.encode(), "text/plain")


def _as_parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _as_arrow(**columns: Any) -> bytes:
    sink = io.BytesIO()
    table = pa.table(columns)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _as_png(name: bytes, content: bytes) -> bytes:
    chunk = len(content).to_bytes(4, "big") + name + content + bytes(4)
    return b"\x89PNG\r\n\x1a\n" + chunk


BYTES = bytes.fromhex(DEV_EUI)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (DEV_EUI.encode(), "text/plain"),
        (DEV_EUI.upper().encode(), "application/json"),
        (BYTES.hex("-").encode(), "text/html"),
        (BYTES.hex(":").upper().encode(), "text/html"),
        (BYTES[::-1].hex().encode(), "text/html"),
        (base64.b64encode(BYTES), "application/json"),
        (base64.urlsafe_b64encode(b'{"of": "' + DEV_EUI.encode() + b'"}'), "application/json"),
        (b"a cursor: " + base64.urlsafe_b64encode(b"12" + BYTES), "application/json"),
        (str(int(DEV_EUI, 16)).encode(), "application/json"),
        (f"[{LONGITUDE}, 3]".encode(), "application/geo+json"),
        (f"[{LONGITUDE + 0.00001:.5f}, {LATITUDE - 0.00001:.5f}]".encode(), "application/geo+json"),
        (f"M{LONGITUDE} {LATITUDE}".encode(), "image/svg+xml"),
        (f'"x": [{round(LONGITUDE * 1e5)}, 12]'.encode(), "application/json"),
        (f"1;{LATITUDE}".replace(".", ",").encode(), "text/csv"),
        (b"1050575.5 7319893.2", "text/plain"),  # EPSG:3857
        (f"lat%3D{LATITUDE}".encode(), "text/html"),
        (_as_parquet(place=[[LONGITUDE, LATITUDE]]), "application/vnd.apache.parquet"),
        (_as_parquet(text=[open_data.PERSON]), "application/vnd.apache.parquet"),
        (_as_arrow(place=[LATITUDE]), "application/vnd.apache.arrow.stream"),
        (_as_png(b"tEXt", b"Author\0" + open_data.PERSON.encode()), "image/png"),
        (_as_png(b"zTXt", b"Author\0\0" + zlib.compress(open_data.PERSON.encode())), "image/png"),
        (b"somebody@else.example", "text/html"),
        (b"Frauke&#32;Heimlich", "text/html"),
    ],
)
def test_a_secret_would_be_found(body: bytes, kind: str):
    assert LOOKER.found(body, kind)


def test_what_is_public_is_not_taken_for_a_secret():
    assert not LOOKER.found(
        f"[{LONGITUDE + 0.002:.5f}, {LATITUDE:.2f}] 70b3d57ed0 12.5 {words.PROMISES[0]}".encode(), "text/html"
    )
