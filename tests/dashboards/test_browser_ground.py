"""The map's ground and its weight: vector tiles of another host where an operator set them, and what a page loads."""

import gzip
import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
from playwright.sync_api import Browser, Response, expect

from support import visiting, wait
from support.node_js import NODE, ROOT

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("water_and_rain")]
# Of the page's script, its modules and its worker, compressed as they are sent.
MOST_SCRIPT_BYTES = 500_000

# A tile of Shortbread: the sea everywhere but for a wood in the north-west quarter, and a town's name.
_TILE = """
import { GeoJSONVT } from "@maplibre/geojson-vt";
import { fromGeojsonVt } from "@maplibre/vt-pbf";
const [z, x, y] = process.argv.slice(1).map(Number);
const box = (west, south, east, north) => ({ type: "Polygon", coordinates: [[
  [west, south], [east, south], [east, north], [west, north], [west, south]]] });
const options = { maxZoom: 14, extent: 4096, indexMaxZoom: 0 };
const layer = (properties, geometry) =>
  new GeoJSONVT({ type: "Feature", properties, geometry }, options).getTile(z, x, y);
const layers = {
  ocean: layer({}, box(9.4366, 54, 11, 55.4)),
  land: layer({ kind: "forest" }, box(7, 54, 9.4366, 55.4)),
  place_labels: layer({ kind: "town", name: "Flensborg" }, { type: "Point", coordinates: [9.43, 54.78] }),
};
const known = Object.fromEntries(Object.entries(layers).filter(([, tile]) => tile));
process.stdout.write(fromGeojsonVt(known, { version: 2, extent: 4096 }));
"""


class _Tiles(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        z, x, y = self.path.removesuffix(".mvt").strip("/").split("/")
        tile = subprocess.run(
            [NODE, "--input-type=module", "-e", _TILE, z, x, y], capture_output=True, check=True, cwd=ROOT
        ).stdout
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "application/vnd.mapbox-vector-tile")
        self.end_headers()
        self.wfile.write(tile)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def tiles() -> Iterator[str]:
    """A host of vector tiles on the loopback: its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_tiles_of_an_operator_are_the_ground(
    chromium: Browser, tiles: str, serve: Callable[..., AbstractContextManager[str]], database_url: str
) -> None:
    settings = {"tiles_url": tiles + "/{z}/{x}/{y}.mvt", "tiles_attribution": "© Somebody's Tiles"}
    with serve(database_url, **settings) as site, visiting.reader(chromium, site, tiles) as visit:
        page = visit("/en/#map=12/54.7/9.4366")
        page.wait_for_selector("#map[data-state=idle]", timeout=60_000)
        expect(page.locator("figure.map")).to_contain_text("© Somebody's Tiles")

        def is_painted() -> bool:
            sides = [(-150, "--map-wood"), (150, "--map-water")]
            return all(
                visiting.alike(visiting.pixel(page, "#map", x), visiting.colour(page, token)) for x, token in sides
            )

        wait.until(is_painted, "wood lies in the west and the sea in the east")
        page.emulate_media(color_scheme="dark")
        wait.until(is_painted, "they do so in the dark")


def test_the_maps_script_is_light(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    scripts: set[str] = set()

    def note(response: Response) -> None:
        if "javascript" in response.headers.get("content-type", ""):
            scripts.add(response.url)

    page.context.on("response", note)
    page.on("worker", lambda worker: scripts.add(worker.url))
    page.goto(f"{site}/de/")
    page.wait_for_selector("#map[data-state=idle]")
    page.close()
    assert any("worker" in url for url in scripts)
    weights = {url: len(gzip.compress(httpx.get(url).content)) for url in scripts if url.startswith("http")}
    assert sum(weights.values()) <= MOST_SCRIPT_BYTES, weights
