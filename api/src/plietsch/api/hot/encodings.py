"""Content codings (RFC 9110, section 12.5.3): which of them is wanted most, and how an answer is kept in each."""

import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

import brotli  # pyright: ignore[reportMissingTypeStubs] there are none
import zstandard

IDENTITY = "identity"
# Of the whole network's stations these take about as long as each other, and give a tenth of what there is.
_GZIP_LEVEL, _BROTLI_QUALITY, _ZSTD_LEVEL = 4, 4, 3


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


def _brotli(body: bytes) -> bytes:
    return cast(Any, brotli).compress(body, quality=_BROTLI_QUALITY)


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


# In the order in which they are preferred where a client has no preference.
COMPRESS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType({"zstd": _zstd, "br": _brotli, "gzip": _gzip})


@lru_cache(maxsize=512)
def chosen(accept_encoding: str, offered: tuple[str, ...] = tuple(COMPRESS)) -> str:
    """The coding for the value of a header Accept-Encoding; `identity` where no other that is offered is wanted.

    Of those that are wanted alike, the first.
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    best = max(offered, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    wanted = weights.get(best, weights.get("*", 0.0))
    return best if wanted > 0 and wanted >= weights.get(IDENTITY, 0.0) else IDENTITY


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 1.0
