// What lies below the stations: the committed outline, or vector tiles where the operator has set an address.
import type { LayerSpecification, Map as MapLibre, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Tiles } from "./config";
import { LAYERS as NAMES } from "./names";
import { outline } from "./outline";
import { shortbread } from "./shortbread";
import * as theme from "../theme";

/** A layer's property that takes its colour from a custom property of the page. */
export type Painted = readonly [layer: string, property: string, name: string];

export interface Ground {
  readonly sources: Readonly<Record<string, SourceSpecification>>;
  readonly layers: readonly LayerSpecification[];
  readonly paints: readonly Painted[];
  /** How far one may move. */
  readonly bounds: [number, number, number, number] | null;
  readonly maxZoom: number;
  /** Whether it brings names of places. */
  readonly hasNames: boolean;
}

/** The ground that the page's configuration asks for. */
export function chosen(tiles: Tiles | null): Ground {
  return tiles ? shortbread(tiles) : outline();
}

/** The style of a ground, in the colours of the moment. */
export function style(ground: Ground): StyleSpecification {
  return {
    version: 8,
    sources: { ...ground.sources, names: { type: "geojson", data: { type: "FeatureCollection", features: [] }, maxzoom: 12 } },
    layers: [...ground.layers.map((layer) => painted(layer, ground.paints)), ...NAMES],
  };
}

/** Paint the ground in the colours of the moment. */
export function repaint(map: MapLibre, ground: Ground): void {
  for (const [layer, property, name] of ground.paints) map.setPaintProperty(layer, property as "fill-color", theme.colour(name));
}

function painted(layer: LayerSpecification, paints: readonly Painted[]): LayerSpecification {
  const colours = paints.filter(([id]) => id === layer.id).map(([, property, name]) => [property, theme.colour(name)]);
  const paint = { ...("paint" in layer ? layer.paint : {}), ...Object.fromEntries(colours) };
  return { ...layer, paint } as LayerSpecification;
}
