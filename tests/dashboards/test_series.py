"""What the chart draws as a line and what as a gap, asked of the module itself."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from plietsch.dashboards import readings
from support import node_js

SERIES = Path(__file__).parents[2] / "dashboards" / "web" / "src" / "series.ts"
_ASK = """
const { points } = await import(process.argv[1])
const moments = JSON.parse(process.argv[2])
const observations = moments.map((time) => ({ time, value: 1 }))
const [times, values] = points(observations, Number(process.argv[3]))
process.stdout.write(JSON.stringify(times.filter((_, i) => values[i] === null)))
"""


def _gaps(seconds: list[int], station_measures: str = "pm2_5") -> list[float]:
    """Where the chart's line breaks, for values measured at these Unix times."""
    shortest_s = readings.shortest_gap([station_measures, "battery"]).total_seconds()
    moments = json.dumps([datetime.fromtimestamp(second, UTC).isoformat() for second in seconds])
    asked = subprocess.run(
        [node_js.NODE, "--input-type=module", "--eval", _ASK, SERIES.as_uri(), moments, str(shortest_s)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(asked.stdout)


def test_a_station_that_changes_its_pace_keeps_its_line():
    history = [index * 300 for index in range(288)]
    live = [history[-1] + 300 + index * 5 for index in range(400)]
    assert _gaps(history + live) == []


def test_a_pause_of_two_hours_is_a_gap():
    before = [index * 300 for index in range(20)]
    after = [before[-1] + 7200 + index * 300 for index in range(20)]
    assert _gaps(before + after) == [before[-1] + 3600]


def test_a_station_that_measures_hourly_has_a_line():
    assert _gaps([index * 3600 for index in range(24)]) == []


def test_a_few_missed_minutes_are_no_gap():
    assert _gaps([0, 5, 10, 600, 605]) == []


def test_a_node_that_sends_when_something_changes_has_a_line():
    rising = [0, 60, 120, 180]
    quiet = [180 + hour * 3600 for hour in range(1, 4)]
    missed_one = [quiet[-1] + 7200, quiet[-1] + 7260]
    for code in ("distance", "rain_tips"):
        assert _gaps(rising + quiet + missed_one, code) == []


def test_a_node_that_does_not_even_say_that_nothing_changes_has_a_gap():
    assert _gaps([0, 60, 120, 120 + 4 * 3600, 180 + 4 * 3600], "distance") == [120 + 2 * 3600]
