"""Each fault in seeded runs: two, or a hundred with --long. A failure is repeated by the seed in its name."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.scene import Broker

from plietsch.platform.local.broker import EmbeddedBroker
from support.mosquitto import Mosquitto

RUNS, LONG_RUNS = 2, 100
# What keeps a mosquitto's queue through a kill (mosquitto.conf(5)).
LASTING = ("allow_anonymous true", "autosave_on_changes true", "autosave_interval 1")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        runs = LONG_RUNS if metafunc.config.getoption("--long") else RUNS
        metafunc.parametrize("seed", range(runs), ids=lambda seed: f"seed{seed}")


@pytest.fixture
def dice(seed: int) -> random.Random:
    """For what the test itself decides."""
    return random.Random(f"dice {seed}")


@pytest.fixture
def lasting_mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto that saves after every change."""
    if not Mosquitto.installed():
        pytest.skip("mosquitto is not installed: sudo apt install mosquitto")
    broker = Mosquitto(tmp_path, *LASTING)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def lasting_aedes(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """The demo's broker with its folder."""
    broker = EmbeddedBroker(folder=tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def either_broker(seed: int, request: pytest.FixtureRequest) -> Broker:
    """The one or the other, in turn."""
    broker = "lasting_aedes" if seed % 2 or not Mosquitto.installed() else "lasting_mosquitto"
    return request.getfixturevalue(broker)
