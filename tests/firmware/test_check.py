"""A check uses nothing but the stack that it starts, and tells no secrets."""

import contextlib
import os
import subprocess
from pathlib import Path

import psutil

from support import archive, processes

NOWHERE = "127.0.0.1:9"
SECRET = "zu-erraten"
OPERATORS = {
    "PLIETSCH_BROKER_URL": f"mqtts://operator:{SECRET}@{NOWHERE}",
    "PLIETSCH_DATABASE_URL": f"postgresql://operator:{SECRET}@{NOWHERE}/plietsch",
    "PLIETSCH_HTTP_HOST": "192.0.2.1",
    "PLIETSCH_DATA_DIR": "/nowhere",
    "PLIETSCH_CONFIG": "/nowhere/plietsch.toml",
    "HTTP_PROXY": f"http://{NOWHERE}",
    "ALL_PROXY": f"http://{NOWHERE}",
}


def test_a_check_runs_on_a_stack_of_its_own_and_shows_no_address_of_its_database(tmp_path: Path):
    archive.write(tmp_path, stations=1, readings=20)
    (tmp_path / "plietsch.toml").write_text(f'database_url = "{OPERATORS["PLIETSCH_DATABASE_URL"]}"\n')
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*processes.COMMAND, "simulate", "--replay", str(tmp_path), "--check"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | OPERATORS,
            cwd=tmp_path,
        )
    arguments: set[str] = set()
    try:
        while process.poll() is None:
            arguments |= _arguments(process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, log.read_text()
    assert any("import" in line for line in arguments)
    assert not [line for line in arguments if "postgresql://" in line]
    assert SECRET not in log.read_text()


def _arguments(pid: int) -> set[str]:
    """The command lines of a process and its descendants, as everybody can read them."""
    lines: set[str] = set()
    with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
        for each in processes.family(pid):
            lines.add(" ".join(each.cmdline()))
    return lines
