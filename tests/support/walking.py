"""Walks a site's public addresses: those of its OpenAPI document with every parameter, and where answers lead."""

import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from plietsch.dashboards.developers import asking, words

_LINK = re.compile(r"""(?:href|src|action|srcset)\s*=\s*["']([^"'#]*)""")
_ADDRESS = re.compile(r"""["'<(\s](/(?:api|data|de|da|en)/[^\s"'<>()\\]*)""")
# Of a stream that has no end, what comes at once.
_STREAM_S = 0.7
_STREAM = "text/event-stream"


class Answer(NamedTuple):
    """What an address gave: its body as far as it ends, decompressed."""

    address: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class Walk:
    """Asks for addresses, `each` times for those that differ in values alone; `known` is what braces stand for."""

    def __init__(self, site: str, known: Mapping[str, Iterable[str]], each: int) -> None:
        self.site = site
        self._http = httpx.Client(base_url=site, headers={"Accept-Encoding": "gzip, br, zstd"}, timeout=30)
        self._known = {name: list(values) for name, values in known.items()}
        self._each = each
        self._shapes: Counter[tuple[str, ...]] = Counter()
        self._asked: set[str] = set()
        self._words = {"", "api", "v1", "data", "stations", "values", "developers", "try", "map", "names", "frames"}
        self._words |= {"summary", "places", "status", "healthz"}
        self.document: dict[str, Any] = self._http.get("/api/v1/openapi.json").raise_for_status().json()
        for path in self.document["paths"]:
            self._words |= {part for part in path.split("/") if "{" not in part}

    def close(self) -> None:
        self._http.close()

    def answers(self, *begin: str) -> Iterator[Answer]:
        """All answers, from the document's addresses and these on."""
        waiting = deque([*begin, *self.described()])
        while waiting:
            address = waiting.popleft()
            if address in self._asked or not self._is_new(address):
                continue
            self._asked.add(address)
            answer = self.ask(address)
            yield answer
            waiting.extend(self._leads(answer))

    def described(self) -> Iterator[str]:
        """Every address of the document, bare and with each value of each parameter; in each format by its ending."""
        for resource in asking.resources(self.document):
            paths = list(self.filled(resource))
            yield from paths
            yield from (paths[0] + each.suffix for each in words.FORMATS if each.code in resource.formats)
            for parameter in resource.asked:
                yield from (f"{paths[0]}?{urlencode({parameter.name: each})}" for each in self.values(parameter))

    def filled(self, resource: asking.Resource) -> Iterator[str]:
        """The addresses of a resource, with each that is known in the place of each brace."""
        names = re.findall(r"{(\w+)}", resource.path)
        noun = resource.name.split("/")[0]
        shown = {each.name: list(each.values) or [each.example.partition("=")[2]] for each in resource.parameters}
        for values in itertools.product(*(self._known.get(f"{noun}.{name}", shown[name]) for name in names)):
            yield resource.path.format(**dict(zip(names, values, strict=True)))

    def values(self, parameter: asking.Parameter) -> list[str]:
        """What a parameter can be: what it has a choice of, what is known of it, or what the document shows."""
        shown = [pair.partition("=")[2] for pair in parameter.example.split("&") if pair]
        return [*(parameter.values or self._known.get(parameter.name, shown)), "nonsense"]

    def ask(self, address: str) -> Answer:
        """The answer to GET, redirects followed; of a stream its beginning."""
        patience_s = _STREAM_S if asking.PREFIX + "live" in address else 30
        with self._http.stream("GET", address, follow_redirects=True, timeout=patience_s) as response:
            is_stream = response.headers.get("content-type", "").startswith(_STREAM)
            body = _beginning(response) if is_stream else response.read()
            return Answer(address, response.status_code, response.headers, body)

    def _is_new(self, address: str) -> bool:
        parts = urlsplit(address)
        if parts.path.startswith("/static/"):
            return False
        # Each format is a kind of its own; of other parameters their names are. Behind an ending they are as without.
        pairs = sorted(parts.query.split("&")) if "." not in parts.path or not parts.query else ["?"]
        names = (each if each.startswith("format=") else each.partition("=")[0] for each in pairs)
        shape = (self._shape(parts.path), *names)
        self._shapes[shape] += 1
        return self._shapes[shape] <= self._each + (not parts.query)

    def _shape(self, path: str) -> str:
        """A path in which what names one station, series or time stands for all; its ending counts."""
        parts = [part.partition(".") for part in path.removeprefix("/").split("/")]
        return "/".join((stem if stem in self._words else "*") + dot + ending for stem, dot, ending in parts)

    def _leads(self, answer: Answer) -> Iterator[str]:
        """Addresses of this site in an answer."""
        if not answer.kind.startswith(("text/html", "application/json", "application/geo+json", "application/problem")):
            return
        text = unescape(answer.body.decode())
        for found in itertools.chain(_LINK.findall(text), _ADDRESS.findall(text)):
            whole = urlsplit(urljoin(f"{self.site}{answer.address}", found.rstrip(".,;:")))
            if f"{whole.scheme}://{whole.netloc}" == self.site:
                yield whole.path + (f"?{whole.query}" if whole.query else "")
        for link in answer.headers.get_list("link"):
            yield from (each.removeprefix(self.site) for each in re.findall(rf"<({self.site}[^>]+)>", link))


def _beginning(response: httpx.Response) -> bytes:
    """What a stream says at once."""
    body = b""
    try:
        for piece in response.iter_bytes():
            body += piece
            if b"\ndata:" in body:
                break
    except httpx.ReadTimeout:
        pass
    return body
