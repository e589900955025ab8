// The map's ground: sea, land, lakes and borders from the committed extract. No tiles, no glyphs, no other host.
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import outlineUrl from "./outline.json?url";
import type { Ground, Painted } from "./ground";

const PAINTS: readonly Painted[] = [
  ["sea", "background-color", "--map-water"],
  ["land", "fill-color", "--map-land"],
  ["lake", "fill-color", "--map-water"],
  ["municipality", "line-color", "--map-line"],
  ["coast", "line-color", "--map-coast"],
  ["shore", "line-color", "--map-coast"],
  ["border", "line-color", "--map-border"],
];

/** As far as the extract goes: west, south, east, north. */
const EDGE: [number, number, number, number] = [7.3, 54.0, 11.0, 55.4];

/** The committed outline. */
export function outline(): Ground {
  const data = new URL(outlineUrl, window.location.href).href;
  const source: SourceSpecification = { type: "geojson", data, maxzoom: 12 };
  return { sources: { outline: source }, layers: LAYERS, paints: PAINTS, bounds: EDGE, maxZoom: 15, hasNames: false };
}

const LAYERS: readonly LayerSpecification[] = [
  { id: "sea", type: "background" },
  fill("land", "land"),
  line("municipality", "municipality", 0.6, 1.4),
  fill("lake", "lake"),
  line("coast", "land", 0.8, 2),
  line("shore", "lake", 0.8, 2),
  line("border", "border", 1.2, 2.5, [4, 2]),
];

function fill(id: string, kind: string): LayerSpecification {
  return { id, type: "fill", source: "outline", filter: ["==", ["get", "kind"], kind] };
}

function line(id: string, kind: string, thin: number, thick: number, dashes?: number[]): LayerSpecification {
  return {
    id,
    type: "line",
    source: "outline",
    filter: ["==", ["get", "kind"], kind],
    paint: {
      "line-width": ["interpolate", ["linear"], ["zoom"], 7, thin, 12, thick],
      ...(dashes ? { "line-dasharray": dashes } : {}),
    },
  };
}
