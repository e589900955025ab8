"""A folder for a local stack, cleared whatever a test leaves behind."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support import local_stack
from support.wait import until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of a test's own."""
    yield from _cleared(tmp_path / "stack")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local_stack.Up]:
    """A stack as `make demo` starts it, for tests that leave it running."""
    for folder in _cleared(tmp_path_factory.mktemp("running") / "stack"):
        stack = local_stack.Up(folder, "--stations", "12", "--history", "24h")
        until(stack.newest, "a first measurement")
        yield stack
        assert stack.interrupt() == 0


def _cleared(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    before = {process.pid for process in psutil.process_iter()}
    yield folder
    local_stack.database(folder).remove()
    # Whatever a failed test left behind in this folder.
    for process in psutil.process_iter(["pid", "cmdline"]):
        if process.pid not in before and str(folder) in " ".join(process.info["cmdline"] or []):
            process.kill()
