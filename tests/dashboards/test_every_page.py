"""Every page in every language, theme and size, with and without JavaScript: accessible, whole, in its own language.

What there is to see differs by theme and size, what there is to read by language: by default each language is looked at
in some of the sizes and themes, so that together they are all looked at, and axe-core looks at a phone and a desktop in
both themes and once at pages without scripts, and at pages that are alike; with --long, everything is looked at
everywhere. Screenshots go to artefacts/screenshots, to be looked at: of what axe-core looks at.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Route

from plietsch.dashboards.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
SIZES = {"phone": (360, 780), "tablet": (768, 1024), "desktop": (1280, 900)}
THEMES: tuple[Any, ...] = ("light", "dark")
# A size and a theme.
Look = tuple[str, str]
# What axe-core looks at, in the order of the languages, the first of which comes again; and what else is looked at.
LOOKED_AT = (("phone", "dark"), ("phone", "light"), ("desktop", "light"), ("desktop", "dark"))
GLANCED_AT = {"da": (("tablet", "light"),), "en": (("tablet", "dark"),)}
# By name, the address below the language.
PAGES = {
    "map": "",
    "map-of-levels": "?property=water_level",
    "map-before": "?property=temperature&at={hour_ago}",
    "map-search": "?q=Tarp",
    "dust": "stations/flensburg-suedermarkt",
    "dust-month": "stations/flensburg-suedermarkt?property=pm10&span=month",
    "level": "stations/flensburg-pegel?span=week",
    "rain": "stations/flensburg-regen",
    "silent": "stations/husum-markt",
    "compare": "compare?station=flensburg-suedermarkt&station=flensburg-hafenspitze&property=pm2_5&last=24h",
    "journey": "stations/flensburg-suedermarkt/values/pm2_5/{measured}",
    "status": "status",
    "developers": "developers",
    "unknown": "stations/nowhere",
}
# Pages that are another one with something else in it: by default they are looked at once.
ALIKE = {"map-of-levels", "map-before", "map-search", "dust-month", "rain"}
# What is drawn by scripts, where a page has it: the element, and when it is done.
DRAWN = {"#map": "#map[data-state=idle]", "#chart": "#chart[data-state=drawn]"}
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("water_and_rain")]


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_and_has_its_picture(
    chromium: Browser, site: str, database_url: str, language: str, scripts: bool, request: pytest.FixtureRequest
) -> None:
    moments = _moments(database_url)
    is_long = request.config.getoption("--long")
    found: list[str] = []
    with _reader(chromium, scripts) as (page, wrong):
        for name, path in PAGES.items():
            looked_at, glanced_at = _looks(name, language, scripts, is_long)
            looks = looked_at + glanced_at
            if not looks:
                continue
            _look(page, *looks[0])
            page.goto(f"{site}/{language}/{path.format(**moments)}")
            for element, drawn in DRAWN.items():
                if scripts and page.locator(element).count():
                    page.wait_for_selector(drawn)
            for size, theme in dict.fromkeys(looks):
                _look(page, size, theme)
                place = f"{name}-{language}{'' if scripts else '-plain'}-{size}-{theme}"
                mistakes = list(_mistakes(page, language))
                if (size, theme) in looked_at:
                    if scripts:
                        page.screenshot(path=SCREENSHOTS / f"{place}.png", full_page=True)
                    mistakes += _axe(page)
                found += [f"{place}: {each}" for each in mistakes]
        # A page that is not there says so: that is no mistake of the page's.
        found += [each for each in wrong if "404" not in each]
    assert not found, "\n".join(found)


def _looks(name: str, language: str, scripts: bool, is_long: bool) -> tuple[tuple[Look, ...], tuple[Look, ...]]:
    """In which sizes and themes axe-core looks at a page, and in which others it is glanced at."""
    if is_long:
        return tuple((size, theme) for size in SIZES for theme in THEMES), ()
    once = LOOKED_AT[:1]
    if name in ALIKE:
        return once if scripts and language == "de" else (), ()
    if not scripts:  # the same page with less in it: one look suffices
        return (once, ()) if language == "de" else ((), once)
    return LOOKED_AT[list(LANGUAGES).index(language) :: len(LANGUAGES)], GLANCED_AT.get(language, ())


def _look(page: Page, size: str, theme: Any) -> None:
    """The page at a size and in a theme."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)


@contextmanager
def _reader(chromium: Browser, scripts: bool) -> Iterator[tuple[Page, list[str]]]:
    """A reader's browser, and what goes wrong in it."""
    wrong: list[str] = []
    # For axe-core; that no page breaks its own policy is held by the other tests.
    context = chromium.new_context(reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    if not scripts:
        page.route("**/*", _without_scripts)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page, wrong
    context.close()


def _without_scripts(route: Route) -> None:
    """A page as it is for whoever has no JavaScript: axe-core, which is made of it, does not run where it is off."""
    if route.request.resource_type != "document":
        route.continue_()
        return
    answer = route.fetch()
    html = re.sub(r"<script\b.*?</script>", "", answer.text(), flags=re.DOTALL)
    route.fulfill(response=answer, body=re.sub("</?noscript>", "", html))


def _mistakes(page: Page, language: str) -> Iterator[str]:
    if page.evaluate("document.documentElement.lang") != language:
        yield "not in its language"
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        yield "wider than the screen"


def _axe(page: Page) -> Iterator[str]:
    """What axe-core finds against WCAG 2.2 AA: rule, impact and place."""
    page.evaluate(AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    for each in found["violations"]:
        yield f"{each['id']} ({each['impact']}): {[node['target'] for node in each['nodes']]}"


def _moments(database_url: str) -> dict[str, str]:
    """An hour ago, and a moment at which something was measured."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "INSERT INTO observation SELECT d.id, date_trunc('second', now()) - interval '1 second', 12.3, now(), 1"
            " FROM datastream d JOIN station s ON s.id = d.station_id"
            " JOIN observed_property p ON p.id = d.observed_property_id"
            " WHERE s.code = 'flensburg-suedermarkt' AND p.code = 'pm2_5' AND d.method = p.default_method"
            " RETURNING phenomenon_time"
        ).fetchone()
    assert row
    return {"measured": _written(row[0]), "hour_ago": _written(datetime.now(UTC) - timedelta(hours=1))}


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
