"""The tool that writes the tables and draws the plots of docs/quality.md, as a module."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs/quality.md"
DRAW = "PYTHONPATH=tests:firmware/node python ingest/tools/plot_quality.py docs"


@cache
def tool() -> ModuleType:
    """Import it."""
    found = importlib.util.spec_from_file_location("plot_quality", ROOT / "ingest/tools/plot_quality.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
