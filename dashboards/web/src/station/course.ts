// The course of a quantity as the server wrote it into the page, and how the chart draws it: a point in the middle of
// its step, a break where nothing was measured.

/** The flag of what is suspect (QARTOD); of a computed value: not sure enough. */
export const UNSURE = 3;

export interface Line {
  readonly method: string;
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Least and most of each step; empty where values are as measured, or sums. */
  readonly lows: readonly (number | null)[];
  readonly highs: readonly (number | null)[];
  /** What was measured and is not believed: Unix time, value, quality (QARTOD: 3 suspect, 4 failed). */
  readonly doubtful: readonly (readonly [number, number, number])[];
  /** Whether it is corrected for humidity: what is suspect of it is so because the air was too humid. */
  readonly isComputed: boolean;
}

export interface Limit {
  readonly value: number;
  readonly name: string;
  /** The class whose colour it has; empty for none. */
  readonly band: string;
}

export interface Course {
  readonly property: string;
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
  readonly beginning: number | null;
  readonly isSum: boolean;
  readonly since: number;
  readonly until: number;
  /** How long a step is, a day more or less; 0 where values are as measured. */
  readonly stepS: number;
  /** The zone in which its times are said, and whose days are meant. */
  readonly timezone: string;
  /** Unix times: of values, or the beginnings of steps. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** Where lines break: in a gap, and in a step in which nothing is believed. */
  readonly breaks: readonly number[];
  readonly gaps: readonly (readonly [number, number])[];
  readonly limits: readonly Limit[];
  /** When an instrument was mounted differently or exchanged: Unix time, and a word for it. */
  readonly marks: readonly (readonly [number, string])[];
  readonly bands: readonly { readonly code: string; readonly upper: number | null }[];
  readonly texts: Readonly<Record<"noData" | "suspect" | "failed" | "unsure", string>>;
}

/** What the chart draws: positions in time, the values of each line there, and the place in the course of each position. */
export interface Points {
  readonly times: number[];
  readonly values: (number | null)[][];
  /** Where in the course's times a position is; null for a break. */
  readonly places: (number | null)[];
}

/** Read a course out of the page, or out of a part of it. */
export function read(root: ParentNode): Course | null {
  const text = root.querySelector("#course-data")?.textContent;
  return text ? (JSON.parse(text) as Course) : null;
}

/** The positions of a course, and its breaks between them. */
export function points(course: Course): Points {
  const half = course.stepS / 2;
  const drawn = course.times.map((time, place): [number, number | null] => [time + half, place]);
  const breaks = course.breaks.map((at): [number, number | null] => [at, null]);
  const all = [...drawn, ...breaks].sort(([one], [other]) => one - other);
  return {
    times: all.map(([time]) => time),
    values: course.lines.map((line) => all.map(([, place]) => (place === null ? null : (line.values[place] ?? null)))),
    places: all.map(([, place]) => place),
  };
}

/** The least and the most that a chart has to show; what is not believed does not stretch it, unless there is no more. */
export function extent(course: Course): [number, number] | null {
  const known = course.lines.flatMap((line) => [...line.values, ...line.lows, ...line.highs]).filter((value) => value !== null);
  if (!known.length) known.push(...course.lines.flatMap((line) => line.doubtful.map(([, value]) => value)));
  if (!known.length) return null;
  return known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}
