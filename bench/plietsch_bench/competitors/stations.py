"""Who else answers with all stations: ready bytes over nothing but ASGI, and FastAPI with a model of the answer."""

import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from plietsch.api.stations import documents
from plietsch.platform.local import ports

# What tells whoever started this where to ask.
ADDRESS = "http://{}:{}/stations"


def bare_asgi(file: str) -> None:
    """The gzipped bytes of a file, by an application of four lines on the same server as ours."""
    body = Path(file).read_bytes()
    headers = [
        (b"content-type", b"application/geo+json"),
        (b"content-encoding", b"gzip"),
        (b"content-length", str(len(body)).encode()),
    ]

    async def answer(scope: dict[str, Any], _receive: object, send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    _serve(answer)


def pydantic_model(file: str) -> None:
    """The stations of a GeoJSON file as FastAPI answers where nobody thinks of how: rows through a response model."""
    rows = msgspec.json.decode(Path(file).read_bytes())
    app = FastAPI()
    app.add_middleware(GZipMiddleware, compresslevel=5)

    @app.get("/stations", response_model=documents.StationCollection, response_model_exclude_unset=True)
    async def stations() -> Any:
        return rows

    _serve(app)


def _serve(app: Any) -> None:
    with socket.socket() as listening:
        listening.bind((ports.LOOPBACK, 0))
        sys.stdout.write(ADDRESS.format(*listening.getsockname()) + "\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False)).run([listening])
