"""Looks for what nobody may read in an answer: as text, as a number, packed, in another alphabet."""

import base64
import binascii
import html
import io
import json
import math
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# Degrees: two metres. A single coordinate counts where it is that of the secret to the last decimal.
_NEAR, _SAME = 2e-5, 1.1e-6
_NUMBER = re.compile(r"(?<![\d.])-?\d{1,9}(?:\.\d+)?(?:e-?\d+)?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_+/-]{12,600}={0,2}")
_URL_SAFE = str.maketrans("-_", "+/")
_HEXADECIMAL = re.compile(r"[0-9a-f]{8,}")
_EARTH_M = 6378137.0
# Whole numbers of so many decimals are coordinates, too.
_SCALES = (1.0, 1e-5, 1e-6, 1e-7)


@dataclass(frozen=True)
class Looker:
    """What is looked for: words, names of devices in hexadecimal, places in degrees."""

    words: Sequence[str]
    places: Sequence[tuple[float, float]]
    _packed_forms: dict[bytes, str] = field(init=False, default_factory=dict[bytes, str])
    _written_forms: dict[str, re.Pattern[str]] = field(init=False, default_factory=dict[str, re.Pattern[str]])

    def __post_init__(self) -> None:
        for word in self.words:
            self._packed_forms.update(dict.fromkeys(_packed_forms(word), word))
            self._written_forms[word] = re.compile("|".join(_written_forms(word.lower())))

    def found(self, body: bytes, kind: str) -> set[str]:
        """Which secrets an answer of this media type tells; a mail address is one whoever's it is."""
        told: set[str] = set()
        for piece in _pieces(body, kind):
            told |= self._words(piece)
            told |= self._places(piece)
            told |= set(_MAIL.findall(piece)) if "@" in piece else set()
            told |= self._packed(b"\0".join(map(_unpacked, set(_TOKEN.findall(piece)))))
        return told | self._packed(body)

    def _words(self, text: str) -> set[str]:
        text = text.lower()
        return {word for word, form in self._written_forms.items() if form.search(text)}

    def _packed(self, content: bytes) -> set[str]:
        return {word for form, word in self._packed_forms.items() if form in content}

    def _places(self, text: str) -> set[str]:
        written = set(_NUMBER.findall(text))
        exact = np.array([float(each) for each in written if len(each.partition(".")[2]) <= 7])
        numbers = np.array([float(each) for each in written])
        return {
            f"{longitude}, {latitude}"
            for longitude, latitude in self.places
            if _has(exact, longitude, _SAME)
            or _has(exact, latitude, _SAME)
            or (_has(numbers, longitude, _NEAR) and _has(numbers, latitude, _NEAR))
            or (_has(numbers, _x(longitude), 10) and _has(numbers, _y(latitude), 10))
        }


def _has(numbers: np.ndarray, wanted: float, tolerance: float) -> bool:
    return any(bool(np.any(np.abs(numbers * scale - wanted) < tolerance)) for scale in _SCALES)


def _x(longitude: float) -> float:
    """Web Mercator, as maps have it (EPSG:3857), in metres."""
    return math.radians(longitude) * _EARTH_M


def _y(latitude: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) * _EARTH_M


def _written_forms(word: str) -> Iterator[str]:
    """Patterns of a word in small letters; hexadecimal with separators, the other way round, and as a number."""
    yield re.escape(word)
    if _HEXADECIMAL.fullmatch(word):
        pairs = [word[i : i + 2] for i in range(0, len(word), 2)]
        yield "[-:_. ]".join(pairs)
        yield "[-:_. ]?".join(reversed(pairs))
        yield str(int(word, 16))


def _packed_forms(word: str) -> Iterator[bytes]:
    """A word as bytes may have it; hexadecimal also as what it stands for, either way round, and in base64."""
    yield word.encode()
    yield base64.b64encode(word.encode()).rstrip(b"=")[:-1]
    if _HEXADECIMAL.fullmatch(word):
        for packed in (bytes.fromhex(word), bytes.fromhex(word)[::-1]):
            yield packed
            yield base64.b64encode(packed).rstrip(b"=")


def _unpacked(token: str) -> bytes:
    """What a token says, if it is base64 of either alphabet."""
    token = token.rstrip("=").translate(_URL_SAFE)
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
    except binascii.Error:
        return b""


def _pieces(body: bytes, kind: str) -> Iterator[str]:
    """The texts of an answer."""
    kind = kind.partition(";")[0]
    if kind == "image/png":
        yield from _of_png(body)
    elif kind == "application/vnd.apache.parquet":
        yield _of_table(pq.read_table(io.BytesIO(body)))
        yield str(pq.read_metadata(io.BytesIO(body)).metadata)
    elif kind.startswith("application/vnd.apache.arrow"):
        yield _of_table(pa.ipc.open_stream(body).read_all())
    else:
        text = body.decode("utf-8-sig")
        yield text
        if (plain := unquote(html.unescape(text))) != text:
            yield plain
        if kind.startswith("text/csv"):
            yield text.replace(";", " ; ").replace(",", ".")


def _of_table(table: pa.Table) -> str:
    return f"{table.schema.metadata} {table.schema} {json.dumps(table.to_pylist(), default=str, ensure_ascii=False)}"


def _of_png(body: bytes) -> Iterator[str]:
    """What a picture says beside its pixels (PNG, 11.3)."""
    place = 8
    while place < len(body):
        size, name = struct.unpack(">I4s", body[place : place + 8])
        content = body[place + 8 : place + 8 + size]
        if name in (b"tEXt", b"iTXt", b"eXIf"):
            yield content.decode("utf-8", "replace")
        elif name == b"zTXt":
            yield zlib.decompress(content.partition(b"\0")[2][1:]).decode("latin-1")
        place += 12 + size
