// The map's documents as the server writes them: columns, whole numbers, differences to the entry before.

/** What a property's stations measured at a time: `/data/{region}/map`. */
export interface MapDocument {
  readonly at: number;
  readonly property: string;
  readonly decimals: number;
  readonly number: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly value: readonly (number | null)[];
  readonly age: readonly (number | null)[];
  readonly quality: readonly (readonly [index: number, flag: number])[];
  readonly levels?: readonly (readonly [index: number, levels: readonly (number | null)[]])[];
}

/** Codes and names of stations: `/data/{region}/names`. */
export interface NamesDocument {
  readonly number: readonly number[];
  readonly code: readonly string[];
  readonly name: readonly string[];
  readonly simulated: readonly (boolean | number)[];
}

/** Values hour by hour: `/data/{region}/frames`. */
export interface FramesDocument {
  readonly from: number;
  readonly step: number;
  readonly decimals?: number;
  readonly number: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** Stations with what they measured, one entry per station in each column. */
export interface Stations {
  readonly property: string;
  readonly at: number;
  readonly numbers: Int32Array;
  readonly longitudes: Float64Array;
  readonly latitudes: Float64Array;
  /** In the property's unit; NaN where there is none. */
  readonly values: Float64Array;
  /** When it was measured, in Unix seconds; NaN without a value. */
  readonly times: Float64Array;
  /** QARTOD's flag: 1 good, 3 suspect, 4 fail. */
  readonly qualities: Uint8Array;
  /** The levels of gauges in cm, by index of the station. */
  readonly levels: ReadonlyMap<number, readonly (number | null)[]>;
}

export interface Name {
  readonly code: string;
  readonly name: string;
  readonly simulated: boolean;
}

const DEGREE = 10_000;
const MINUTE_S = 60;
const GOOD = 1;

/** Read a map document. */
export function stations(document: MapDocument): Stations {
  const count = document.number.length;
  const unit = 10 ** document.decimals;
  return {
    property: document.property,
    at: document.at,
    numbers: Int32Array.from(sums(document.number)),
    longitudes: Float64Array.from(sums(document.x), (each) => each / DEGREE),
    latitudes: Float64Array.from(sums(document.y), (each) => each / DEGREE),
    values: Float64Array.from(document.value, (each) => (each === null ? NaN : each / unit)),
    times: Float64Array.from(document.age, (each) => (each === null ? NaN : document.at - each * MINUTE_S)),
    qualities: flags(count, document.quality),
    levels: new Map(document.levels ?? []),
  };
}

/** Read a names document: the names by the stations' numbers. */
export function names(document: NamesDocument): Map<number, Name> {
  const numbers = sums(document.number);
  return new Map(
    numbers.map((number, index) => {
      const [code, name] = [document.code[index] ?? "", document.name[index] ?? ""];
      return [number, { code, name, simulated: Boolean(document.simulated[index]) }];
    }),
  );
}

/** Read a frames document: for each step, the values by the stations' numbers; NaN where nothing was measured. */
export function frames(document: FramesDocument, decimals: number): Map<number, Float64Array> {
  const unit = 10 ** (document.decimals ?? decimals);
  const numbers = sums(document.number);
  return new Map(
    numbers.map((number, index) => {
      let known = 0;
      const row = Float64Array.from(document.values[index] ?? [], (difference) => {
        if (difference === null) return NaN;
        known += difference;
        return known / unit;
      });
      return [number, row];
    }),
  );
}

/** Whole numbers of which each is written as its difference to the one before. */
function sums(differences: readonly number[]): number[] {
  let sum = 0;
  return differences.map((difference) => (sum += difference));
}

function flags(count: number, exceptions: MapDocument["quality"]): Uint8Array {
  const result = new Uint8Array(count).fill(GOOD);
  for (const [index, flag] of exceptions) result[index] = flag;
  return result;
}
