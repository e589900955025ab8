// The last days hour by hour, loaded a day at a time as they are looked at.
import { moment } from "./address";
import { frames, type FramesDocument } from "./documents";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

interface Day {
  readonly from: number;
  readonly step: number;
  readonly rows: ReadonlyMap<number, Float64Array>;
}

/** The frames of a property. */
export class Frames {
  private readonly days = new Map<number, Day>();
  private readonly asked = new Map<number, Promise<void>>();

  constructor(
    private readonly address: string,
    private readonly property: string,
    private readonly decimals: number,
  ) {}

  /** Whether what was known at a time, in Unix seconds, is here. */
  has(time: number): boolean {
    return this.days.has(dayOf(time - HOUR_S));
  }

  /** Load the day of a time. A failed try is forgotten, and made again when it is asked for again. */
  load(time: number): Promise<void> {
    const day = dayOf(time - HOUR_S);
    const known = this.asked.get(day);
    if (known) return known;
    const asked = this.fetch(day).catch((error: unknown) => {
      this.asked.delete(day);
      throw error;
    });
    this.asked.set(day, asked);
    return asked;
  }

  /** The values of stations at a time: between two hours, between their values; NaN where nothing was measured. */
  at(time: number, numbers: Int32Array): Float64Array {
    // A frame says what was known at the end of its hour.
    const start = time - HOUR_S;
    const day = this.days.get(dayOf(start));
    if (!day) return new Float64Array(numbers.length).fill(NaN);
    const place = (start - day.from) / day.step;
    const [hour, part] = [Math.floor(place), place - Math.floor(place)];
    const next = this.days.get(dayOf(start + day.step));
    return Float64Array.from(numbers, (number) => {
      const row = day.rows.get(number);
      const one = row?.[hour] ?? NaN;
      if (part === 0 || !row) return one;
      const other = hour + 1 < row.length ? row[hour + 1] : next?.rows.get(number)?.[0];
      return other === undefined || Number.isNaN(other) ? one : one + (other - one) * part;
    });
  }

  private async fetch(day: number): Promise<void> {
    const query = `property=${this.property}&from=${moment(day)}&to=${moment(day + DAY_S)}&step=${HOUR_S}`;
    const response = await fetch(`${this.address}?${query}`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const document = (await response.json()) as FramesDocument;
    this.days.set(day, { from: document.from, step: document.step, rows: frames(document, this.decimals) });
  }
}

/** The beginning of a time's day in UTC: days so cut are the same for everybody, and can be kept. */
function dayOf(time: number): number {
  return Math.floor(time / DAY_S) * DAY_S;
}
