// Where the map looks stands in the address, #map=zoom/latitude/longitude, once the reader has moved it: an address that
// nobody has touched stays as short as it was. MapLibre would write its own at once, and append it to any anchor.
import type { Map as MapLibre } from "maplibre-gl";

// Safari lets a page write its address a hundred times in thirty seconds.
const WRITE_MS = 300;
const WORLD_PX = 512;

export interface Here {
  readonly zoom: number;
  readonly center: [longitude: number, latitude: number];
}

/** The place that an address names, or null. */
export function read(hash = window.location.hash): Here | null {
  const [zoom, latitude, longitude] = (new URLSearchParams(hash.slice(1)).get("map") ?? "").split("/").map(Number.parseFloat);
  if (zoom === undefined || latitude === undefined || longitude === undefined) return null;
  if (![zoom, latitude, longitude].every(Number.isFinite) || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { zoom, center: [longitude, latitude] };
}

/** Take the anchor out of the address, as it will name the map's place; what it led to, or null. */
export function takeAnchor(): HTMLElement | null {
  const { hash, href } = window.location;
  if (!hash || read(hash)) return null;
  window.history.replaceState(window.history.state, "", href.slice(0, -hash.length));
  return document.getElementById(hash.slice(1));
}

/** Keeps the address of a map. */
export class Keeper {
  private start: string;
  private timer = 0;

  constructor(private readonly map: MapLibre) {
    this.start = this.place;
    map.on("moveend", () => (this.timer ||= window.setTimeout(() => this.write(), WRITE_MS)));
    window.addEventListener("hashchange", () => {
      const place = read();
      if (place) map.jumpTo(place);
    });
  }

  /** Where the map looks now is where the page begins: the address need not say it. */
  begin(): void {
    this.start = this.place;
  }

  /** With as many digits as a half pixel has. */
  private get place(): string {
    const { lng, lat } = this.map.getCenter();
    const zoom = this.map.getZoom();
    const digits = Math.max(0, Math.ceil(Math.log10((WORLD_PX * 2 ** zoom) / 360 / 0.5)));
    const [latitude, longitude] = [lat, lng].map((each) => Number(each.toFixed(digits)));
    return `${Math.round(zoom * 100) / 100}/${latitude}/${longitude}`;
  }

  private write(): void {
    this.timer = 0;
    if (this.place === this.start) return;
    this.start = "";
    const page = window.location.href.split("#")[0] ?? "";
    window.history.replaceState(window.history.state, "", `${page}#map=${this.place}`);
  }
}
