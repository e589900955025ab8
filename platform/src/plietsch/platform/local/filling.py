"""How far the past of a simulated region is filled in, as the site says it."""

from datetime import datetime

import httpx


def latest(site: httpx.Client) -> datetime | None:
    """Return the time of the newest value that the site shows; None while it has none, or cannot say."""
    try:
        newest = site.get("/healthz").raise_for_status().json()["observations_latest_at"]
        return datetime.fromisoformat(newest) if newest else None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        # Not there yet: no answer, an error, or what is no such document.
        return None


def share(begun: datetime, newest: datetime, now: datetime) -> float:
    """Return how much of the past is filled in, 0 to 1: what was written last may be older than what was seen first."""
    return min(1.0, max(0.0, (newest - begun) / (now - begun)))
