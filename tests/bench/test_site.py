"""What B8 looks at, and what it makes of what a browser says."""

import psycopg
import pytest

from plietsch_bench.site import paint, scene
from plietsch_bench.site.browser import Feel, Motion


def test_the_large_region_is_one_that_the_site_shows(database_url: str) -> None:
    scene.seed(database_url, 61)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT r.code, count(DISTINCT s.id), count(o) FILTER (WHERE o.phenomenon_time > now() - interval '20m'),"
            " count(DISTINCT (l.longitude, l.latitude))"
            " FROM region r LEFT JOIN station s ON s.region_id = r.id LEFT JOIN datastream d ON d.station_id = s.id"
            " LEFT JOIN observation o ON o.datastream_id = d.id LEFT JOIN historical_location h ON h.station_id = s.id"
            " LEFT JOIN location l ON l.id = h.location_id GROUP BY r.code ORDER BY r.code"
        ).fetchall()
        week = connection.execute(
            "SELECT count(*) FROM observation o JOIN datastream d ON d.id = o.datastream_id"
            " JOIN station s ON s.id = d.station_id WHERE s.code = %s",
            [scene.STATION],
        ).fetchone()
    (empty, none, _, _), (large, stations, current, places) = rows
    assert (empty, none, large, stations) == ("empty", 0, "large", 61)
    assert current >= 61 * len(scene.PROPERTIES)
    assert places > 55, "strewn, not on a heap"
    assert week == (len(scene.PROPERTIES) * (7 * 288 + 1),)


def test_frames_that_a_display_shows_twice_were_dropped() -> None:
    rows = {
        row["what"]: row["with stations"] for row in paint.motion_rows("x", [Motion([16.7, 16.6, 50.1, 16.7], 20)] * 2)
    }
    assert rows["x: dropped frames, %"] == pytest.approx(100 * 2 / 6)
    assert rows["x: frames of more than 50 ms, %"] == 25
    assert rows["x: script a frame, ms"] == 5


def test_the_slowest_answer_counts() -> None:
    assert Feel({"a click": 40, "a key": 120, "another": 16}, 900, 0.01).inp_ms == 120
