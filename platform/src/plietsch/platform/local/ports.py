"""Free and taken TCP ports of the loopback interface."""

import socket

from plietsch.platform import errors

LOOPBACK = "127.0.0.1"


def free() -> int:
    """A port on which nothing listens now. Whoever starts a server on it must be ready to try another one."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def require_free(host: str, port: int) -> None:
    """Raises errors.PortTaken when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise errors.PortTaken(
                f"Port {port} on {host} cannot be used: {error.strerror}.",
                "Another program listens there, perhaps an earlier plietsch. Take another port with "
                "--port 8461 (or PLIETSCH_HTTP_PORT), or any free one with --port 0.",
            ) from error
