// Vector tiles in the Shortbread schema 1.0 (https://shortbread-tiles.org/schema/1.0/), painted as calmly as the outline.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import type { Tiles } from "./config";
import type { Ground, Painted } from "./ground";

const SOURCE = "tiles";
// Tiles end at this zoom; closer in, they are stretched.
const TILES_MAX_ZOOM = 14;

const PAINTS: readonly Painted[] = [
  ["ground", "background-color", "--map-land"],
  ["forest", "fill-color", "--map-wood"],
  ["built", "fill-color", "--map-built"],
  ["ocean", "fill-color", "--map-water"],
  ["water", "fill-color", "--map-water"],
  ["river", "line-color", "--map-water"],
  ["buildings", "fill-color", "--map-line"],
  ["street-case", "line-color", "--map-line"],
  ["street", "line-color", "--map-street"],
  ["rail", "line-color", "--map-coast"],
  ["municipality", "line-color", "--map-line"],
  ["border", "line-color", "--map-border"],
  ["street-name", "text-color", "--map-ink"],
  ["street-name", "text-halo-color", "--map-halo"],
  ["place", "text-color", "--map-ink"],
  ["place", "text-halo-color", "--map-halo"],
];

/** The ground that tiles make. */
export function shortbread({ url, attribution }: Tiles): Ground {
  const address = new URL(url, window.location.href).href.replace(/%7B(\w)%7D/gi, "{$1}");
  return {
    sources: { [SOURCE]: { type: "vector", tiles: [address], maxzoom: TILES_MAX_ZOOM, attribution } },
    layers: LAYERS,
    paints: PAINTS,
    bounds: null,
    maxZoom: 18,
    hasNames: true,
  };
}

const LAYERS: readonly LayerSpecification[] = [
  { id: "ground", type: "background" },
  fill("forest", "land", kinds("forest", "grass", "meadow", "scrub", "heath", "park", "wood", "orchard")),
  fill("built", "land", kinds("residential", "industrial", "commercial", "retail", "garages")),
  fill("ocean", "ocean"),
  fill("water", "water_polygons"),
  line("river", "water_lines", widths(8, 0.6, 15, 4)),
  { ...fill("buildings", "buildings"), minzoom: 14 },
  line("municipality", "boundaries", widths(8, 0.6, 14, 1.4), [">=", ["get", "admin_level"], 6]),
  line("street-case", "streets", widths(9, 0.8, 16, 11), streets()),
  line("street", "streets", widths(9, 0.4, 16, 9), streets()),
  line("rail", "streets", widths(9, 0.5, 16, 2), ["==", ["get", "rail"], true]),
  { ...line("border", "boundaries", widths(7, 1.2, 12, 2.5), ["<=", ["get", "admin_level"], 2], [4, 2]) },
  names("street-name", "street_labels", "line", 11, 13),
  names("place", "place_labels", "point", byKind(), 0),
];

function fill(id: string, layer: string, filter?: FilterSpecification): LayerSpecification {
  return { id, type: "fill", source: SOURCE, "source-layer": layer, ...(filter ? { filter } : {}) };
}

function line(
  id: string,
  layer: string,
  width: ExpressionSpecification,
  filter?: FilterSpecification,
  dashes?: number[],
): LayerSpecification {
  return {
    id,
    type: "line",
    source: SOURCE,
    "source-layer": layer,
    ...(filter ? { filter } : {}),
    layout: { "line-cap": dashes ? "butt" : "round", "line-join": "round" },
    paint: { "line-width": width, ...(dashes ? { "line-dasharray": dashes } : {}) },
  };
}

function names(
  id: string,
  layer: string,
  placement: "line" | "point",
  size: number | ExpressionSpecification,
  minzoom: number,
): LayerSpecification {
  return {
    id,
    type: "symbol",
    source: SOURCE,
    "source-layer": layer,
    minzoom,
    layout: {
      "symbol-placement": placement,
      "text-field": ["get", "name"],
      "text-font": ["Hyperlegible", "system-ui", "Segoe UI", "Roboto", "Noto Sans"],
      "text-size": size,
      "text-padding": 8,
    },
    paint: { "text-halo-width": 1.4 },
  };
}

function kinds(...names: string[]): FilterSpecification {
  return ["in", ["get", "kind"], ["literal", names]];
}

/** Streets worth a line: from motorways down to lanes as one comes closer. */
function streets(): FilterSpecification {
  const major = ["motorway", "trunk", "primary"];
  return [
    "step", ["zoom"], kinds(...major) as ExpressionSpecification,
    10, kinds(...major, "secondary", "tertiary") as ExpressionSpecification,
    12.5, ["!=", ["get", "rail"], true],
  ];
}

function widths(nearZoom: number, thin: number, farZoom: number, thick: number): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.4], ["zoom"], nearZoom, thin, farZoom, thick];
}

function byKind(): ExpressionSpecification {
  return ["match", ["get", "kind"], ["capital", "state_capital", "city"], 15, "town", 13, 11.5];
}
