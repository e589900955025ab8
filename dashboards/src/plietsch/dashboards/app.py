"""The site: the API's application with pages, built files and a policy on top."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from plietsch.api import app as api
from plietsch.dashboards import error_pages, front, policy
from plietsch.dashboards.assets import FOLDER, URL, Assets, Files
from plietsch.dashboards.compare import routes as compare_routes
from plietsch.dashboards.developers import routes as developers_routes
from plietsch.dashboards.journey import routes as journey_routes
from plietsch.dashboards.map import data as map_data
from plietsch.dashboards.map import routes as map_routes
from plietsch.dashboards.page_data.middleware import Completed, PageData
from plietsch.dashboards.picture import routes as picture_routes
from plietsch.dashboards.picture.studio import Studio
from plietsch.dashboards.site import Site
from plietsch.dashboards.station import routes as station_routes
from plietsch.dashboards.status import routes as status_routes
from plietsch.dashboards.summary import routes as summary_routes
from plietsch.dashboards.summary.memory import Memory
from plietsch.platform.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The site and the API as one ASGI application. Raises errors.SiteNotBuilt."""
    site = Site.make(Assets.read())
    app = api.create_app(settings)
    app.state.site = site
    app.state.settings = settings
    app.state.summaries = Memory()
    app.state.studio = Studio()
    map_data.prepare(app)
    for routes in (
        front,
        map_data,
        map_routes,
        summary_routes,
        station_routes,
        journey_routes,
        developers_routes,
        picture_routes,
        compare_routes,
        status_routes,
    ):
        app.include_router(routes.router)
    app.mount(URL, Files(directory=FOLDER), name="static")
    # Before any other looks at the address.
    app.add_middleware(PageData)
    # After all others, where it may ask the database.
    app.user_middleware.append(Middleware(Completed))
    app.headers += policy.headers(settings.tiles_url)
    error_pages.install(app, site)
    return app
