"""nginx (Debian's package) that serves one file: the limit of what a web server can do with an answer that is ready."""

import re
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from plietsch.platform.local import ports
from plietsch_bench.measured import CompetitorFailed
from support.wait import until

_PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
# One process, as ours is one; with what a site that is in a hurry sets.
_CONFIGURATION = """
user {user};
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    open_file_cache max=10;
    default_type application/geo+json;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen {host}:{port};
        root {folder};
        add_header Content-Encoding gzip;
        add_header Cache-Control "public, max-age=1";
    }}
}}
"""


def installed() -> bool:
    """Whether there is one."""
    return _PROGRAM is not None


def describe() -> str:
    """Its version."""
    if _PROGRAM is None:
        return "no nginx"
    said = subprocess.run([_PROGRAM, "-v"], capture_output=True, text=True, check=False).stderr  # noqa: S603 our own
    found = re.search(r"nginx/(\S+)", said)
    return f"nginx {found[1] if found else '?'}"


@contextmanager
def serving(folder: Path, body: bytes) -> Generator[str]:
    """A file with a gzipped body, served; its address. Raises CompetitorFailed."""
    if _PROGRAM is None:
        raise CompetitorFailed("nginx is not installed: sudo apt install nginx-light")
    port = ports.free()
    folder.mkdir(exist_ok=True)
    (folder / "stations").write_bytes(body)
    configuration = folder / "nginx.conf"
    owner = Path.home().owner()
    configuration.write_text(_CONFIGURATION.format(folder=folder, host=ports.LOOPBACK, port=port, user=owner))
    with (folder / "nginx.log").open("ab") as log:
        process = subprocess.Popen([_PROGRAM, "-c", str(configuration)], stdout=log, stderr=log)  # noqa: S603 our own
    try:
        until(lambda: _listens(port), "nginx listens", timeout_s=10)
        yield f"http://{ports.LOOPBACK}:{port}/stations"
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((ports.LOOPBACK, port)) == 0
