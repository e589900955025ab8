// How each station looks: the class, colour and label of its value, and how much it matters.
import type { Property } from "../config";
import type { Atlas } from "./atlas";
import { classOf } from "./config";
import type { Stations } from "./documents";
import { mix, type Paint, type Palette } from "./palette";

/** QARTOD's flags that a reader has to see. */
export const SUSPECT = 3;
export const FAILED = 4;

// The older a value is, the paler and smaller is its circle, until it is stale.
const FRESH_S = 15 * 60;
const BYTE = 255;
// From this on a circle shows whole numbers: three characters are read at a glance.
const WHOLE_FROM = 10;
const A_RANK = 1e6;
const SILENT = -1e9;
const NOTHING = -2e9;
const STICKY = A_RANK / 2;

/** What may be said of a value at a time. */
export type State = "current" | "failed" | "stale" | "none";

/** Whether a station's value says something at a time, in Unix seconds. */
export function stateOf(stations: Stations, index: number, now: number, staleAfterS: number): State {
  const value = stations.values[index] ?? NaN;
  if (Number.isNaN(value)) return "none";
  // A clock that is ahead says no more of now than one that is behind.
  if (Math.abs(now - (stations.times[index] ?? NaN)) > staleAfterS) return "stale";
  return (stations.qualities[index] ?? 1) === FAILED ? "failed" : "current";
}

/** A value as a circle shows it. */
export class Labels {
  private readonly known = new Map<number, string>();
  private readonly fine: Intl.NumberFormat;
  private readonly whole: Intl.NumberFormat;

  constructor(
    language: string,
    private readonly decimals: number,
  ) {
    const digits = Math.min(1, decimals);
    this.fine = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    this.whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0, useGrouping: false });
  }

  /** Its label. */
  of(value: number): string {
    const isWhole = this.decimals === 0 || Math.abs(value) >= WHOLE_FROM - 0.05;
    // What rounds to nothing has no sign.
    const shown = (isWhole ? Math.round(value) : Math.round(value * 10) / 10) + 0;
    const key = isWhole ? shown * 10 + 0.5 : shown * 10;
    let label = this.known.get(key);
    if (label === undefined) {
      label = (isWhole ? this.whole : this.fine).format(shown);
      this.known.set(key, label);
    }
    return label;
  }
}

/** The looks of all stations, as bytes for the painter. */
export class Looks {
  readonly fills: Uint8Array;
  readonly inks: Uint8Array;
  readonly labels: Uint8Array;
  readonly importance: Float64Array;
  /** How far values are on their way from fresh to stale, 0 to 1. */
  readonly aged: Float32Array;

  constructor(
    private readonly stations: Stations,
    private readonly property: Property,
    private readonly palette: Palette,
    private readonly labelOf: Labels,
    private readonly atlas: Atlas,
    private readonly staleAfterS: number,
  ) {
    const count = stations.numbers.length;
    this.fills = new Uint8Array(count * 4);
    this.inks = new Uint8Array(count * 4);
    this.labels = new Uint8Array(count * 4);
    this.importance = new Float64Array(count);
    this.aged = new Float32Array(count);
  }

  /** Dress all stations for a time; those that are circles already have a little precedence where `keep` is given. */
  dressAll(values: Float64Array, now: number, keep: Uint8Array | null): void {
    const generation = this.atlas.generation;
    for (let index = 0; index < values.length; index += 1) this.dress(index, values[index] ?? NaN, now, keep);
    // The atlas was full and began anew: what was asked for before lies elsewhere now.
    if (this.atlas.generation !== generation) {
      for (let index = 0; index < values.length; index += 1) this.dress(index, values[index] ?? NaN, now, keep);
    }
  }

  /** Dress one station, showing this value. */
  dress(index: number, value: number, now: number, keep: Uint8Array | null = null): void {
    const state = stateOf(this.stations, index, now, this.staleAfterS);
    const band = state === "current" ? classOf(this.property, value, this.stations.levels.get(index)) : -1;
    const paint = state === "current" ? (this.palette.bands[band] ?? this.palette.plain) : this.palette.silent;
    const label = state === "current" ? this.labelOf.of(value) : state === "failed" ? "?" : "–";
    const isDoubtful = state === "failed" || (state === "current" && this.stations.qualities[index] === SUSPECT);
    const age = Math.max(0, now - (this.stations.times[index] ?? now) - FRESH_S);
    const aged = state === "current" ? Math.min(1, age / (this.staleAfterS - FRESH_S)) : 0;
    this.aged[index] = aged;
    this.write(index, paint, label, isDoubtful, aged);
    this.importance[index] = this.weigh(state, band, value) + (keep?.[index] ? STICKY : 0);
  }

  private write(index: number, paint: Paint, label: string, isDoubtful: boolean, aged: number): void {
    const [column, row] = this.atlas.find(label);
    this.fills.set(aged ? mix(paint.fill, paint.faded, aged) : paint.fill, index * 4);
    this.fills[index * 4 + 3] = BYTE;
    this.inks.set(paint.ink, index * 4);
    this.labels[index * 4] = column;
    this.labels[index * 4 + 1] = row;
    this.labels[index * 4 + 2] = isDoubtful ? 1 : 0;
  }

  private weigh(state: State, band: number, value: number): number {
    if (state === "none") return NOTHING;
    if (state !== "current") return SILENT;
    return (this.property.bands[band]?.rank ?? 0) * A_RANK + value;
  }
}
