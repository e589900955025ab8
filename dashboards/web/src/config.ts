// What the server tells a page's script: texts in the page's language, scales, addresses.

export interface Band {
  readonly code: string;
  readonly upper: number | null;
  readonly word: string;
  /** How much it matters, from 0 to 5. */
  readonly rank: number;
}

export interface Property {
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
  readonly bands: readonly Band[];
}

export interface Config {
  readonly language: string;
  readonly timezone: string;
  /** What counts as now, in Unix seconds; clock.ts goes on from there. */
  readonly present: number;
  /** Whether that is not what the clock on the wall shows: a simulated region that is still in its past. */
  readonly fastMotion: boolean;
  readonly staleAfterS: number;
  readonly properties: Readonly<Record<string, Property>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** The configuration that an element carries in `data-config`. */
export function read<T extends Config>(element: HTMLElement): T {
  return JSON.parse(element.dataset["config"] ?? "{}") as T;
}

/** The band of a value; null for a property without classes. */
export function bandOf(property: Property, value: number): Band | null {
  return property.bands.find((band) => band.upper === null || value <= band.upper) ?? null;
}
