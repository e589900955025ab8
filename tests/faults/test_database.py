"""The database's connection is cut in the middle of a COPY, or before the answer to a commit; its disk is full."""

import contextlib
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from faults.proxy import Proxy
from faults.scene import Broker, playing
from faults.servers import database, prepare

from plietsch.platform.local.postgres import EmbeddedPostgres
from support.wait import until

# More than a batch has, so that the cut falls anywhere into it: a message makes about 400 bytes of COPY.
MOST_BYTES = 20_000
DISK_MB = 192
_PAGE = 4_096


@pytest.mark.slow
def test_the_connection_is_cut(
    database_url: str, either_broker: Broker, tmp_path: Path, seed: int, dice: random.Random
):
    port = urlsplit(database_url).port
    assert port
    with Proxy(port) as proxy:
        seen_at = database_url.replace(f":{port}/", f":{proxy.port}/")
        with playing(tmp_path, database_url, either_broker, seed, seen_at=seen_at) as scene:
            for cut in range(1, dice.randint(3, 5)):
                if cut == 1:
                    proxy.cut_copy_after(dice.randint(1, MOST_BYTES))
                else:
                    proxy.cut_after(dice.randint(1, MOST_BYTES), answer=dice.random() < 0.4)
                until(lambda cut=cut: proxy.cuts == cut, "the connection is cut", 60)
                assert proxy.copies_cut > 0
            scene.judge()


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server whose data are on a small disk of their own."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("small") / "server")
    server.home.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(server.home)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        server.home.rmdir()
        pytest.skip("only root can make a disk that is small enough to be filled: sudo make test")
    try:
        prepare(server)
        yield server
    finally:
        server.stop()
        subprocess.run(["umount", str(server.home)], check=True)
        server.home.rmdir()


@pytest.mark.slow
def test_the_disk_is_full(
    small_disk: EmbeddedPostgres, either_broker: Broker, tmp_path: Path, seed: int, dice: random.Random
):
    ballast = small_disk.home / "ballast"
    with database(small_disk) as url, playing(tmp_path, url, either_broker, seed) as scene:
        try:
            for _ in range(dice.randint(1, 2)):
                scene.wait_for_traffic()
                _fill(ballast, leave=dice.randint(0, 40_000))
                until(scene.worker.waits_for_the_database, "the worker finds the disk full", 60)
                ballast.unlink()
                small_disk.start()  # a server that cannot write its log ends
                scene.worker.forget_what_was_logged()
        finally:
            ballast.unlink(missing_ok=True)
            small_disk.start()
        scene.judge()


def _fill(ballast: Path, leave: int) -> None:
    """Take all of the disk but so many bytes."""
    free = shutil.disk_usage(ballast.parent).free
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:  # the server takes some meanwhile
        for _ in range((free - leave) // _PAGE):
            file.write(bytes(_PAGE))
