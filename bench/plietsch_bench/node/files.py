"""N3: the size of the node's files, compiled by mpy-cross, by package."""

from collections import defaultdict

from plietsch_bench.node import compiled
from plietsch_bench.plan import Plan, Progress
from plietsch_bench.results import Result


def run(_plan: Plan, progress: Progress) -> Result:
    """Compile all of them and weigh them; nothing is timed."""
    progress("N3 compiling")
    sources, bytecode = compiled.sources(), compiled.compiled()
    sizes: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, data in sources.items():
        package = name.rpartition("/")[0].replace("/", ".")
        for place, size in enumerate((1, len(data), len(bytecode[name.replace(".py", ".mpy")]))):
            sizes[package][place] += size
    return Result(
        "N3",
        "all files of the node, compiled by mpy-cross; limit: their sources",
        sum(size[2] for size in sizes.values()),
        "bytes",
        sum(size[1] for size in sizes.values()),
        {},
        [],
        rows=[
            {"package": package, "files": files, "source, bytes": source, "compiled, bytes": code}
            for package, (files, source, code) in sorted(sizes.items())
        ],
    )
