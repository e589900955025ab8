// Names of places and waters on the map. The table and the search say them, too, so nothing reads them aloud.
import type { Feature } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import * as mercator from "./mercator";
import { type Named, place } from "./naming";
import * as theme from "../theme";
import { WATERS } from "./waters";

/** A row of `/data/places`. */
export type Place = readonly [name: string, longitude: number, latitude: number, kind: string];

export const FONT = ["Hyperlegible", "system-ui", "Segoe UI", "Roboto", "Noto Sans"];
const SIZES: Readonly<Record<string, number>> = { city: 15, town: 13, municipality: 11.5, water: 13 };
const FROM_ZOOM: Readonly<Record<string, number>> = { city: 0, town: 8.2, municipality: 10.2 };
const SOURCE = "names";
const WATER_SPACING_EM = 0.12;
const COLOURS = [["names", "--map-ink", "--map-halo"], ["waters", "--map-ink", "--map-water"]] as const;

/** The layers of names; they have to stand above what is only ground. */
export const LAYERS: readonly LayerSpecification[] = [layer("waters", true), layer("names", false)];

function layer(id: string, isWater: boolean): LayerSpecification {
  const size = ["match", ["get", "kind"], ...Object.entries(SIZES).flat(), 12];
  return {
    id,
    type: "symbol",
    source: SOURCE,
    filter: [isWater ? "==" : "!=", ["get", "kind"], "water"],
    layout: {
      "text-field": ["get", "text"],
      "text-font": isWater ? ["Hyperlegible italic", ...FONT] : FONT,
      "text-size": size as unknown as number,
      "text-offset": ["get", "offset"],
      "text-letter-spacing": isWater ? WATER_SPACING_EM : 0.01,
      "text-max-width": 40,
      // Which ones fit is decided here, with the circles in mind.
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-halo-width": 1.4, "text-halo-blur": 0.4 },
  };
}

/** The names on a map. */
export class Names {
  private places: readonly Place[] = [];
  private readonly pen = document.createElement("canvas").getContext("2d");
  private readonly widths = new Map<string, number>();
  private shown = "";

  constructor(
    private readonly map: MapLibre,
    private readonly language: string,
  ) {}

  /** Names of places to write beside those of waters. */
  know(places: readonly Place[]): void {
    this.places = places;
  }

  /** Write those that fit: `circles` in Mercator units, their radius in pixels. */
  write(circles: readonly (readonly [number, number])[], radiusPx: number): void {
    const source = this.map.getSource<GeoJSONSource>(SOURCE);
    if (!source) return;
    const scale = mercator.worldPx(this.map.getZoom());
    const isSeen = this.window();
    const seen = circles.filter(([x, y]) => isSeen(x, y)).map(([x, y]): [number, number] => [x * scale, y * scale]);
    const candidates = this.candidates(scale, isSeen);
    const features = place(candidates, seen, radiusPx).map(({ index, down }) => feature(candidates[index], down, scale));
    const text = JSON.stringify(features);
    if (text === this.shown) return;
    this.shown = text;
    source.setData({ type: "FeatureCollection", features: features.filter((each) => each !== null) });
  }

  /** Take the colours of the moment. */
  repaint(): void {
    for (const [id, ink, halo] of COLOURS) {
      this.map.setPaintProperty(id, "text-color", theme.colour(ink));
      this.map.setPaintProperty(id, "text-halo-color", theme.colour(halo));
    }
  }

  /** Whether a place is in view, or near enough to come into it soon. */
  private window(): (x: number, y: number) => boolean {
    const bounds = this.map.getBounds();
    const [west, east] = [mercator.x(bounds.getWest()), mercator.x(bounds.getEast())];
    const [north, south] = [mercator.y(bounds.getNorth()), mercator.y(bounds.getSouth())];
    const [dx, dy] = [(east - west) / 2, (south - north) / 2];
    return (x, y) => x > west - dx && x < east + dx && y > north - dy && y < south + dy;
  }

  private candidates(scale: number, isSeen: (x: number, y: number) => boolean): Named[] {
    const zoom = this.map.getZoom();
    const waters = WATERS.filter(({ fromZoom }) => zoom >= fromZoom).map(
      ({ names, place: [longitude, latitude] }): Place => [names[this.language] ?? "", longitude, latitude, "water"],
    );
    const towns = this.places.filter(([, , , kind]) => zoom >= (FROM_ZOOM[kind] ?? 0));
    const cities = towns.filter(([, , , kind]) => kind === "city");
    const ordered = [...cities, ...waters, ...towns.filter((each) => !cities.includes(each))];
    return ordered.flatMap(([text, longitude, latitude, kind]) => {
      const [x, y] = [mercator.x(longitude), mercator.y(latitude)];
      const size = SIZES[kind] ?? 12;
      if (!isSeen(x, y)) return [];
      return [{ text, kind, x: x * scale, y: y * scale, width: this.width(text, kind, size), height: size * 1.1 }];
    });
  }

  private width(text: string, kind: string, size: number): number {
    const known = this.widths.get(text);
    if (known !== undefined || !this.pen) return known ?? 0;
    this.pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    const width = this.pen.measureText(text).width + (kind === "water" ? text.length * WATER_SPACING_EM * size : 0);
    this.widths.set(text, width);
    return width;
  }
}

function feature(name: Named | undefined, down: number, scale: number): Feature | null {
  if (!name) return null;
  const latitude = (360 / Math.PI) * Math.atan(Math.exp(((180 - (name.y / scale) * 360) * Math.PI) / 180)) - 90;
  return {
    type: "Feature",
    properties: { text: name.text, kind: name.kind, offset: [0, down / (SIZES[name.kind] ?? 12)] },
    geometry: { type: "Point", coordinates: [(name.x / scale) * 360 - 180, latitude] },
  };
}
