"""`/api/v1/stations/{code}/chart.svg` and `.png`: a station's course as a picture."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from plietsch.api import caching, database, openapi
from plietsch.api.routes.strict import KNOWN_PARAMETERS_ONLY
from plietsch.dashboards.picture import asked, gathering, scenes
from plietsch.dashboards.picture.looks import Theme
from plietsch.dashboards.picture.scene import Scene
from plietsch.dashboards.picture.studio import Studio
from plietsch.dashboards.site import Site
from plietsch.dashboards.station.spans import STEPS

router = APIRouter(prefix="/api/v1", tags=["pictures"], dependencies=[KNOWN_PARAMETERS_ONLY])

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
Kind = Literal["svg", "png"]
LEAST_WIDTH, MOST_WIDTH, USUAL_WIDTH = 320, 2400, 1200
LEAST_HEIGHT, MOST_HEIGHT, USUAL_HEIGHT = 240, 1600, 630

Code = Annotated[str, Path(description="The station's id.", examples=["flensburg-suedermarkt"])]
KindOf = Annotated[Kind, Path(description="SVG, which stays sharp at any size, or PNG, which mails and posts show.")]
Property = Annotated[
    str | None,
    Query(
        alias="property",
        description="What is drawn; what the station's page shows first if not given.",
        examples=["pm2_5"],
    ),
]
Methods = Annotated[
    list[str] | None,
    Query(
        alias="method",
        description="May be repeated; every method of the property, as raw and corrected, if not given.",
        examples=[["raw", "kappa-koehler/1"]],
    ),
]
Last = Annotated[
    str | None,
    Query(
        description=f"A span up to now in min, h, d, w, mo or y; {asked.DEFAULT_LAST} if nothing is said. At most"
        f" {asked.LONGEST.days} days.",
        examples=["24h", "7d", "12mo"],
    ),
]
From = Annotated[
    str | None,
    Query(alias="from", description="Inclusive; 24 hours before `to` if not given.", examples=["2026-05-01T00:00:00Z"]),
]
To = Annotated[str | None, Query(description="Exclusive; now if not given.", examples=["2026-05-02T00:00:00%2B02:00"])]
Language = Annotated[Literal["de", "da", "en"], Query(alias="lang", description="The language of what is written.")]
ThemeName = Annotated[Theme, Query(description="The site's colours by day or by night.")]
Width = Annotated[int, Query(ge=LEAST_WIDTH, le=MOST_WIDTH, description="In pixels.", examples=[800])]
Height = Annotated[int, Query(ge=LEAST_HEIGHT, le=MOST_HEIGHT, description="In pixels.", examples=[420])]

_EXAMPLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630" role="img">'
    "<title>Flensburg, Südermarkt: Fine dust PM2.5 (µg/m³) · 24 Apr – 1 May 2026 · as measured</title>"
    "<desc>Between 3.1 and 17.4 µg/m³.</desc>…</svg>"
)
_CONTENT: dict[str, dict[str, Any]] = {
    MEDIA_TYPES["svg"]: {
        "schema": {
            "type": "string",
            "description": "SVG 1.1; its texts are text, its first two elements say what it shows.",
        },
        "example": _EXAMPLE,
    },
    MEDIA_TYPES["png"]: {"schema": {"type": "string", "format": "binary"}},
}


class Picture(Response):
    """For the OpenAPI document: the media type."""

    media_type = MEDIA_TYPES["svg"]


@router.get(
    "/stations/{code}/chart.{kind}",
    summary="A station's chart as a picture",
    response_class=Picture,
    responses=openapi.answered(_CONTENT, 400, 404, 503),
)
async def get_chart(
    request: Request,
    code: Code,
    kind: KindOf,
    property_: Property = None,
    methods: Methods = None,
    last: Last = None,
    start: From = None,
    to: To = None,
    language: Language = "en",
    theme: ThemeName = "light",
    width: Width = USUAL_WIDTH,
    height: Height = USUAL_HEIGHT,
) -> Response:
    """For mails, posts and wikis: the course of a property with gaps, limits or a gauge's levels, and its licence.

    As measured for up to a week, means of hours for up to a month, of local days beyond. Times are local. Ask again
    with `If-None-Match`: 304 is cheap.
    """
    time = asked.time(last, start, to, asked.now())
    pool: database.Pool = request.app.state.pool
    # It is drawn without a connection: who waits for a picture keeps nobody from the database.
    async with pool.connection() as connection:
        told = await gathering.told(connection, code, property_, methods or (), time, language)
    site: Site = request.app.state.site
    scene = scenes.of_station(told, site.texts[language])
    cache = caching.of_span(told.course.window.until, told.at, step=STEPS.get(told.course.step, STEPS["10m"]))
    return await respond(request, scene, (width, height), theme, kind, cache)


async def respond(
    request: Request, scene: Scene, size: tuple[int, int], theme: Theme, kind: Kind, cache: str
) -> Response:
    """A scene as a picture; 304 before it is drawn where who asks has it already. Raises api.errors.TooBusy."""
    headers = caching.headers(cache, etag=f'W/"{scene.tag(size, theme, kind)}"')
    known = caching.unchanged(request, headers)
    if known is not None:
        return known
    studio: Studio = request.app.state.studio
    site: Site = request.app.state.site
    drawn = await studio.draw(scene, size, theme, kind, site.texts[scene.language])
    return Response(drawn, headers={**headers, "Content-Language": scene.language}, media_type=MEDIA_TYPES[kind])
