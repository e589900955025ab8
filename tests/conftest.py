"""What the tests of every room share: a real PostgreSQL, real brokers, a real browser."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
import structlog
import typer.rich_utils  # asks the environment once for all whether there are colours: not that of a test
from playwright.sync_api import Browser, sync_playwright

from plietsch.platform import migrations
from plietsch.platform.local.broker import EmbeddedBroker
from plietsch.platform.local.postgres import EmbeddedPostgres
from support.mosquitto import Mosquitto

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Chromium's own services would look for hosts beyond this machine.
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


# How fast examples are made says how busy the machine is, nothing about the code.
hypothesis.settings.register_profile("busy machine", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="a hundred runs of each fault instead of two, and long tests")


assert typer.rich_utils


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """A command that a test runs in this process sets up logs on what is standard error then, and closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server of its own for this run. Its machine never fails: it waits for no disk."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "server", {"fsync": "off"})
    server.start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_plietsch")
    migrations.migrate(server.url("template_plietsch"))
    yield server
    server.remove()


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A fresh database with the newest schema."""
    yield from _database(postgres, "template_plietsch")


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A fresh database without any table."""
    yield from _database(postgres, "template1")


def _database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        # Cheaper than through the log of writes, which is the default.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield server.url(name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def aedes() -> Iterator[EmbeddedBroker]:
    """The demo's broker on a free port."""
    broker = EmbeddedBroker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real mosquitto on a free port."""
    if not Mosquitto.installed():
        pytest.skip("mosquitto is not installed: sudo apt install mosquitto")
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(params=["aedes", "mosquitto"])
def broker(request: pytest.FixtureRequest) -> EmbeddedBroker | Mosquitto:
    """Each of the two brokers."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless Chromium of the distribution; not for the session, as its event loop would stand in others' way."""
    if not _CHROMIUM:
        pytest.skip("Chromium is not installed: sudo apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
