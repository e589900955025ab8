"""The comparison's page, and its picture; its values are at the page's address with a format's suffix (`page_data`)."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from psycopg import AsyncConnection

from plietsch.api import caching, database
from plietsch.dashboards import errors, regions
from plietsch.dashboards.compare import asked, gathering, nearest, scenes, table
from plietsch.dashboards.compare.asked import Comparison
from plietsch.dashboards.compare.gathering import Gathered
from plietsch.dashboards.compare.nearest import Neighbour
from plietsch.dashboards.front import Language, site_of
from plietsch.dashboards.map import stations as map_stations
from plietsch.dashboards.newest import RAIN
from plietsch.dashboards.page_data import links
from plietsch.dashboards.picture import routes as pictures
from plietsch.dashboards.picture import svg
from plietsch.dashboards.picture.looks import MOST_LINES, Theme
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.scenes import MEANS, SUMS
from plietsch.dashboards.picture.scenes import RAIN as RAIN_SUMS
from plietsch.dashboards.picture.studio import Studio
from plietsch.dashboards.quantities import QUANTITIES
from plietsch.dashboards.station import page as station_page
from plietsch.dashboards.station import streams
from plietsch.dashboards.station.course import Course
from plietsch.dashboards.station.spans import STEPS
from plietsch.dashboards.texts import Texts

router = APIRouter(include_in_schema=False)

Stations = Annotated[list[str] | None, Query(alias="station")]
Properties = Annotated[list[str] | None, Query(alias="property")]
Last = Annotated[str | None, Query()]
From = Annotated[str | None, Query(alias="from")]
To = Annotated[str | None, Query()]
Methods = Annotated[list[str] | None, Query(alias="method")]

_SIZE = (960, 460)
# For a narrow screen, on which it is magnified by a fifth: letters are of the size that they have on the site.
_NARROW_WIDTH, _NARROW_HEIGHT, _KEY_ROW = 280, 360, 16
# Of so many a reader can choose one from a list; further ones are added from their own pages.
_MOST_OFFERED = 200


@router.get("/{language}/compare")
async def compare_page(
    request: Request,
    language: Language,
    stations: Stations = None,
    properties: Properties = None,
    last: Last = None,
    start: From = None,
    to: To = None,
    methods: Methods = None,
) -> HTMLResponse:
    """Stations beside each other: what differs between places, and what between raw and corrected."""
    site, texts = site_of(request, language)
    comparison, time = asked.comparison(stations, properties, last, start, to, methods)
    pool: database.Pool = request.app.state.pool
    # It is drawn without a connection: who waits for a picture keeps nobody from the database.
    async with pool.connection() as connection:
        gathered = await gathering.of(connection, comparison, time, language)
        context = await _context(connection, comparison, gathered, texts)
    drawn = (
        await _drawn(request.app.state.studio, scenes.of(gathered.told, texts), texts) if gathered.told else ("", "")
    )
    origin = str(request.base_url).rstrip("/")
    return site.render(request, language, "compare.html", picture=drawn[0], narrow=drawn[1], origin=origin, **context)


async def _drawn(studio: Studio, scene: Scene, texts: Texts) -> tuple[str, str]:
    """The picture, and the one for a narrow screen, which names its lines below: a stylesheet shows either."""
    narrow = (_NARROW_WIDTH, _NARROW_HEIGHT + _KEY_ROW * len(scene.lines))
    wide = svg.inline(await studio.draw(scene, _SIZE, "light", "svg", texts))
    return wide, svg.inline(await studio.draw(scene, narrow, "light", "svg", texts), "narrow-")


@router.get("/{language}/compare.{kind}")
async def compare_picture(
    request: Request,
    language: Language,
    kind: Literal["svg", "png"],
    stations: Stations = None,
    properties: Properties = None,
    last: Last = None,
    start: From = None,
    to: To = None,
    methods: Methods = None,
    theme: Theme = "light",
    width: pictures.Width = pictures.USUAL_WIDTH,
    height: pictures.Height = pictures.USUAL_HEIGHT,
) -> Response:
    """The same as a picture alone. Raises errors.PageUnknown where there is nothing to compare."""
    _, texts = site_of(request, language)
    comparison, time = asked.comparison(stations, properties, last, start, to, methods)
    pool: database.Pool = request.app.state.pool
    async with pool.connection() as connection:
        gathered = await gathering.of(connection, comparison, time, language)
    if not gathered.told:
        raise errors.PageUnknown("There is nothing to compare.")
    first = gathered.told[0]
    cache = caching.of_span(first.course.window.until, first.at, step=STEPS.get(first.course.step, STEPS["10m"]))
    scene = scenes.of(gathered.told, texts)
    return await pictures.respond(request, scene, (width, height), theme, kind, cache)


async def _context(
    connection: AsyncConnection[Any], comparison: Comparison, gathered: Gathered, texts: Texts
) -> dict[str, Any]:
    told, language = gathered.told, texts.language
    shown = [each.station for each in told] + gathered.without
    went = told[0].course if told else None
    page = f"/{language}/compare"
    picked = replace(comparison, code=gathered.code)
    return {
        "comparison": picked,
        "quantity": QUANTITIES[gathered.code] if gathered.code else None,
        "name": _name(gathered.code, texts),
        "choice": [QUANTITIES[code] for code in _offered(gathered)],
        "spans": asked.SPANS,
        "last": comparison.last or ("" if comparison.start or comparison.to else "7d"),
        "stations": shown,
        "without": gathered.without,
        "offered": await _others(connection, comparison, gathered.code) if len(shown) < MOST_LINES else [],
        "shared": scenes.of(told, texts) if told else None,
        "table": table.of(told, texts) if told else None,
        "steps": texts.translate((SUMS if went.is_sum else MEANS)[went.step]) if went else "",
        "simulated": any(each.simulated for each in shown),
        "formats": links.of(page, _values(picked, went), texts) if went else [],
        "pictures": [
            (kind.upper(), f"{page}.{kind}?{picked.address(language).partition('?')[2]}") for kind in ("png", "svg")
        ],
    }


def _values(picked: Comparison, went: Course) -> list[tuple[str, str]]:
    """What the values of the table are asked for by: the same whole steps, a column for each line.

    Of sums is given what they are made of.
    """
    query = [(name, value) for name, value in picked.query if name not in ("last", "from", "to")]
    query += [("from", station_page.utc(went.window.since)), ("to", station_page.utc(went.window.until))]
    return query if went.is_sum else [*query, *station_page.resolution(went), ("layout", "wide")]


def _name(code: str | None, texts: Texts) -> str:
    """What the quantity is called: of rain are shown the sums of each step, whatever an hour's is."""
    if code is None:
        return ""
    return texts.translate(RAIN_SUMS if code == RAIN else QUANTITIES[code].name)


def _offered(gathered: Gathered) -> list[str]:
    """The quantities of the form: those that a station measures, and the one that is asked for."""
    known = {*gathered.choice, gathered.code}
    return [code for code, each in QUANTITIES.items() if code in known and each.has_course and not each.of_hour]


async def _others(connection: AsyncConnection[Any], comparison: Comparison, code: str | None) -> list[Neighbour]:
    """The stations that can be added, by name: the nearest to the first one that measure the same."""
    if comparison.stations and code:
        found = await nearest.of(connection, comparison.stations[0], code, _MOST_OFFERED)
    else:
        region = await regions.chosen(connection, None)
        source = streams.source_of(code) if code else None
        every = await map_stations.of(connection, region.code, source) if region else []
        found = [Neighbour(each.code, each.name) for each in every[:_MOST_OFFERED]]
    return sorted((each for each in found if each.code not in comparison.stations), key=lambda each: each.name)
