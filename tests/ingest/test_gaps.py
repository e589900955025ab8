"""Gaps of datastreams: how much of each day is there, and what the command shows of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from ingest import network
from plietsch.ingest import commands, gaps
from plietsch.ingest.gaps import Gap, Series, Span
from plietsch.platform import errors

STEP = timedelta(minutes=5)
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def _series(*found: Gap, observed: int = 0, start: datetime = MONDAY) -> Series:
    return Series(1, "hafen", "pm2_5", "raw", "SDS011", [Span(start, MONDAY + 3 * DAY, STEP)], found, observed)


def _coverage(series: Series) -> list[float | None]:
    return [part for _, part in gaps.coverage(series, MONDAY, MONDAY + 3 * DAY)]


def test_without_gaps_everything_is_there() -> None:
    series = _series(observed=864)
    assert (series.availability, _coverage(series)) == (1.0, [1, 1, 1])
    assert gaps.bar(gaps.coverage(series, MONDAY, MONDAY + 3 * DAY)) == "███"


def test_a_day_that_is_missing_is_seen() -> None:
    gap = Gap(MONDAY + DAY - STEP / 2, MONDAY + 2 * DAY + STEP / 2, 288)
    series = _series(gap, observed=576)
    assert series.availability == pytest.approx(2 / 3)
    assert _coverage(series) == [1, 0, 1]
    assert gaps.bar(gaps.coverage(series, MONDAY, MONDAY + 3 * DAY)) == "█·█"


def test_one_that_is_missing_is_not_the_whole() -> None:
    series = _series(Gap(MONDAY + 10 * STEP, MONDAY + 12 * STEP, 1), observed=863)
    assert _coverage(series)[0] == pytest.approx(1 - 1 / 288)
    assert gaps.bar(gaps.coverage(series, MONDAY, MONDAY + 3 * DAY)) == "▇██"


def test_a_gap_that_lasts_reaches_to_the_present() -> None:
    series = _series(Gap(MONDAY + DAY, None, 575), observed=289)
    first, *others = _coverage(series)
    assert first == 1
    assert others == pytest.approx([0, 0], abs=0.01)
    assert series.longest(MONDAY + 3 * DAY) == 2 * DAY


def test_before_it_was_deployed_nothing_is_missing() -> None:
    series = _series(observed=1, start=MONDAY + DAY)
    assert _coverage(series) == [None, 1, 1]
    assert _series().availability is None


def _observe(database_url: str, datastream_id: int, minutes_ago: list[int]) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO observation SELECT %s, now() - m * interval '1 minute', 1, now(), 1 FROM unnest(%s) m",
            (datastream_id, minutes_ago),
        )


def _run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(commands.app, ["gaps", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def station(database_url: str) -> str:
    """A station that measures every five minutes: whole in PM2.5, with a gap of an hour and silent since in PM10."""
    streams = network.register(database_url, channels=("pm2_5", "pm10")).datastream_ids
    _observe(database_url, streams["pm2_5"], [*range(2, 24 * 60, 5)])
    _observe(database_url, streams["pm10"], [*range(52, 600, 5), *range(660, 24 * 60, 5)])
    return network.DEV_EUI


def test_gaps_of_a_station(database_url: str, station: str) -> None:
    base = (station, "--since", "1d", "--database-url", database_url)
    found: dict[str, Any] = {each["property"]: each for each in json.loads(_run(*base, "--json"))["datastreams"]}
    assert found["pm2_5"]["gaps"] == []
    assert found["pm2_5"]["availability"] == 1
    assert [(gap["missing"], gap["end"] is None) for gap in found["pm10"]["gaps"]] == [
        (12, False),
        (10, True),
    ]
    assert len(found["pm10"]["days"]) == 2
    shown = _run(*base)
    assert "still lasting" in shown
    assert "100.0 %" in shown
    assert "There is no gap." in _run(*base, "--property", "pm2_5")


def test_a_spread_has_gaps_where_they_are_asked_for(database_url: str) -> None:
    """A node of the first version sends none: that is no gap of its station."""
    network.register(database_url, channels=("pm2_5", "pm2_5_spread"))
    base = (network.DEV_EUI, "--database-url", database_url, "--json")
    assert [each["property"] for each in json.loads(_run(*base))["datastreams"]] == ["pm2_5"]
    asked = json.loads(_run(*base, "--property", "pm2_5_spread"))["datastreams"]
    assert [each["property"] for each in asked] == ["pm2_5_spread"]


def test_gaps_of_all_stations(database_url: str, station: str) -> None:
    shown = _run("--all", "--since", "90d", "--database-url", database_url)
    assert station in shown
    assert "2 days a character" in shown


def test_a_name_that_is_not_known_is_said(database_url: str, station: str) -> None:
    with pytest.raises(errors.PlietschError, match="no station nowhere"):
        _run("nowhere", "--database-url", database_url)
    with pytest.raises(errors.PlietschError, match="no quantity pm3") as caught:
        _run(station, "--property", "pm3", "--database-url", database_url)
    assert "pm2_5" in caught.value.hint


def test_one_or_all_are_to_be_named() -> None:
    result = CliRunner().invoke(commands.app, ["gaps"])
    assert result.exit_code == 2
    assert "--all" in result.output
