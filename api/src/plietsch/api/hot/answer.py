"""The hot answer: all stations with their newest values as GeoJSON, ready to be sent in each content coding."""

import hashlib
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock

from plietsch.api import caching, geojson
from plietsch.api.delivery.kept import Kept
from plietsch.api.hot import encodings
from plietsch.api.hot.state import View

_TAG_BYTES = 12
# A reference without a host (RFC 8288, section 3.1), which is the same for whoever asks.
_DESCRIBED = b'</api/v1/stations.metadata.json>; rel="describedby"; type="application/json"'
# A coding that nobody asked for in so long is not made ready any more, in seconds.
_WANTED_S = 60.0
Headers = list[tuple[bytes, bytes]]


class Coded:
    """A body in one coding, with the headers of its answer and of the 304 that stands for it."""

    def __init__(self, body: bytes, coding: str, digest: str, modified: datetime) -> None:
        # Strong: each coding has a tag of its own.
        self.etag = f'"{digest}"' if coding == encodings.IDENTITY else f'"{digest}-{coding}"'
        # What is not compressed is large and hardly ever asked for.
        self.body = body if coding == encodings.IDENTITY else Kept(body)
        self.kept: Headers = [
            (b"etag", self.etag.encode()),
            (b"last-modified", format_datetime(modified, usegmt=True).encode()),
            (b"cache-control", caching.BRIEF.encode()),
            (b"vary", b"Accept, Accept-Encoding"),
            (b"link", _DESCRIBED),
        ]
        coded = [(b"content-encoding", coding.encode())] if coding != encodings.IDENTITY else []
        self.headers: Headers = [
            (b"content-type", geojson.MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            *coded,
            *self.kept,
        ]


class Answer:
    """The same body in every coding: in those that are asked for again and again before anybody asks."""

    def __init__(self, body: bytes, modified: datetime) -> None:
        self.digest = hashlib.blake2b(body, digest_size=_TAG_BYTES).hexdigest()
        self._modified = modified.replace(microsecond=0)
        self._made = {encodings.IDENTITY: Coded(body, encodings.IDENTITY, self.digest, self._modified)}
        self._making = Lock()

    def ready(self, coding: str) -> Coded | None:
        """In a coding, if it is there."""
        return self._made.get(coding)

    def made(self, coding: str) -> Coded:
        """In a coding, compressed and written to its file now if it is not there: not to be done in the event loop.

        It takes some tenths of a second for a large network.
        """
        with self._making:
            if coding not in self._made:
                body = encodings.COMPRESS[coding](self._made[encodings.IDENTITY].body)
                self._made[coding] = Coded(body, coding, self.digest, self._modified)
            return self._made[coding]


class Answers:
    """The present answer; it is made anew when what it says has changed."""

    def __init__(self) -> None:
        self.present: Answer | None = None
        self.made_of: View | None = None
        self._wanted_at: dict[str, float] = {}

    def want(self, coding: str) -> None:
        """Have a coding ready from now on."""
        self._wanted_at[coding] = time.monotonic()

    def forget(self) -> None:
        """Have no answer ready: it could not be made."""
        self.present = self.made_of = None

    def make(self, view: View) -> None:
        """Make the answer of a view, in the codings that are wanted."""
        if view is self.made_of:
            return
        answer = Answer(geojson.collection(each.feature for each in view.entries.values()), datetime.now(UTC))
        if self.present is None or answer.digest != self.present.digest:
            since = time.monotonic() - _WANTED_S
            for coding in [each for each, at in list(self._wanted_at.items()) if at >= since]:
                answer.made(coding)
            self.present = answer
        self.made_of = view
