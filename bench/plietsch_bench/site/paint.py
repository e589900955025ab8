"""B8: the first paint of a map with thousands of stations, beside the same page of a region without any."""

import gzip
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
from playwright.sync_api import Browser

from plietsch_bench import results
from plietsch_bench.plan import TINY, Plan, Progress
from plietsch_bench.results import Goal, Result
from plietsch_bench.site import browser as browsers
from plietsch_bench.site import scene
from plietsch_bench.site.browser import DESK, TELEPHONE, Feel, Motion, Paint, Profile
from plietsch_bench.world import World

_GOAL_RATIO, _GOAL_BYTES, _GOAL_SCRIPT_KB = 1.3, 15.0, 500.0
# A frame takes this long at 60 a second; one of three times that is seen as a stutter.
_FRAME_MS, _LONG_MS = 1000 / 60, 50.0
_NONE = "–"


def run(world: World, plan: Plan, progress: Progress) -> Result:
    """Medians of the plan's repetitions; pages with and without stations take turns."""
    progress(f"B8 {plan.stations} stations")
    with world.empty_database() as database_url:
        scene.seed(database_url, plan.stations)
        with scene.serving(database_url, world.folder) as address, browsers.opened() as browser:
            return _measured(address, database_url, browser, plan, progress)


def _measured(address: str, database_url: str, browser: Browser, plan: Plan, progress: Progress) -> Result:
    # A try waits for no slow line.
    telephone = TELEPHONE if plan.stations > TINY.stations else replace(TELEPHONE, slowdown=1, down=0)
    maps = {name: f"{address}/de/?region={name}" for name in (scene.LARGE, scene.EMPTY)}
    for url in maps.values():  # what the server keeps, it has: a browser that comes first is not what is measured
        httpx.get(url)
    paints: defaultdict[str, list[Paint]] = defaultdict(list)
    for turn in range(plan.repetitions):
        for name, url in maps.items():
            progress(f"B8 first paint, {name}, {turn + 1}")
            paints[name].append(browsers.paint(browser, telephone, url))
    figure, limit = (results.middle(each.painted_ms for each in paints[name]) / 1000 for name in maps)
    size = _bytes_a_station(address, plan.stations)
    script_kb = paints[scene.LARGE][0].script_bytes / 1000
    return Result(
        "B8",
        f"first paint of the map with {plan.stations} stations, processor slowed down four times, 1.6 Mbit/s, 150 ms a"
        " request, nothing kept; limit: the same page of a region without stations",
        figure,
        "s",
        limit,
        {},
        [
            Goal("times the page without stations", _GOAL_RATIO, results.ratio(figure, limit), at_most=True),
            Goal("bytes a station, compressed", _GOAL_BYTES, size, at_most=True),
            Goal("kB of script on the map page, compressed", _GOAL_SCRIPT_KB, script_kb, at_most=True),
        ],
        _server_s(address, database_url),
        plan.repetitions,
        [
            *_paint_rows(paints),
            *_feel_rows(browser, telephone, address, maps, plan.repetitions, progress),
            *_motion_rows(browser, (telephone, DESK), maps, progress),
        ],
    )


def _row(what: str, large: float | str, empty: float | str = _NONE) -> dict[str, float | str]:
    return {"what": what, "with stations": large, "without": empty}


def _paint_rows(paints: dict[str, list[Paint]]) -> list[dict[str, float | str]]:
    def medians(of: str) -> list[float]:
        return [results.middle(getattr(each, of) for each in paints[name]) for name in (scene.LARGE, scene.EMPTY)]

    return [
        _row("map: first paint, ms", *medians("painted_ms")),
        _row("map: everything drawn, ms", *medians("complete_ms")),
        _row("map: largest contentful paint, ms", *medians("lcp_ms")),
        _row("map: cumulative layout shift", *medians("cls")),
    ]


def _feel_rows(
    browser: Browser, profile: Profile, address: str, maps: dict[str, str], repetitions: int, progress: Progress
) -> list[dict[str, float | str]]:
    progress("B8 interactions on the map")
    felt = {name: [browsers.feel_map(browser, profile, url) for _ in range(repetitions)] for name, url in maps.items()}
    progress("B8 station page")
    url = f"{address}/de/stations/{scene.STATION}?span=week"
    read = [browsers.feel_station(browser, profile, url) for _ in range(repetitions)]
    return [
        *_feel("map", felt[scene.LARGE], felt[scene.EMPTY]),
        *_feel("station page", read),
        _row("station page: largest contentful paint, ms", results.middle(each.lcp_ms for each in read)),
        _row("station page: cumulative layout shift", results.middle(each.cls for each in read)),
    ]


def _feel(page: str, felt: Sequence[Feel], without: Sequence[Feel] = ()) -> list[dict[str, float | str]]:
    def slowest(some: Sequence[Feel], action: str) -> float | str:
        known = [each.slowest_ms[action] for each in some if action in each.slowest_ms]
        return results.middle(known) if known else _NONE

    actions = felt[0].slowest_ms
    rows = [_row(f"{page}: answer to {name}, ms", slowest(felt, name), slowest(without, name)) for name in actions]
    return [*rows, _row(f"{page}: interaction to next paint, ms", results.middle(each.inp_ms for each in felt))]


def _motion_rows(
    browser: Browser, profiles: Sequence[Profile], maps: dict[str, str], progress: Progress
) -> list[dict[str, float | str]]:
    rows: list[dict[str, float | str]] = []
    for profile in profiles:
        progress(f"B8 dragging the map, {profile.name}")
        motions = [browsers.drag(browser, profile, maps[name]) for name in (scene.LARGE, scene.EMPTY)]
        rows += motion_rows(f"map dragged, {profile.name}", motions)
    return rows


def motion_rows(name: str, motions: Sequence[Motion]) -> list[dict[str, float | str]]:
    """What is said of a map that was dragged: with stations, without."""
    return [
        _row(f"{name}: median frame, ms", *(results.middle(each.frames_ms) for each in motions)),
        _row(f"{name}: frames of more than {_LONG_MS:.0f} ms, %", *(100 * _long(each) for each in motions)),
        _row(f"{name}: dropped frames, %", *(100 * _dropped(each) for each in motions)),
        _row(f"{name}: script a frame, ms", *(each.script_ms / len(each.frames_ms) for each in motions)),
    ]


def _long(motion: Motion) -> float:
    return sum(each > _LONG_MS for each in motion.frames_ms) / len(motion.frames_ms)


def _dropped(motion: Motion) -> float:
    """The share of the display's frames in which nothing new was shown."""
    due = [max(1, round(each / _FRAME_MS)) for each in motion.frames_ms]
    return 1 - len(due) / sum(due)


def _bytes_a_station(address: str, stations: int) -> float:
    """Of the map's document as it travels."""
    with httpx.stream("GET", _document(address), headers={"Accept-Encoding": "gzip"}) as response:
        travelled = b"".join(response.iter_raw())
    gzip.decompress(travelled)
    return len(travelled) / stations


def _server_s(address: str, database_url: str) -> dict[str, float | str]:
    """How long the server takes, without a slow line: after something was written, and when it has the answer."""
    said: dict[str, float | str] = {}
    for name, url in (("map page", f"{address}/de/?region={scene.LARGE}"), ("map document", _document(address))):
        for kind, is_new in (("made anew", True), ("asked for again", False)):
            laps = [_lap_s(url, database_url if is_new else "") for _ in range(5)]
            said[f"server: {name} {kind}, s"] = results.middle(laps)
    return said


def _lap_s(url: str, database_url: str) -> float:
    if database_url:
        scene.write(database_url)
    began = time.perf_counter()
    httpx.get(url).raise_for_status()
    return time.perf_counter() - began


def _document(address: str) -> str:
    return f"{address}/data/{scene.LARGE}/map?property={scene.PROPERTIES[0]}"


def describe_browser() -> str:
    """The browser's version, for the result."""
    with browsers.opened() as browser:
        return f"Chromium {browser.version}"


def is_possible() -> bool:
    """Whether there is a browser."""
    return browsers.CHROMIUM is not None and Path(browsers.CHROMIUM).exists()
