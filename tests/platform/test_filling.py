"""How far the past is filled in, whatever a site that is just coming up answers."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from plietsch.platform.local import filling

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _latest(answer: httpx.Response | httpx.HTTPError) -> datetime | None:
    def give(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    with httpx.Client(base_url="http://site", transport=httpx.MockTransport(give)) as client:
        return filling.latest(client)


def test_the_newest_value_is_the_one_that_the_site_names():
    assert _latest(httpx.Response(200, json={"observations_latest_at": "2026-05-01T12:00:00Z"})) == NOW


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("ended early"),
        httpx.TooManyRedirects("in a circle"),
        httpx.Response(503, text="Service Unavailable"),
        httpx.Response(500, html="<h1>Internal Server Error</h1>"),
        httpx.Response(503, json={"type": "urn:plietsch:problem:database-away"}),
        httpx.Response(200, text=""),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"observations_latest_at": None}),
        httpx.Response(200, json={"observations_latest_at": "soon"}),
    ],
    ids=str,
)
def test_a_site_that_cannot_say_yet_has_nothing_yet(answer: httpx.Response | httpx.HTTPError):
    assert _latest(answer) is None


@pytest.mark.parametrize(
    ("minutes", "said"), [(-90, "0%"), (-0.1, "0%"), (0, "0%"), (30, "50%"), (60, "100%"), (61, "100%")]
)
def test_no_share_is_below_nothing_or_above_all(minutes: float, said: str):
    share = filling.share(NOW, NOW + timedelta(minutes=minutes), NOW + timedelta(hours=1))
    assert f"{share:.0%}" == said
