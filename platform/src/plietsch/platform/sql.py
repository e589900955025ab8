"""Named queries: SQL stays in `.sql` files, each query with its name and a line that describes it.

-- name: latest
-- The newest observation of each datastream.
SELECT …
"""

import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\n(?=-- \S)", re.MULTILINE)


def load(package: str, filename: str = "queries.sql") -> Mapping[str, LiteralString]:
    """The queries of a package's file by name.

    They count as literals for the type checker: they come from files that ship with the code, never from input.
    """
    text = resources.files(package).joinpath(filename).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    queries: dict[str, LiteralString] = {
        name: cast(LiteralString, body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
    if len(queries) != text.count("-- name: "):
        raise ValueError(f"{package}/{filename}: a query has no describing line, or two have one name")
    return MappingProxyType(queries)
