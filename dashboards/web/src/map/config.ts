// What the server tells the map's script, beside what every page's script is told.
import type { Band, Config, Property } from "../config";

export interface Tiles {
  /** Address of the vector tiles (Shortbread), with {z}, {x}, {y}. */
  readonly url: string;
  readonly attribution: string;
}

export interface MapConfig extends Config {
  readonly region: string;
  /** The property shown. */
  readonly property: string;
  /** The time asked for in Unix seconds; null is the present. */
  readonly at: number | null;
  /** West, south, east, north, in degrees. */
  readonly bounds: readonly [number, number, number, number];
  /** Where the region's documents are: /map, /names and /frames below it. */
  readonly data: string;
  readonly places: string;
  /** The summary of the present alone. */
  readonly summary: string;
  readonly live: string;
  readonly tiles: Tiles | null;
  /** The place that a search without a script has found. */
  readonly found: { readonly name: string; readonly longitude: number; readonly latitude: number } | null;
}

/** A text of the page; a text that is missing shows its name, so that somebody sees it. */
export function text(config: Config, name: string, values: Readonly<Record<string, string>> = {}): string {
  const written = config.texts[name] ?? name;
  return written.replace(/%\((\w+)\)s/g, (whole, key: string) => values[key] ?? whole);
}

/** The class of a value as an index into the property's bands; -1 without classes, or for a gauge without levels. */
export function classOf(property: Property, value: number, levels: readonly (number | null)[] | undefined): number {
  const hasOwn = property.bands.some((band) => band.code.startsWith("level-"));
  if (!hasOwn) return property.bands.findIndex((band) => band.upper === null || value <= band.upper);
  if (!levels) return -1;
  // The rank of the highest level reached; levels stand in the order of their ranks, 1 first.
  const rank = levels.reduce<number>((highest, level, index) => (level !== null && value >= level ? index + 1 : highest), 0);
  return property.bands.findIndex((band) => band.rank === rank);
}

/** The band of a class. */
export function bandAt(property: Property, index: number): Band | null {
  return property.bands[index] ?? null;
}
