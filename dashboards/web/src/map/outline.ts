// The map's ground: sea, land, lakes and borders from the committed extract. No tiles, no glyphs, no other host.
import type { Map as MapLibre, StyleSpecification } from "maplibre-gl";
import outlineUrl from "./outline.json?url";
import { colour } from "../theme";

type Paint = readonly [layer: string, property: string, name: string];

const PAINTS: readonly Paint[] = [
  ["sea", "background-color", "--map-water"],
  ["land", "fill-color", "--map-land"],
  ["lake", "fill-color", "--map-water"],
  ["municipality", "line-color", "--map-line"],
  ["coast", "line-color", "--map-coast"],
  ["shore", "line-color", "--map-coast"],
  ["border", "line-color", "--map-border"],
];

/** The style, in the colours of the moment. */
export function style(): StyleSpecification {
  const paint = Object.fromEntries(PAINTS.map(([layer, property, name]) => [layer, { [property]: colour(name) }]));
  const drawn = { source: "outline" } as const;
  const width = (thin: number, thick: number) => ["interpolate", ["linear"], ["zoom"], 7, thin, 12, thick];
  return {
    version: 8,
    sources: { outline: { type: "geojson", data: new URL(outlineUrl, window.location.href).href, maxzoom: 12 } },
    layers: [
      { id: "sea", type: "background", paint: paint["sea"] },
      { id: "land", type: "fill", ...drawn, filter: ["==", ["get", "kind"], "land"], paint: paint["land"] },
      {
        id: "municipality", type: "line", ...drawn, filter: ["==", ["get", "kind"], "municipality"],
        paint: { ...paint["municipality"], "line-width": width(0.6, 1.4) },
      },
      { id: "lake", type: "fill", ...drawn, filter: ["==", ["get", "kind"], "lake"], paint: paint["lake"] },
      {
        id: "coast", type: "line", ...drawn, filter: ["==", ["get", "kind"], "land"],
        paint: { ...paint["coast"], "line-width": width(0.8, 2) },
      },
      {
        id: "shore", type: "line", ...drawn, filter: ["==", ["get", "kind"], "lake"],
        paint: { ...paint["shore"], "line-width": width(0.8, 2) },
      },
      {
        id: "border", type: "line", ...drawn, filter: ["==", ["get", "kind"], "border"],
        paint: { ...paint["border"], "line-width": width(1.2, 2.5), "line-dasharray": [4, 2] },
      },
    ],
  } as StyleSpecification;
}

/** Paint the ground in the colours of the moment. */
export function repaint(map: MapLibre): void {
  for (const [layer, property, name] of PAINTS) map.setPaintProperty(layer, property as "fill-color", colour(name));
}
