"""`plietsch serve` as an operator meets it."""

import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from plietsch.dashboards import errors
from plietsch.dashboards.assets import Assets
from support import processes, wait


def test_it_serves_until_it_is_told_to_stop(database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = processes.start("serve", "--port", "0", "--database-url", database_url, log=log)
    try:
        address = wait.until(lambda: re.search(r"http://\S+/", log.read_text()), "the address is printed")[0]
        wait.until(lambda: _answers(f"{address}healthz"), "the site answers")
        assert "<h1>" in httpx.get(f"{address}de/").text
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
    finally:
        server.kill()
        server.wait()
    assert "Traceback" not in log.read_text()


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished: subprocess.CompletedProcess[str] = processes.run("serve", "--port", str(port))
    assert finished.returncode == 1
    assert f"Port {port}" in finished.stderr
    assert "--port" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_site_that_was_not_built_is_named_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(errors.SiteNotBuilt) as caught:
        Assets.read(tmp_path)
    assert "make setup" in caught.value.hint


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
