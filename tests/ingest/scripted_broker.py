"""A broker that says what a test tells it to, for what no broker at hand says: a fixed answer to each CONNECT."""

import socket
import threading


class ScriptedBroker:
    """Answers each CONNECT with the same bytes, then hangs up or stays silent; notes what it was told."""

    def __init__(self, answer: bytes, *, stays: bool = False) -> None:
        self._answer = answer
        self._stays = stays
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self.connects: list[bytes] = []

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self._server.getsockname()[1]}"

    @property
    def versions(self) -> list[int]:
        """The protocol level of each CONNECT: 4 is MQTT 3.1.1."""
        return [connect[8] for connect in self.connects]

    def received(self) -> bytes:
        """What the newest connection has sent since, as much as comes in one piece."""
        return self._connections[-1].recv(1_000_000)

    def __enter__(self) -> "ScriptedBroker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for connection in (*self._connections, self._server):
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connects.append(connection.recv(1_000))
            connection.sendall(self._answer)
            if self._stays:
                self._connections.append(connection)
            else:
                connection.close()
