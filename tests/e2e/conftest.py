"""A folder for a local stack, cleared whatever a test leaves behind."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support import local_stack


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "stack"
    folder.mkdir()
    before = {process.pid for process in psutil.process_iter()}
    yield folder
    local_stack.database(folder).remove()
    # Whatever a failed test left behind in this folder.
    for process in psutil.process_iter(["pid", "environ", "cmdline"]):
        if process.pid not in before and str(folder) in " ".join(process.info["cmdline"] or []):
            process.kill()
