// The last days hour by hour, loaded a day at a time as they are looked at.
import * as clock from "../clock";
import { moment } from "./address";
import { frames, type FramesDocument } from "./documents";
import { json, pauseMs } from "./trying";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
// What was measured in an hour has all come so long after its end, but for what nodes had to keep.
const SETTLED_S = 3 * HOUR_S;
// A day that may still change is not asked for again sooner; only for an hour that it does not have yet.
const RENEW_MS = 60_000;
// The slider has seven days, whichever hour of the day it is.
const KEPT_DAYS = 8;

interface Day {
  readonly from: number;
  readonly step: number;
  readonly rows: ReadonlyMap<number, Float64Array>;
  /** As of when it is, in Unix seconds. */
  readonly knownAt: number;
  readonly loadedMs: number;
}

interface Failure {
  readonly count: number;
  readonly untilMs: number;
}

/** The frames of a property. */
export class Frames {
  private readonly days = new Map<number, Day>();
  private readonly asked = new Map<number, Promise<void>>();
  private readonly failures = new Map<number, Failure>();

  constructor(
    private readonly address: string,
    private readonly property: string,
    private readonly decimals: number,
  ) {}

  /** Whether what was known at a time, in Unix seconds, is here. */
  has(time: number): boolean {
    const day = this.days.get(dayOf(time - HOUR_S));
    return day !== undefined && day.knownAt >= hourOf(time);
  }

  /** Load the day of a time, if it is not here or may have changed; `has` says whether it came. */
  load(time: number): Promise<void> {
    const day = dayOf(time - HOUR_S);
    return this.isGood(day, time) ? Promise.resolve() : this.ask(day);
  }

  /** Load the day of a time that will be looked at soon, unless there is some of it. */
  prepare(time: number): void {
    const day = dayOf(time - HOUR_S);
    if (!this.days.has(day)) void this.ask(day);
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

  /** Whether nothing new is to be had of a time: its hour is settled, or was asked for a moment ago. */
  private isGood(start: number, time: number): boolean {
    const day = this.days.get(start);
    if (!day || day.knownAt < hourOf(time)) return false;
    return day.knownAt >= hourOf(time) + SETTLED_S || performance.now() - day.loadedMs < RENEW_MS;
  }

  private ask(day: number): Promise<void> {
    const known = this.asked.get(day);
    if (known) return known;
    const isTooSoon = performance.now() < (this.failures.get(day)?.untilMs ?? 0);
    // Of what has not begun, there is nothing to know.
    if (isTooSoon || day >= clock.now()) return Promise.resolve();
    const asked = this.fetch(day).finally(() => this.asked.delete(day));
    this.asked.set(day, asked);
    return asked;
  }

  private async fetch(day: number): Promise<void> {
    const query = `property=${this.property}&from=${moment(day)}&to=${moment(day + DAY_S)}&step=${HOUR_S}`;
    const knownAt = clock.now();
    try {
      const document = await json<FramesDocument>(`${this.address}?${query}`);
      const rows = frames(document, this.decimals);
      this.days.set(day, { from: document.from, step: document.step, rows, knownAt, loadedMs: performance.now() });
      this.failures.delete(day);
    } catch {
      // Whatever it was: whoever looks at the day asks again, but not at once.
      const count = (this.failures.get(day)?.count ?? 0) + 1;
      this.failures.set(day, { count, untilMs: performance.now() + pauseMs(count) });
    }
    this.forget();
  }

  /** A page may be open for weeks. */
  private forget(): void {
    const oldest = dayOf(clock.now()) - KEPT_DAYS * DAY_S;
    for (const known of [this.days, this.failures]) {
      for (const day of [...known.keys()]) if (day < oldest) known.delete(day);
    }
  }
}

/** The beginning of a time's day in UTC: days so cut are the same for everybody, and can be kept. */
function dayOf(time: number): number {
  return Math.floor(time / DAY_S) * DAY_S;
}

/** The end of the hour that says what was known at a time; of the hour that runs, its beginning. */
function hourOf(time: number): number {
  return Math.min(Math.ceil(time / HOUR_S), Math.floor(clock.now() / HOUR_S)) * HOUR_S;
}
