// Strokes of the lines: their colours and dashes, and how a computed line goes on where its values are not sure enough.
import type uPlot from "uplot";
import * as theme from "../theme";
import { UNSURE, type Course, type Line } from "./course";

const COLOURS = ["--accent", "--second"];
const DASHES = [[], [7, 4]];
const DOTS = [1, 4];
const POINT_PX = 3;
// Points nearer than this would be one thick line.
const APART_PX = 10;

/** The colour of a course's line, as the theme has it now. */
export function colour(index: number): string {
  return theme.colour(COLOURS[index] ?? "--ink-soft");
}

/** How a course's line is dashed, in CSS pixels. */
export function dash(index: number): number[] {
  return DASHES[index] ?? [2, 3];
}

/** Dots and hollow points where a computed line has values that are not sure enough. */
export function unsure(plot: uPlot, course: Course): void {
  course.lines.forEach((line, index) => {
    if (!line.isComputed || !line.doubtful.length) return;
    plot.ctx.strokeStyle = colour(index);
    dotted(plot, course, line);
    points(plot, line);
  });
}

/** From each value to the next where one of the two is not sure enough; not over a gap. */
function dotted(plot: uPlot, course: Course, line: Line): void {
  const { ctx } = plot;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.setLineDash(DOTS.map((each) => each * devicePixelRatio));
  ctx.lineCap = "round";
  ctx.beginPath();
  for (const [[since, from], [until, to]] of stretches(course, line)) {
    ctx.moveTo(plot.valToPos(since, "x", true), plot.valToPos(from, "y", true));
    ctx.lineTo(plot.valToPos(until, "x", true), plot.valToPos(to, "y", true));
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineCap = "butt";
}

type Known = readonly [time: number, value: number];

/** The two ends of each stretch that is dotted. */
export function stretches(course: Pick<Course, "times" | "breaks">, line: Line): [Known, Known][] {
  const unsureAt = new Map(line.doubtful.flatMap(([time, value, quality]) => (quality === UNSURE ? [[time, value] as const] : [])));
  const found: [Known, Known][] = [];
  let last: Known | null = null;
  course.times.forEach((time, place) => {
    const value = line.values[place] ?? unsureAt.get(time);
    if (value == null) return;
    const known: Known = [time, value];
    if (last && (unsureAt.has(time) || unsureAt.has(last[0])) && !isParted(course, last[0], time)) found.push([last, known]);
    last = known;
  });
  return found;
}

/** Whether lines break between two times. */
export function isParted(course: Pick<Course, "breaks">, since: number, until: number): boolean {
  return course.breaks.some((at) => at > since && at < until);
}

/** Hollow points, as many as can be told apart. */
function points(plot: uPlot, line: Line): void {
  const { ctx } = plot;
  let last = -Infinity;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.fillStyle = theme.colour("--paper");
  for (const [time, value, quality] of line.doubtful) {
    const x = plot.valToPos(time, "x", true);
    if (quality !== UNSURE || x - last < APART_PX * devicePixelRatio) continue;
    last = x;
    ctx.beginPath();
    ctx.arc(x, plot.valToPos(value, "y", true), POINT_PX * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
}
