// What lies below the stations: the committed outline, or vector tiles where the operator has set an address.
import {
  AJAXError, type GeoJSONSource, type LayerSpecification, type Map as MapLibre, type SourceSpecification, type StyleSpecification,
} from "maplibre-gl";
import type { Tiles } from "./config";
import { LAYERS as NAMES } from "./names";
import { outline } from "./outline";
import { shortbread } from "./shortbread";
import { pauseMs } from "./trying";
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

/** Ask again for what a bad connection did not bring of the ground; what else goes wrong is told as by MapLibre itself. */
export function insist(map: MapLibre, ground: Ground): void {
  let [failures, waiting] = [0, 0];
  map.on("error", (event) => {
    const { sourceId = "" } = event as { sourceId?: string };
    const source = ground.sources[sourceId];
    if (!source || !isAway(event.error)) {
      console.error(event.error);
      return;
    }
    waiting ||= window.setTimeout(() => {
      waiting = 0;
      again(map, sourceId, source);
    }, pauseMs((failures += 1)));
  });
  map.on("sourcedata", ({ sourceId, tile }) => {
    if (tile && sourceId in ground.sources) failures = 0;
  });
}

/** Whether nobody answered (MapLibre's status 0), or a server that may be well again the next time. */
function isAway(error: unknown): boolean {
  return error instanceof AJAXError && (error.status === 0 || error.status >= 500);
}

function again(map: MapLibre, id: string, source: SourceSpecification): void {
  if (source.type === "geojson") void map.getSource<GeoJSONSource>(id)?.setData(source.data);
  else map.refreshTiles(id);
}

function painted(layer: LayerSpecification, paints: readonly Painted[]): LayerSpecification {
  const colours = paints.filter(([id]) => id === layer.id).map(([, property, name]) => [property, theme.colour(name)]);
  const paint = { ...("paint" in layer ? layer.paint : {}), ...Object.fromEntries(colours) };
  return { ...layer, paint } as LayerSpecification;
}
