"""The application: made from settings, with a pool of connections for as long as it lives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from plietsch.api import database, delivery, formats, freshness, moved, openapi, problems
from plietsch.api.annotations import routes as annotations
from plietsch.api.changes import routes as changes
from plietsch.api.datastreams import routes as datastreams
from plietsch.api.device_types import routes as device_types
from plietsch.api.gauges import routes as gauges
from plietsch.api.hot.asgi import HotAnswer
from plietsch.api.hot.hot import Hot
from plietsch.api.latest import routes as latest
from plietsch.api.limits import clients
from plietsch.api.limits.gate import Gate
from plietsch.api.live import Live
from plietsch.api.live import routes as live
from plietsch.api.properties import routes as properties
from plietsch.api.reading import Reading
from plietsch.api.routes import health, links, observations
from plietsch.api.routes.leaving import UnlessGone
from plietsch.api.stations import routes as stations
from plietsch.api.statistics import routes as statistics
from plietsch.api.status import routes as status
from plietsch.api.status.gathering import Watch
from plietsch.api.turns import Turns
from plietsch.platform.settings import Settings

# What is written is looked for at most so often, in seconds: with what reading and telling take, known within one.
_PACE_S = 0.5
# Statistics are reckoned by few at a time, for each reads thousands of hours, and others need connections, too. A page
# of ten years' worth takes some seconds.
_STATISTICS, _STATISTICS_PATIENCE_S = 2, 10.0


def create_app(settings: Settings, *, pace_s: float = _PACE_S) -> delivery.Application:
    """The API. While it runs, `app.state.pool` is its pool of connections; `app.state.live` has its live streams,
    `app.state.hot` the stations with their newest values.

    It starts without the database, too: it answers 503 until there is one.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.pool = database.pool(settings.database_url)
        app.state.reading = Reading.of(settings.database_url)
        app.state.stations_cache = freshness.Cache()
        await app.state.pool.open(wait=False)
        app.state.hot.start()
        app.state.live.start(app.state.pool)
        try:
            yield
        finally:
            await app.state.live.close()
            app.state.hot.stop()
            await app.state.reading.pool.close()
            await app.state.pool.close()

    app = openapi.application(settings.contact, lifespan=lifespan)
    app.state.exempt = clients.Networks(settings.rate_limit_exempt)
    app.state.live = Live(settings.database_url, pace_s=pace_s)
    # Quicker than the reader: what it brings is made ready at once, not after another pace.
    app.state.hot = Hot(pace_s=pace_s / 2)
    app.state.live.follow(app.state.hot)
    app.state.watch = Watch()
    app.state.statistics = Turns(_STATISTICS, "Others' statistics are being reckoned.", _STATISTICS_PATIENCE_S)
    for routes in (
        links, stations, latest, datastreams, observations, changes, live, gauges, properties, device_types,
        annotations, statistics, status, health,
    ):  # fmt: skip
        app.include_router(routes.router)
    # Within what counts and compresses, and what answers from memory.
    app.add_middleware(UnlessGone)
    app.add_middleware(formats.Suffixes)
    delivery.install(app)
    # Within what limits and names each request, without what compresses: these bytes are.
    app.add_middleware(HotAnswer, hot=app.state.hot)
    app.add_middleware(Gate, settings=settings)
    problems.install(app)
    moved.install(app)
    return app
