// A day of one property, as the chart draws it: times in Unix seconds, null where nothing was measured.

export interface Observation {
  readonly time: string;
  readonly value: number | null;
}

export type Points = [times: number[], values: (number | null)[]];

const DAY_S = 24 * 3600;
// A pause is a gap, not a line, when it is so many times as long as the ones beside it, and not shorter than the page says.
const GAP_INTERVALS = 2.5;

/** Points with a null in each gap, so that the line breaks there. */
export function points(observations: readonly Observation[], shortestGapS: number): Points {
  const times = observations.map((each) => Date.parse(each.time) / 1000);
  const result: Points = [[], []];
  observations.forEach((each, index) => {
    const time = times[index] ?? 0;
    const before = times[index - 1];
    if (before !== undefined && isGap(times, index, shortestGapS)) {
      result[0].push((before + time) / 2);
      result[1].push(null);
    }
    result[0].push(time);
    result[1].push(each.value);
  });
  return result;
}

/** The observations with those that were asked for from the last one's time on, without what is more than a day old. */
export function extend(observations: readonly Observation[], more: readonly Observation[]): Observation[] {
  const last = observations.at(-1)?.time;
  const since = Date.now() - DAY_S * 1000;
  const known = observations.filter(({ time }) => Date.parse(time) >= since && time !== last);
  return [...known, ...more];
}

/** Whether nothing was measured before the point of this index, judged by its neighbours: a station may change its pace. */
function isGap(times: readonly number[], index: number, shortestGapS: number): boolean {
  const pause = interval(times, index);
  const usual = Math.max(interval(times, index - 1), interval(times, index + 1));
  return pause > Math.max(shortestGapS, GAP_INTERVALS * usual);
}

/** The seconds from the point before to the point of this index; 0 at the ends. */
function interval(times: readonly number[], index: number): number {
  const time = times[index];
  const before = times[index - 1];
  return time === undefined || before === undefined ? 0 : time - before;
}
