"""The web server: uvicorn, which ends the live streams before it waits for answers to be complete."""

import socket

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """Serves an application that `plietsch.api.app.create_app` made: a live stream would never be complete."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, as soon as what was asked before is answered."""
        self._app.state.live.hang_up()
        await super().shutdown(sockets)
