"""What `vite build` made of the site's TypeScript and stylesheets: found by the manifest, served for ever.

Names of built files hold a hash of their content, so a browser may keep them as long as it likes.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from plietsch.dashboards import errors

FOLDER = Path(__file__).parent / "static" / "build"
URL = "/static"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"


class _Chunk(msgspec.Struct):
    """An entry of Vite's manifest, as far as pages need it."""

    file: str
    css: list[str] = []
    imports: list[str] = []


@dataclass(frozen=True)
class Assets:
    """The built files by the name of their source."""

    chunks: dict[str, _Chunk]

    @classmethod
    def read(cls, folder: Path = FOLDER) -> "Assets":
        """Read the manifest. Raises errors.SiteNotBuilt."""
        try:
            manifest = (folder / ".vite" / "manifest.json").read_bytes()
        except OSError as error:
            raise errors.SiteNotBuilt(
                "The site's map, chart and stylesheet have not been built.",
                "Build them with: make setup (or: npm run --workspace @plietsch/web build)",
            ) from error
        return cls(msgspec.json.decode(manifest, type=dict[str, _Chunk]))

    def url(self, source: str) -> str:
        """The address of a built file."""
        return f"{URL}/{self.chunks[source].file}"

    @property
    def font(self) -> str:
        """The address of the typeface, which a page asks for before its stylesheet does."""
        return next(f"{URL}/{chunk.file}" for chunk in self.chunks.values() if chunk.file.endswith(".woff2"))

    def stylesheets(self, source: str) -> list[str]:
        """The addresses of the stylesheets that a script and what it imports bring along."""
        chunk = self.chunks[source]
        own = [f"{URL}/{name}" for name in chunk.css]
        return [sheet for name in chunk.imports for sheet in self.stylesheets(name)] + own


class Files(StaticFiles):
    """The built files, with how long a browser may keep each."""

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, or 304."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_hashed = Path(full_path).parent.name == "assets"
        response.headers["Cache-Control"] = _FOR_EVER if is_hashed else _FOR_AN_HOUR
        return response
