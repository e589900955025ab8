// The chart of a day: one property, the bands of its scale behind it, in light and in dark.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import * as bands from "../bands";
import type { Property, StationConfig } from "../config";
import { writer } from "../numbers";
import { type Observation, type Points, points } from "./series";
import * as theme from "../theme";

const DAY_S = 24 * 3600;
const LEAST_SPAN = 2;
// Steps of an axis that has no decimals.
const WHOLE = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1000, 10_000, 100_000].map((power) => digit * power)).sort((a, b) => a - b);
const BAND_OPACITY = 0.16;
const WIDE_PX = 640;
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

/** A chart in an element; it follows the element's width. */
export class Chart {
  private plot: uPlot | null = null;
  private observations: readonly Observation[] = [];
  private property: Property | null = null;

  constructor(
    private readonly element: HTMLElement,
    private readonly config: StationConfig,
    private readonly caption: (text: string) => void,
  ) {
    theme.onChange(() => this.draw());
    new ResizeObserver(() => this.resize()).observe(element);
  }

  /** Draw a property's day. */
  show(property: Property, observations: readonly Observation[]): void {
    const isSame = property === this.property && this.plot !== null;
    [this.property, this.observations] = [property, observations];
    if (isSame) this.plot?.setData(this.points());
    else this.draw();
    this.describe(null);
  }

  private draw(): void {
    this.plot?.destroy();
    if (!this.property) return;
    this.plot = new uPlot(this.options(this.property), this.points(), this.element);
    this.element.dataset["state"] = "drawn";
  }

  private points(): Points {
    return points(this.observations, this.config.shortestGapS);
  }

  private resize(): void {
    const size = this.size();
    if (this.plot && size.width && size.width !== this.plot.width) this.plot.setSize(size);
  }

  private size(): { width: number; height: number } {
    const width = this.element.clientWidth;
    return { width, height: width >= WIDE_PX ? 340 : 260 };
  }

  private options(property: Property): uPlot.Options {
    const ink = theme.colour("--ink-soft");
    const line = theme.colour("--accent");
    const grid = { stroke: theme.colour("--rule"), width: 1 };
    const font = `13px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: ink, font, grid, ticks: { show: false } };
    const steps = property.decimals === 0 ? { incrs: WHOLE } : {};
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, fill: line } },
      tzDate: (time) => uPlot.tzDate(new Date(time * 1000), this.config.timezone),
      scales: { x: { range: lastDay }, y: { range: (_, low, high) => around(low, high, property) } },
      axes: [
        { ...axis, values: (_, times) => times.map(this.clock(CLOCK)), space: 64, size: 32 },
        { ...axis, values: (_, values) => values.map((value) => value.toLocaleString(this.config.language)), size: 52, ...steps },
      ],
      series: [{}, { stroke: line, width: 2, spanGaps: false, points: { show: false } }],
      hooks: {
        drawClear: [(plot) => drawBands(plot, property)],
        setCursor: [(plot) => this.describe(plot.cursor.idx ?? null)],
      },
    };
  }

  private clock(parts: Intl.DateTimeFormatOptions): (time: number) => string {
    const locale = this.config.language === "en" ? "en-GB" : this.config.language;
    const format = new Intl.DateTimeFormat(locale, { ...parts, timeZone: this.config.timezone });
    return (time) => format.format(new Date(time * 1000));
  }

  /** Say the value under the pointer, or the span of the day. */
  private describe(index: number | null): void {
    const property = this.property;
    if (!property) return;
    const write = writer(this.config.language, property.decimals);
    const [times, values] = this.points();
    const known = values.filter((value) => value !== null);
    if (!known.length) return this.caption(`${property.name}: ${this.config.texts["noData"]}`);
    const value = index === null ? null : values[index];
    const time = index === null ? undefined : times[index];
    const [low, high] = known.reduce(([a, b], each) => [Math.min(a, each), Math.max(b, each)], [Infinity, -Infinity]);
    const span = `${write(low)} – ${write(high)}`;
    const at = time === undefined ? "" : this.clock(CLOCK)(time);
    const said = value == null ? span : `${at}  ${write(value)}`;
    this.caption(`${property.name}: ${said} ${property.unit}`);
  }
}

function lastDay(): [number, number] {
  const now = Date.now() / 1000;
  return [now - DAY_S, now];
}

/** Room around the values; what cannot be negative begins at zero. */
function around(low: number | null, high: number | null, property: Property): [number, number] {
  const [bottom, top] = [low ?? 0, high ?? 1];
  if (property.unit === "µg/m³") return [0, Math.max(top * 1.15, 10)];
  const room = Math.max((top - bottom) * 0.15, (LEAST_SPAN - (top - bottom)) / 2);
  const least = bottom >= 0 && property.unit !== "°C" ? 0 : -Infinity;
  return [Math.max(least, bottom - room), top + room];
}

/** The scale's bands as faint stripes behind the line. */
function drawBands(plot: uPlot, property: Property): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  let lower = -Infinity;
  ctx.save();
  ctx.globalAlpha = BAND_OPACITY;
  for (const band of property.bands) {
    const upper = band.upper ?? Infinity;
    const y = (value: number) => Math.min(top + height, Math.max(top, plot.valToPos(value, "y", true)));
    const [from, to] = [lower === -Infinity ? top + height : y(lower), upper === Infinity ? top : y(upper)];
    ctx.fillStyle = bands.colourOf(band);
    ctx.fillRect(left, to, width, Math.max(0, from - to));
    lower = upper;
  }
  ctx.restore();
}
