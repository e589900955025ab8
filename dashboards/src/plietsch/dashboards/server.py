"""The web server: uvicorn, which ends connections that stall, and live streams before it waits for whole answers."""

import asyncio
import os
import resource
import socket
import sys

import uvicorn
from fastapi import FastAPI

from plietsch.dashboards import sending

# How long a connection may take nothing of what is sent to it, in milliseconds (RFC 5482): the kernel ends it then, and
# nothing has to be kept for it. uvicorn itself would wait for as long as the other end is there.
_STALLED_MS = 60_000
# So many bytes may wait in the kernel for a connection that takes none (tcp(7), TCP_NOTSENT_LOWAT), a little more than
# the ready answer had as it was measured (480 kB); the rest of a larger one is copied and waits here. Otherwise it is
# up to 4 MB for each: a thousand slow readers have five times as much read for them.
_UNSENT = 512 * 1024
# How long threads that read and write large answers keep the interpreter while the event loop waits for it, in seconds;
# by default five times as long, each time that the loop has let go of it to send something or to ask the database.
_SWITCH_S = 0.001
# libuv lets in one connection for each listening descriptor and turn of the event loop (its pull request 3696, which
# uvloop 0.23 has). With turns of 20 ms, whoever comes behind a thousand would wait 20 s for being heard: so many
# descriptors listen on the same port.
_LISTENING = 16


class Server(uvicorn.Server):
    """Serves an application that `plietsch.api.app.create_app` made: a live stream would never be complete."""

    def __init__(self, app: FastAPI, config: uvicorn.Config, *, stalled_ms: int = _STALLED_MS) -> None:
        config.http = sending.Protocol
        super().__init__(config)
        self._app = app
        self._stalled_ms = stalled_ms

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop, with as many open files as the system lets us have: each listener takes one."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        sys.setswitchinterval(_SWITCH_S)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. Connections have the options of the socket that they come in by."""
        await super().startup(sockets)
        for listening in [each for server in self.servers for each in server.sockets]:
            if hasattr(socket, "TCP_USER_TIMEOUT") and listening.family in (socket.AF_INET, socket.AF_INET6):
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, self._stalled_ms)
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
            for _ in range(_LISTENING - 1):
                self.servers.append(await self._listen_again(listening.fileno()))

    async def _listen_again(self, listening: int) -> asyncio.Server:
        """Let connections of a socket that listens in by another descriptor as well."""
        return await asyncio.get_running_loop().create_server(
            lambda: sending.Protocol(self.config, self.server_state, self.lifespan.state),
            sock=socket.socket(fileno=os.dup(listening)),
            ssl=self.config.ssl,
            backlog=self.config.backlog,
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, as soon as what was asked before is answered."""
        self._app.state.live.hang_up()
        await super().shutdown(sockets)
