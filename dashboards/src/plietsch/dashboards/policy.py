"""What a page may load and do: only what comes from here, and nothing that is written into the page itself.

Where an operator has the map drawn on somebody's vector tiles, scripts may ask that host, too, and no other.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# MapLibre draws its icons from data: and blob: images and runs a worker from a file of ours.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_HEADERS = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class Policy:
    """Middleware that sends the policy with every answer that has none of its own, as the API's data and pictures have.

    `tiles_url` is the address of vector tiles, if any.
    """

    def __init__(self, app: ASGIApp, tiles_url: str = "") -> None:
        self.app = app
        policy = "; ".join((*_CONTENT_SECURITY_POLICY, *_for_tiles(tiles_url)))
        self._headers = [(b"content-security-policy", policy.encode()), *_HEADERS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the policy's headers."""

        async def deliver(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = {name.lower() for name, _ in message.get("headers", ())}
                added = [header for header in self._headers if header[0] not in have]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self.app(scope, receive, deliver)


def _for_tiles(tiles_url: str) -> list[str]:
    if not tiles_url:
        return []
    scheme, host, *_ = urlsplit(tiles_url)
    return [f"connect-src 'self' {scheme}://{host}"]
