"""Pictures of charts as values: what is drawn of a scene, in which size, and that equal scenes give equal bytes."""

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from plietsch.dashboards.picture import axes, figure, labels
from plietsch.dashboards.picture.looks import BANDS, LOOKS, MOST_LINES
from plietsch.dashboards.picture.scene import Band, Key, Limit, Line, Mark, Scene
from plietsch.dashboards.picture.sheet import Size
from plietsch.dashboards.texts import LANGUAGES, Texts

STYLES = Path(__file__).parents[2] / "dashboards" / "web" / "src"
BEGIN = 1_779_000_000.0
HOUR, DAY = 3600.0, 86_400.0
SVG = "{http://www.w3.org/2000/svg}"
SMALL = Size(640, 360)


def _line(name: str = "as measured", hours: int = 48, breaks: tuple[int, ...] = (), **more: Any) -> Line:
    times = tuple(BEGIN + hour * HOUR for hour in range(hours))
    values = tuple(None if hour in breaks else 12 + 6 * math.sin(hour) for hour in range(hours))
    return Line(name, times, values, **more)


def _scene(*lines: Line, **more: Any) -> Scene:
    some: dict[str, Any] = {
        "title": "Flensburg, Südermarkt",
        "subtitle": "Fine dust PM2.5 (µg/m³) · 17–19 May 2026",
        "language": "en",
        "description": "Between 6 and 18 µg/m³.",
        "credit": ("CC0-1.0 · OK Lab", "plietsch · 19 May 2026"),
        "unit": "µg/m³",
        "decimals": 1,
        "since": BEGIN,
        "until": BEGIN + 2 * DAY,
        "step_s": 0,
        "timezone": "Europe/Berlin",
        "beginning": 0,
    }
    return Scene(**{**some, **more}, lines=lines or (_line(),))


def _svg(scene: Scene, size: Size = SMALL) -> ElementTree.Element:
    return ElementTree.fromstring(figure.draw(scene, size, "light", "svg", Texts.read(scene.language)))


def _texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def _drawn(root: ElementTree.Element, name: str) -> str:
    """How the path of a part goes."""
    part = next(element for element in root.iter(f"{SVG}g") if element.get("id") == name)
    return "".join(path.get("d", "") for path in part.iter(f"{SVG}path"))


def _has(root: ElementTree.Element, name: str) -> bool:
    return any(element.get("id") == name for element in root.iter())


def test_texts_are_text_in_a_picture_that_says_what_it_shows():
    root = _svg(_scene(simulated="Simulation", title="Husum <b> & $x^2$"))
    assert {"Husum <b> & $x^2$", "Fine dust PM2.5 (µg/m³) · 17–19 May 2026", "Simulation"} <= set(_texts(root))
    assert "CC0-1.0 · OK Lab · plietsch · 19 May 2026" in _texts(root)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text == "Husum <b> & $x^2$: Fine dust PM2.5 (µg/m³) · 17–19 May 2026"
    assert description is not None and description.text == "Between 6 and 18 µg/m³."
    assert root.get("role") == "img" and root.get("aria-labelledby") == "picture-title picture-description"
    assert {title.get("id"), description.get("id")} == set((root.get("aria-labelledby") or "").split())


def test_a_picture_breaks_no_content_policy_and_names_each_part_once():
    text = figure.draw(_everything(), SMALL, "light", "svg", Texts.read("en")).decode()
    assert not re.search(r"style|<script|<image|https?://(?!www\.w3\.org)| on\w+=", text)
    names = re.findall(r' id="([^"]+)"', text)
    assert len(names) == len(set(names))
    assert set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", text)) <= set(names)


def test_a_line_has_its_points_and_a_break_where_nothing_was_measured():
    whole, broken = (_drawn(_svg(_scene(_line(breaks=breaks))), "line-1") for breaks in ((), (20,)))
    assert (whole.count("M"), whole.count("M") + whole.count("L")) == (1, 48)
    assert (broken.count("M"), broken.count("M") + broken.count("L")) == (2, 47)


def test_a_value_between_two_gaps_is_a_dot():
    assert not _has(_svg(_scene()), "alone-1")
    assert _has(_svg(_scene(_line(breaks=(20, 22)))), "alone-1")


def test_gaps_are_hatched_and_the_key_says_so():
    root = _svg(_scene(gaps=((BEGIN, BEGIN + 5 * HOUR),), keys=(Key("gap", "no data"),)))
    assert _has(root, "gap-1") and root.find(f".//{SVG}pattern") is not None
    assert "no data" in _texts(root)


def test_what_is_not_believed_is_marked_where_it_was_measured_or_at_the_edge():
    root = _svg(_scene(_line(doubtful=((BEGIN + HOUR, 10.0), (BEGIN + 2 * HOUR, 999.0), (BEGIN + 3 * HOUR, -999.0)))))
    assert all(_has(root, f"doubtful-1-{where}") for where in ("within", "above", "below"))
    # It does not stretch the axis.
    assert "20" in _texts(root) and not {"500", "1,000"} & set(_texts(root))


def test_limits_are_lines_whose_names_stand_there_or_in_the_key():
    long = "a guideline for a day that may be exceeded on three to four days of a year, and no more than that"
    root = _svg(_scene(limits=(Limit(15.0, "raised", "level-1"), Limit(20.0, long), Limit(900.0, "far away"))))
    assert _has(root, "limit-1") and _has(root, "limit-2") and not _has(root, "limit-3")
    assert {"15 raised", "20"} <= set(_texts(root))
    assert any(text.startswith("20: a guideline for a day") for text in _texts(root))
    assert not any("far away" in text for text in _texts(root))


def test_means_have_a_band_from_least_to_most():
    values = _line().values
    line = _line(
        lows=tuple(value and value - 2 for value in values), highs=tuple(value and value + 3 for value in values)
    )
    assert _drawn(_svg(_scene(line)), "range-1").count("L") >= 2 * 48
    assert not _has(_svg(_scene()), "range-1")


def test_sums_are_bars():
    bars = [path.get("d", "") for path in _svg(_scene(is_sum=True, step_s=HOUR)).iter(f"{SVG}path")]
    assert sum(path.count("L") == 3 and path.count("z") == 1 for path in bars) >= 48


def test_lines_are_told_apart_by_their_strokes_and_named_at_their_ends():
    lines = [_line(f"Station {number}", breaks=(number,)) for number in range(MOST_LINES)]
    root = _svg(_scene(*lines), Size(900, 420))
    strokes = [_stroke(root, f"line-{number + 1}") for number in range(MOST_LINES)]
    assert len({dash for dash, _ in strokes}) == len({colour for _, colour in strokes}) == MOST_LINES
    written = [text for text in root.iter(f"{SVG}text") if (text.text or "").startswith("Station")]
    assert [text.text for text in written] == [line.name for line in lines]
    heights = sorted(float(text.get("y", "0")) for text in written)
    assert all(later - earlier >= 12 for earlier, later in pairwise(heights))


def _stroke(root: ElementTree.Element, name: str) -> tuple[str, str]:
    path = next(element for element in root.iter(f"{SVG}g") if element.get("id") == name)[0]
    return path.get("stroke-dasharray", ""), path.get("stroke", "")


def test_a_narrow_picture_names_its_lines_in_the_key():
    root = _svg(_scene(_line("one"), _line("other")), Size(320, 240))
    assert {"one", "other"} <= set(_texts(root))


def test_nothing_measured_is_said_in_the_middle():
    assert "Nothing" in _texts(_svg(_scene(Line("", (), ()), nothing="Nothing")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_times_are_written_as_the_language_does(language: str):
    low = tuple(0.2 + number / 1000 for number in range(48))
    texts = _texts(_svg(_scene(Line("", _line().times, low), language=language, beginning=None)))
    comma = any(re.fullmatch(r"-?\d,\d", text) for text in texts)
    assert comma == (language != "en")
    assert any(re.fullmatch({"da": r"\d\d\.\d\d"}.get(language, r"\d\d:\d\d"), text) for text in texts)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_scenes_give_equal_bytes(kind: figure.Kind):
    first, second = (figure.draw(_everything(), Size(320, 240), "dark", kind, Texts.read("en")) for _ in range(2))
    assert first == second
    assert (
        _everything().tag(kind) == _everything().tag(kind) != msgspec.structs.replace(_everything(), unit="").tag(kind)
    )


def test_a_png_has_the_size_that_was_asked_for():
    png = figure.draw(_scene(), Size(811, 333), "light", "png", Texts.read("en"))
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (811, 333)


def test_the_axis_goes_from_its_natural_beginning_to_the_limit_near_by():
    assert axes.values(_scene(limits=(Limit(21.0, "near"), Limit(99.0, "far"))))[0] == 0
    assert 21 < axes.values(_scene(limits=(Limit(21.0, "near"), Limit(99.0, "far"))))[1] < 30
    low, high = axes.values(_scene(Line("", (), ())))
    assert high - low >= 2
    # Below its beginning, as a level below the gauge's zero, nothing is cut off.
    assert axes.values(_scene(Line("", (BEGIN,), (-7.0,))))[0] < -7


@pytest.mark.parametrize(
    ("low", "high", "most", "decimals", "ticks"),
    [
        (0, 20, 5, 1, [0, 5, 10, 15, 20]),
        (0.2, 0.9, 4, 1, [0.2, 0.4, 0.6, 0.8]),
        (499, 503, 9, 0, [499, 500, 501, 502, 503]),
        (-3, 3, 3, 0, [-2, 0, 2]),
    ],
)
def test_ticks_are_round_and_no_finer_than_what_is_measured(
    low: float, high: float, most: int, decimals: int, ticks: list[float]
):
    found, written = axes.value_ticks(low, high, most, decimals)
    assert found == pytest.approx(ticks)
    assert written <= decimals


@pytest.mark.parametrize("days", [1, 2, 7, 30, 365, 1800])
def test_ticks_of_time_are_as_many_as_there_is_room_for(days: int):
    scene = _scene(until=BEGIN + days * DAY, step_s=DAY if days > 40 else 0)
    ticks = axes.time_ticks(scene, 8, Texts.read("de"))
    assert 2 <= len(ticks) <= 8
    assert all(scene.since <= moment < scene.until for moment, _ in ticks)
    # Each day is named once; hours of the clock come again.
    named = [name for _, name in ticks if ":" not in name]
    assert len(set(named)) == len(named) > 0


def test_the_hour_that_a_summer_begins_without_has_no_tick():
    begin = 1_774_738_800.0  # 29 March 2026, 00:00 in Berlin
    ticks = axes.time_ticks(_scene(since=begin, until=begin + 6 * HOUR), 8, Texts.read("en"))
    assert [name for _, name in ticks] == ["29 Mar", "01:00", "03:00", "04:00", "05:00", "06:00"]


def test_labels_lie_over_no_other_and_within_their_bounds():
    assert labels.stagger([50, 51, 52], 10, 0, 100) == [32, 42, 52]
    assert labels.stagger([0, 1, 2], 10, 0, 100) == [0, 10, 20]
    assert labels.stagger([200, 300], 10, 0, 100) == [80, 90]
    assert labels.stagger([], 10, 0, 100) == []


def test_colours_are_those_of_the_stylesheet():
    tokens = re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (STYLES / "site.css").read_text(encoding="utf-8"))
    night = [name for name, _ in tokens].index("ground", 1)
    for theme, some in (("light", dict(tokens[:night])), ("dark", dict(tokens[night:]))):
        look = {name.replace("_", "-"): value for name, value in vars(LOOKS[theme]).items()}
        assert {name: value for name, value in look.items() if name != "more"}.items() <= some.items()
    lines = re.findall(r"--line-\d: (#[0-9a-f]{6});", (STYLES / "compare.css").read_text(encoding="utf-8"))
    assert (*LOOKS["light"].more, *LOOKS["dark"].more) == tuple(lines)
    classes = re.findall(r"\.band-([\w-]+) \{ --band: (#\w+);", (STYLES / "bands.css").read_text(encoding="utf-8"))
    assert BANDS.items() <= dict(classes).items()


@pytest.mark.parametrize("theme", LOOKS)
def test_each_line_is_seen_against_the_paper(theme: str):
    look = LOOKS[theme]  # type: ignore[index]
    for index in range(MOST_LINES):
        assert _contrast(look.colour(index), look.paper) >= 4.5


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _everything() -> Scene:
    values = _line().values
    line = _line(
        lows=tuple(value and value - 1 for value in values),
        highs=values,
        doubtful=((BEGIN + HOUR, 10.0), (BEGIN + HOUR, 999.0)),
        unsure=(((BEGIN, 3.0), (BEGIN + HOUR, 4.0)),),
        breaks=(3, 5),
    )
    return _scene(
        line,
        _line("other"),
        gaps=((BEGIN, BEGIN + 5 * HOUR), (BEGIN + 9 * HOUR, BEGIN + 10 * HOUR)),
        limits=(Limit(15.0, "raised", "level-1"), Limit(16.0, "high")),
        bands=(Band("good", 5), Band("fair", None)),
        marks=(Mark(BEGIN + DAY, "another device"),),
        keys=tuple(Key(sign, sign) for sign in ("range", "gap", "unsure", "doubtful")),
        simulated="Simulation",
    )
