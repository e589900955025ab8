"""What becomes of the recordings of the Open Water Level nodes: a table, and the pictures of docs/recordings.md.

python ingest/tools/show_recordings.py ../shared/data/open-water-level docs/images

Takes them in as an operator would, into a PostgreSQL of its own that is gone afterwards: region file, import, judge.
The files are those of github.com/COAST-Lab/Open-Water-Level, Data Analysis/Data (MIT licence).
"""

import io
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import psycopg
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from plietsch.ingest import recording_import
from plietsch.ingest.judge.process import Judge
from plietsch.ingest.recording_import import Summary
from plietsch.ingest.stopping import Stop
from plietsch.platform import migrations, regions, registry
from plietsch.platform.local.postgres import EmbeddedPostgres

SHEET, CARD = "water-level-2024.csv", "distance_wl_0006_20260305.csv"
# How high the instruments hang above the zero of their levels: nobody published it, five metres are assumed.
ZERO_M = 5.0
BLUE, ORANGE, GREEN, RED, GREY = "#1f5fa8", "#c8641e", "#3c7d4e", "#b3261e", "#8a8f98"
FLAGS = {1: (BLUE, "good"), 3: (ORANGE, "suspect"), 4: (RED, "failed")}

SERIES = """
SELECT o.phenomenon_time, o.result, o.quality
FROM observation o
JOIN datastream d ON d.id = o.datastream_id
JOIN station s ON s.id = d.station_id
JOIN observed_property p ON p.id = d.observed_property_id
WHERE s.code = %s AND p.code = %s
ORDER BY o.phenomenon_time
"""
# Gaps between the first and the last value: nobody says when a node was put up, or taken down.
GAPS = """
SELECT count(*), coalesce(sum(missing), 0)::int, coalesce(max(gap_end - gap_start), '0')
FROM (
    SELECT d.id, min(o.phenomenon_time) AS first, max(o.phenomenon_time) AS last
    FROM datastream d
    JOIN station s ON s.id = d.station_id
    JOIN observed_property p ON p.id = d.observed_property_id
    JOIN observation o ON o.datastream_id = d.id
    WHERE s.code = %s AND p.code = 'distance'
    GROUP BY d.id
) recorded
CROSS JOIN LATERAL observation_gap(recorded.id, recorded.first, recorded.last)
"""


class Node(NamedTuple):
    """A node, in which file it is, and under which name where it holds several."""

    code: str
    file: str
    name: str | None
    since: str


class Value(NamedTuple):
    """A value of a series."""

    at: datetime
    result: float | None
    quality: int


NODES = (
    *(Node(f"owl-{number}", SHEET, f"waterLevel_000{number}", "2024-01-01T00:00:00Z") for number in range(6)),
    Node("owl-6", CARD, None, "2025-01-01T00:00:00Z"),
)


def region() -> dict[str, Any]:
    """The nodes as an operator registers them, somewhere in North Carolina."""
    stations = [
        {
            "code": node.code, "name": f"Open Water Level {node.code[-1]}", "longitude": -77.95, "latitude": 34.24,
            "grid_m": 1000, "licence": "MIT", "attribution": "COAST Lab",
            "device": {"dev_eui": f"70b3d57ed000000{node.code[-1]}", "type": "open-water-level", "interval_s": 3600},
            "deployment": {"phase": "installed", "since": node.since, "gauge_zero_distance_m": ZERO_M},
        }
        for node in NODES
    ]  # fmt: skip
    return {
        "format": "plietsch-region/1",
        "region": {
            "code": "north-carolina", "name": dict.fromkeys(("de", "da", "en"), "North Carolina"),
            "bbox": [-78.5, 33.8, -77.5, 34.6], "timezone": "America/New_York",
        },
        "operator": {"code": "coast-lab", "name": "COAST Lab"},
        "stations": stations,
    }  # fmt: skip


def take_in(database_url: str, folder: Path, scratch: Path) -> dict[str, Summary]:
    """Register, import and judge; returns what became of each node's lines."""
    file = scratch / "region.json"
    file.write_text(json.dumps(region()), encoding="utf-8")
    with psycopg.connect(database_url) as connection:
        registry.import_region(connection, regions.read(file))
    summaries: dict[str, Summary] = {}
    with recording_import.opened(database_url) as opened:
        for node in NODES:
            device = opened.device(node.code)
            recorded = recording_import.file(folder / node.file, recording_import.type_of(device))
            lines = recording_import.taken(recorded, device, node.name)
            summaries[node.code] = opened.run(lines, dry=False, stopped=lambda: False, on_progress=lambda _lines: None)
    with closing(Stop()) as stop:
        Judge(database_url, stop).once()
    return summaries


def table(connection: psycopg.Connection, summaries: dict[str, Summary]) -> list[str]:
    """What became of them, as docs/recordings.md has it."""
    rows = [
        "| node | lines | without a time | moments | distance good | suspect | failed | gaps | missing | longest gap |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for node in NODES:
        found = series(connection, node.code, "distance")
        flags = [sum(1 for value in found if value.quality == flag) for flag in FLAGS]
        ((gaps, missing, longest),) = connection.execute(GAPS, (node.code,)).fetchall()
        summary = summaries[node.code]
        cells = (
            node.name or "card of waterLevel_0006", summary.lines, summary.problems.total(), len(found), *flags, gaps,
            missing, f"{longest.total_seconds() / 3600:.0f} h",
        )  # fmt: skip
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return rows


def series(connection: psycopg.Connection, station: str, code: str) -> list[Value]:
    """A station's values of a property, in their order."""
    return [Value(*row) for row in connection.execute(SERIES, (station, code)).fetchall()]


def figure(titles: Sequence[str]) -> tuple[Figure, list[Axes]]:
    """Panels below each other."""
    drawn = Figure(figsize=(8, 1.9 * len(titles) + 0.4), layout="constrained")
    panels: list[Axes] = list(drawn.subplots(len(titles), squeeze=False)[:, 0])
    for panel, title in zip(panels, titles, strict=True):
        panel.set_title(title, loc="left")
        panel.grid(visible=True, color="#dddddd", linewidth=0.5)
        panel.spines[["top", "right"]].set_visible(False)
        panel.margins(x=0.01)
        panel.set_axisbelow(True)
        panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(dates.AutoDateLocator()))
    return drawn, panels


def daily(panel: Axes, values: Sequence[Value], colour: str, label: str) -> None:
    """Draw the lowest and the highest value of each day; a day without any stays empty."""
    days: dict[datetime, list[float]] = {}
    for value in values:
        if value.result is not None:
            day = value.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            days.setdefault(day, []).append(value.result)
    lows, highs = [min(day) for day in days.values()], [max(day) for day in days.values()]
    panel.vlines(list(days), lows, highs, color=colour, linewidth=1.0, alpha=0.75, label=label)


def by_flag(panel: Axes, values: Sequence[Value], per: float = 1.0) -> None:
    """Draw each value in the colour of its flag."""
    for flag, (colour, label) in FLAGS.items():
        shown = [value for value in values if value.quality == flag and value.result is not None]
        if shown:
            results = [value.result / per for value in shown if value.result is not None]
            panel.plot([value.at for value in shown], results, ".", color=colour, markersize=2.5, label=label)


def tide(connection: psycopg.Connection) -> Figure:
    """Levels of the two nodes that lasted: of a year, and hour by hour through a storm."""
    drawn, (year, days) = figure(("level, cm: lowest and highest of each day", "9 to 23 September 2024, each value"))
    begin, end = datetime(2024, 9, 9, tzinfo=UTC), datetime(2024, 9, 23, tzinfo=UTC)
    for node, colour in (("owl-3", BLUE), ("owl-2", ORANGE)):
        values = series(connection, node, "water_level")
        label = f"waterLevel_000{node[-1]}"
        daily(year, values, colour, label)
        shown = [value for value in values if begin <= value.at < end and value.result is not None]
        levels = [value.result for value in shown]
        days.plot([value.at for value in shown], levels, color=colour, linewidth=1.0, label=label)
    return drawn


def trouble(connection: psycopg.Connection) -> Figure:
    """The node whose battery went down: what its flags say of it."""
    drawn, (distance, battery) = figure(("waterLevel_0000: distance to the water, cm", "its battery, V"))
    by_flag(distance, series(connection, "owl-0", "distance"), per=10)
    by_flag(battery, series(connection, "owl-0", "battery"))
    return drawn


def save(drawn: Figure, file: Path) -> None:
    """Write a picture, the same one each time."""
    for panel in drawn.axes:
        panel.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), frameon=False, fontsize=7.5, ncols=4)
    written = io.StringIO()
    drawn.savefig(written, format="svg", metadata={"Date": None})
    # A tenth of a point is enough, and indentation tells nobody anything.
    smaller = re.sub(r" d=\"[^\"]+\"", lambda path: re.sub(r"(\.\d)\d+", r"\1", path[0]), written.getvalue())
    file.write_text(re.sub(r"\n +", "\n", smaller), encoding="utf-8")


def main(folder: Path, images: Path) -> None:
    """Take the recordings in, say what became of them, and draw it."""
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "plietsch", "svg.fonttype": "none", "font.size": 8.5})
    with tempfile.TemporaryDirectory() as scratch:
        server = EmbeddedPostgres(Path(scratch) / "postgres")
        server.start()
        try:
            migrations.migrate(server.url())
            summaries = take_in(server.url(), folder, Path(scratch))
            with psycopg.connect(server.url()) as connection:
                sys.stdout.write("\n".join(table(connection, summaries)) + "\n")
                save(tide(connection), images / "recording-tide.svg")
                save(trouble(connection), images / "recording-trouble.svg")
        finally:
            server.remove()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
