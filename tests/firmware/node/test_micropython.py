"""The node's suite once more, inside MicroPython's WebAssembly port: every test function.

A module of the suite has a process of its own: to collect garbage takes the longer the more modules are loaded.
"""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.node_js import ROOT, NodeProgram

SUITE = Path(__file__).parent / "suite"
PREPARE = "import sys\nsys.path[:0] = ['/node', '/suite', '/']"
# A failing assert prints its line only: MicroPython knows no more.
RUN = """
import io, sys
try:
    getattr(__import__({module!r}), {name!r})()
except BaseException as error:
    trace = io.StringIO()
    sys.print_exception(error, trace)
    result = trace.getvalue()
"""


def _tests() -> Iterator[tuple[str, str]]:
    """Give module and name of every test: the same ones that pytest finds."""
    for path in sorted(SUITE.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"suite_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from ((path.stem, name) for name in vars(module) if name.startswith("test_"))


def _files() -> dict[str, str]:
    """Return the node's files and the suite's, by their paths inside MicroPython."""
    sources = (
        ("/node", ROOT / "firmware/node", "**/*.py"),
        ("/suite", SUITE, "*.py"),
        ("/support", ROOT / "tests/support", "vectors.py"),
        ("/support", ROOT / "tests/support", "*_scene.py"),
        ("/vectors", ROOT / "tests/vectors", "*.json"),
    )
    return {
        f"{target}/{path.relative_to(folder).as_posix()}": path.read_text(encoding="utf-8")
        for target, folder, pattern in sources
        for path in folder.glob(pattern)
    }


@pytest.fixture(scope="module")
def micropython() -> Iterator[NodeProgram]:
    """MicroPython with the node's files and the suite's; made anew for each parameter."""
    with NodeProgram(ROOT / "firmware/wasm/run.mjs") as program:
        program.ask({"mount": _files()})
        assert program.ask({"run": PREPARE}) == {"result": None}
        yield program


@pytest.mark.parametrize(
    ("micropython", "module", "name"),
    [pytest.param(module, module, name, id=f"{module}-{name}") for module, name in _tests()],
    indirect=["micropython"],
    scope="module",
)
def test_under_micropython(micropython: NodeProgram, module: str, name: str) -> None:
    answer = micropython.ask({"run": RUN.format(module=module, name=name)})
    assert answer == {"result": None}, answer.get("result") or answer.get("error")


def test_it_really_is_micropython(micropython: NodeProgram) -> None:
    assert micropython.ask({"run": "import sys\nresult = sys.implementation.name"}) == {"result": "micropython"}


def test_a_failing_test_fails(micropython: NodeProgram) -> None:
    answer = micropython.ask({"run": RUN.format(module="test_crypto", name="no_such_test")})
    assert "AttributeError" in answer["result"]


def test_memory_is_given_back(micropython: NodeProgram) -> None:
    one_frame = "from plietsch_node.app import payload\nframe = payload.encode([(0, {'pm10': 1.0})])"
    used = "import gc\ngc.collect()\nresult = str(gc.mem_alloc())"
    micropython.ask({"run": one_frame})
    before = int(micropython.ask({"run": used})["result"])
    for _ in range(200):
        micropython.ask({"run": one_frame})
    assert int(micropython.ask({"run": used})["result"]) - before < 10_000


def test_the_node_imports_only_what_a_board_has() -> None:
    on_board = {"array", "binascii", "collections", "json", "os", "struct"}
    for path in (ROOT / "firmware/node").rglob("*.py"):
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(statement, ast.Import):
                names = [alias.name for alias in statement.names]
            elif isinstance(statement, ast.ImportFrom):
                names = [statement.module or ""]
            for name in names:
                assert name in on_board or name.startswith("plietsch_node."), f"{path.name} imports {name}"
