// Names of limits: each on the paper's own colour, at the plot's beginning, where the newest values are not; where lines
// lie close their names make room for each other, and a thin line leads from each to its own.
import type uPlot from "uplot";
import { colourOf } from "../bands";
import * as theme from "../theme";
import type { Limit } from "./course";

const HEIGHT_PX = 17;
const INDENT_PX = 6;
const INSET_PX = 5;
const ABOVE_PX = 2;

/** How the labels are written, and what before each name stands: a limit's value. */
export interface Writing {
  readonly font: string;
  readonly number: (value: number) => string;
}

/** The names of the limits that lie in the plot, over all lines. */
export function draw(plot: uPlot, limits: readonly Limit[], writing: Writing): void {
  const { top, height } = plot.bbox;
  const placed = limits
    .map((limit) => ({ limit, y: plot.valToPos(limit.value, "y", true) }))
    .filter(({ y }) => y >= top && y <= top + height);
  const px = devicePixelRatio;
  const bottoms = stagger(placed.map(({ y }) => y - ABOVE_PX * px), HEIGHT_PX * px, top, top + height);
  plot.ctx.font = writing.font;
  placed.forEach(({ limit, y }, index) => leader(plot, limit, y, bottoms[index] ?? y));
  placed.forEach(({ limit }, index) => label(plot, `${writing.number(limit.value)} ${limit.name}`, bottoms[index] ?? 0));
}

/** Where labels of a height have their bottoms: as near as can be to the wanted ones, none over another. */
export function stagger(wanted: readonly number[], height: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, index) => index).sort((one, other) => (wanted[other] ?? 0) - (wanted[one] ?? 0));
  const found = [...wanted];
  let free = bottom;
  for (const index of order) {
    found[index] = Math.min(found[index] ?? 0, free);
    free = (found[index] ?? 0) - height;
  }
  // What would stick out above pushes the ones below it down again.
  let floor = top + height;
  for (const index of order.reverse()) {
    found[index] = Math.max(found[index] ?? 0, floor);
    floor = (found[index] ?? 0) + height;
  }
  return found;
}

/** From a line to its label, where that had to move away. */
function leader(plot: uPlot, limit: Limit, y: number, bottom: number): void {
  const { ctx } = plot;
  const x = plot.bbox.left + (INDENT_PX / 2) * devicePixelRatio;
  ctx.strokeStyle = limit.band ? colourOf({ code: limit.band }) : theme.colour("--ink-soft");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x, bottom - (HEIGHT_PX / 2) * devicePixelRatio);
  ctx.lineTo(x + (INDENT_PX / 2) * devicePixelRatio, bottom - (HEIGHT_PX / 2) * devicePixelRatio);
  ctx.stroke();
}

function label(plot: uPlot, text: string, bottom: number): void {
  const { ctx } = plot;
  const [inset, height] = [INSET_PX * devicePixelRatio, HEIGHT_PX * devicePixelRatio];
  const left = plot.bbox.left + INDENT_PX * devicePixelRatio;
  const shown = fitting(ctx, text, plot.bbox.width - INDENT_PX * devicePixelRatio - 2 * inset);
  ctx.fillStyle = theme.colour("--paper");
  ctx.fillRect(left, bottom - height, ctx.measureText(shown).width + 2 * inset, height - devicePixelRatio);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = theme.colour("--ink");
  ctx.fillText(shown, left + inset, bottom - height / 2);
}

function fitting(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && ctx.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length).trimEnd()}…`;
}
