"""Every address says how long its answer may be kept, and answers 304 to who has it already."""

from typing import Any

import pytest
from api.world import Client, described

from support import wait

DOCUMENT: dict[str, Any] = described()
CODES = {"/properties/": "pm2_5", "/device-types/": "plietsch-fine-dust"}
# What tells of this very moment, or waits for the next one.
NEVER_KEPT = {"/api/v1/changes", "/api/v1/live", "/healthz"}
CLOSED = {"from": "2025-01-01T00:00:00Z", "to": "2025-12-31T00:00:00Z"}


def _address(path: str) -> str:
    code = next((code for part, code in CODES.items() if part in path), "harbour")
    return path.format(code=code, id=1)


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if path != "/api/v1/gauges/{code}"])
def test_every_answer_says_how_long_it_may_be_kept(measured_api: Client, path: str):
    url = _address(path)
    wait.until(lambda: measured_api.app.state.hot.answers.present, "the hot answer is made")
    head = measured_api.request("HEAD", url)
    assert head.status_code == 200, url
    kept = head.headers["cache-control"]
    if path in NEVER_KEPT:
        assert kept == "no-store"
        return
    assert kept.startswith("public, max-age="), kept
    assert int(kept.split("max-age=")[1].split(",")[0]) <= 60
    query = {**CLOSED} if path == "/api/v1/observations" else {}  # its span is said to the microsecond
    answer = measured_api.get(url, **query)
    again = measured_api.get(url, headers={"If-None-Match": answer.headers["etag"]}, **query)
    assert (again.status_code, again.content) == (304, b""), (url, answer.headers, again.headers)
    assert again.headers["etag"] == answer.headers["etag"]
    assert "Accept-Encoding" in again.headers["vary"]


@pytest.mark.parametrize("path", ["/api/v1/observations", "/api/v1/statistics"])
def test_a_time_that_is_over_is_kept_for_a_day(measured_api: Client, path: str):
    answer = measured_api.request("GET", path, params={**CLOSED, "station": "harbour", "property": "pm2_5"})
    assert answer.headers["cache-control"].startswith("public, max-age=86400"), answer.text
