"""What a page may load and do: only what comes from here, and nothing that is written into the page itself.

Where an operator has the map drawn on somebody's vector tiles, scripts may ask that host, too, and no other.
"""

from urllib.parse import urlsplit

# MapLibre draws its icons from data: and blob: images and runs a worker from a file of ours.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


def headers(tiles_url: str = "") -> list[tuple[bytes, bytes]]:
    """The policy as headers of every answer that has none of its own, as the API's data and pictures have.

    `tiles_url` is the address of vector tiles, if any.
    """
    policy = "; ".join((*_CONTENT_SECURITY_POLICY, *_for_tiles(tiles_url)))
    return [
        (b"content-security-policy", policy.encode()),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]


def _for_tiles(tiles_url: str) -> list[str]:
    if not tiles_url:
        return []
    scheme, host, *_ = urlsplit(tiles_url)
    return [f"connect-src 'self' {scheme}://{host}"]
