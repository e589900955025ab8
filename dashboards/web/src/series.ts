// A day of one property, as the chart draws it: times in Unix seconds, null where nothing was measured.

export interface Observation {
  readonly time: string;
  readonly value: number | null;
}

export type Points = [times: number[], values: (number | null)[]];

const DAY_S = 24 * 3600;
// A pause of so many usual intervals is a gap, not a line.
const GAP_INTERVALS = 2.5;

/** Points with a null in each gap, so that the line breaks there. */
export function points(observations: readonly Observation[]): Points {
  const times = observations.map((each) => Date.parse(each.time) / 1000);
  const gap = GAP_INTERVALS * usualInterval(times);
  const result: Points = [[], []];
  observations.forEach((each, index) => {
    const time = times[index] ?? 0;
    const before = times[index - 1];
    if (before !== undefined && time - before > gap) {
      result[0].push((before + time) / 2);
      result[1].push(null);
    }
    result[0].push(time);
    result[1].push(each.value);
  });
  return result;
}

/** The observations with a newer one, without what is more than a day old. */
export function append(observations: readonly Observation[], newest: Observation): Observation[] {
  const last = observations.at(-1);
  if (last && Date.parse(newest.time) <= Date.parse(last.time)) return [...observations];
  const since = Date.now() - DAY_S * 1000;
  return [...observations.filter((each) => Date.parse(each.time) >= since), newest];
}

/** The median of the intervals, in seconds. */
function usualInterval(times: readonly number[]): number {
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return intervals.sort((one, other) => one - other)[Math.floor(intervals.length / 2)] ?? Infinity;
}
