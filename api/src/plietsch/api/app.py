"""The application: made from settings, with a pool of connections for as long as it lives."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from plietsch.api import database, delivery, formats, freshness, moved, openapi, problems
from plietsch.api.datastreams import routes as datastreams
from plietsch.api.device_types import routes as device_types
from plietsch.api.gauges import routes as gauges
from plietsch.api.live import Live
from plietsch.api.reading import Reading
from plietsch.api.properties import routes as properties
from plietsch.api.routes import health, links, live, observations, stations
from plietsch.platform.settings import Settings


def create_app(settings: Settings) -> delivery.Application:
    """The API. While it runs, `app.state.pool` is its pool of connections; `app.state.live` has its live streams.

    It starts without the database, too: it answers 503 until there is one.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.pool = database.pool(settings.database_url)
        app.state.reading = Reading.of(settings.database_url)
        app.state.stations_cache = freshness.Cache()
        await app.state.pool.open(wait=False)
        app.state.live.start()
        try:
            yield
        finally:
            await app.state.live.close()
            await app.state.reading.pool.close()
            await app.state.pool.close()

    app = openapi.application(lifespan=lifespan)
    app.state.live = Live(settings.database_url)
    for routes in (links, stations, datastreams, observations, live, gauges, properties, device_types, health):
        app.include_router(routes.router)
    app.add_middleware(formats.Suffixes)
    delivery.install(app)
    problems.install(app)
    moved.install(app)
    return app
