// What is painted around the lines: classes and gaps behind them, limits before them, marks where a value is not
// believed, and over all of it the limits' names.
import type uPlot from "uplot";
import { colourOf } from "../bands";
import * as theme from "../theme";
import { type Course, type Limit, UNSURE } from "./course";
import * as labels from "./labels";
import * as strokes from "./strokes";

const BAND_OPACITY = 0.14;
const RANGE_OPACITY = 0.2;
const GAP_OPACITY = 0.3;
const HATCH_PX = 8;
const MARK_PX = 4;
const CHANGE_DASH = [2, 4];

/** Behind the lines. */
export function behind(plot: uPlot, course: Course): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  classes(plot, course);
  for (const [since, until] of course.gaps) gap(plot, since, until);
  if (!course.isSum) spread(plot, course);
  ctx.restore();
}

/** Before the lines. */
export function before(plot: uPlot, course: Course, language: string): void {
  plot.ctx.save();
  unit(plot, course.unit);
  limits(plot, course);
  strokes.unsure(plot, course);
  for (const line of course.lines)
    for (const [time, value, quality] of line.doubtful) if (!line.isComputed || quality !== UNSURE) mark(plot, time, value);
  for (const [time, word] of course.marks) change(plot, time, word);
  labels.draw(plot, course.limits, { font: font(), number: (value) => value.toLocaleString(language) });
  plot.ctx.restore();
}

/** The scale's classes as faint stripes. */
function classes(plot: uPlot, course: Course): void {
  const { left, top, width, height } = plot.bbox;
  const y = (value: number) => Math.min(top + height, Math.max(top, plot.valToPos(value, "y", true)));
  let lower = top + height;
  plot.ctx.globalAlpha = BAND_OPACITY;
  for (const band of course.bands) {
    const upper = band.upper === null ? top : y(band.upper);
    plot.ctx.fillStyle = colourOf(band);
    plot.ctx.fillRect(left, upper, width, Math.max(0, lower - upper));
    lower = upper;
  }
  plot.ctx.globalAlpha = 1;
}

/** A gap, hatched: it is told from a class by more than colour. */
function gap(plot: uPlot, since: number, until: number): void {
  const { ctx } = plot;
  const { top, height } = plot.bbox;
  const [from, to] = [plot.valToPos(since, "x", true), plot.valToPos(until, "x", true)];
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, top, to - from, height);
  ctx.clip();
  ctx.globalAlpha = GAP_OPACITY;
  ctx.strokeStyle = theme.colour("--ink-soft");
  ctx.lineWidth = 1 * devicePixelRatio;
  ctx.beginPath();
  for (let x = from - height; x < to; x += HATCH_PX * devicePixelRatio) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  ctx.restore();
}

/** Between the least and the most of each step, of the first line. */
function spread(plot: uPlot, course: Course): void {
  const line = course.lines[0];
  if (!line?.lows.length) return;
  const { ctx } = plot;
  const half = course.stepS / 2;
  ctx.globalAlpha = RANGE_OPACITY;
  ctx.fillStyle = theme.colour("--accent");
  for (const stretch of stretches(course)) {
    ctx.beginPath();
    const x = (place: number) => plot.valToPos((course.times[place] ?? 0) + half, "x", true);
    const y = (value: number | null | undefined) => plot.valToPos(value ?? 0, "y", true);
    for (const place of stretch) ctx.lineTo(x(place), y(line.highs[place]));
    for (const place of [...stretch].reverse()) ctx.lineTo(x(place), y(line.lows[place]));
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}

/** The places in the course that hang together: no break lies between them. */
function stretches(course: Course): number[][] {
  const found: number[][] = [[]];
  course.times.forEach((time, place) => {
    const previous = course.times[place - 1];
    const isParted = previous !== undefined && strokes.isParted(course, previous, time);
    if (isParted) found.push([]);
    if (course.lines[0]?.values[place] != null) found.at(-1)?.push(place);
  });
  return found;
}

function limits(plot: uPlot, course: Course): void {
  const { top, height } = plot.bbox;
  for (const limit of course.limits) {
    const y = plot.valToPos(limit.value, "y", true);
    if (y >= top && y <= top + height) stroke(plot, limit, y);
  }
}

function stroke(plot: uPlot, limit: Limit, y: number): void {
  const { ctx } = plot;
  const { left, width } = plot.bbox;
  const line = (colour: string, px: number, dash: number[]) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = px * devicePixelRatio;
    ctx.setLineDash(dash.map((each) => each * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
  };
  if (limit.band) line(colourOf({ code: limit.band }), 3, []);
  line(theme.colour("--ink-soft"), 1, [2, 3]);
  ctx.setLineDash([]);
}

/** What the values are in, above their axis. */
function unit(plot: uPlot, text: string): void {
  const { ctx } = plot;
  ctx.font = font();
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.fillStyle = theme.colour("--ink-soft");
  ctx.fillText(text, plot.bbox.left - 6 * devicePixelRatio, plot.bbox.top - 6 * devicePixelRatio);
}

function font(): string {
  return `${12 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
}

/** A moment from which on values differ for another reason than what is measured: a dotted line, and a word for it. */
function change(plot: uPlot, time: number, word: string): void {
  const { ctx } = plot;
  const { left, width, top, height } = plot.bbox;
  const x = plot.valToPos(time, "x", true);
  ctx.strokeStyle = ctx.fillStyle = theme.colour("--ink");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash(CHANGE_DASH.map((each) => each * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, top + height);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = font();
  ctx.textBaseline = "bottom";
  const half = ctx.measureText(word).width / 2;
  ctx.textAlign = "center";
  // Above the plot, and as a whole, were the moment at its edge.
  ctx.fillText(word, Math.min(left + width - half, Math.max(left + half, x)), top - 6 * devicePixelRatio);
}

/** A value that is not believed: a cross; where it lies beyond the axis, an arrow at the edge that points there. */
function mark(plot: uPlot, time: number, value: number): void {
  const { ctx } = plot;
  const { left, width, top, height } = plot.bbox;
  const px = MARK_PX * devicePixelRatio;
  const x = plot.valToPos(time, "x", true);
  if (x < left || x > left + width) return;
  const at = plot.valToPos(value, "y", true);
  if (at < top || at > top + height) return arrow(plot, x, at < top ? top + px : top + height - px, at < top ? -px : px);
  const y = Math.min(top + height - px, Math.max(top + px, at));
  ctx.strokeStyle = theme.colour("--alarm");
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x - px, y - px);
  ctx.lineTo(x + px, y + px);
  ctx.moveTo(x - px, y + px);
  ctx.lineTo(x + px, y - px);
  ctx.stroke();
}

/** An arrow up (a negative length) or down, at a height. */
function arrow(plot: uPlot, x: number, y: number, length: number): void {
  const { ctx } = plot;
  ctx.fillStyle = theme.colour("--alarm");
  ctx.beginPath();
  ctx.moveTo(x, y + length);
  ctx.lineTo(x - Math.abs(length), y - length);
  ctx.lineTo(x + Math.abs(length), y - length);
  ctx.fill();
}
