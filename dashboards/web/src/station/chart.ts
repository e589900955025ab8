// The chart: one quantity over a span, its lines or bars; a reading line that pointer and arrow keys move.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { writer } from "../numbers";
import * as theme from "../theme";
import * as axes from "./axes";
import { type Course, type Points, points, UNSURE } from "./course";
import * as paint from "./paint";
import * as strokes from "./strokes";

const WIDE_PX = 640;
const PAGE = 10;

/** A chart in an element; it follows the element's width, the reader's theme, and new values. */
export class Chart {
  private plot: uPlot | null = null;
  private points: Points;
  /** Where in the course the reading line is; null where there is none. */
  private place: number | null = null;
  /** What stands there while nothing is read. */
  private extent: string;

  constructor(
    private readonly element: HTMLElement,
    private readonly reading: HTMLElement,
    private readonly language: string,
    private course: Course,
  ) {
    this.points = points(course);
    this.extent = reading.textContent ?? "";
    theme.onChange(() => this.draw());
    new ResizeObserver(() => this.resize()).observe(element);
    element.addEventListener("keydown", (event) => this.press(event));
    element.addEventListener("focus", () => this.read(this.place ?? this.course.times.length - 1));
    element.addEventListener("blur", () => this.read(null));
    this.draw();
  }

  /** Show what has come; the reading line stays at its time. */
  show(course: Course, extent: string): void {
    this.extent = extent;
    const time = this.place === null ? undefined : this.course.times[this.place];
    this.course = course;
    this.points = points(course);
    this.draw();
    const place = time === undefined ? -1 : course.times.findIndex((each) => each >= time);
    this.read(place < 0 ? null : place);
  }

  private draw(): void {
    this.plot?.destroy();
    const data = [this.points.times, ...this.points.values] as uPlot.AlignedData;
    this.plot = new uPlot(this.options(), data, this.element);
    this.element.setAttribute("aria-valuemax", String(Math.max(0, this.course.times.length - 1)));
    this.element.dataset["state"] = "drawn";
  }

  private resize(): void {
    const size = this.size();
    if (this.plot && size.width && size.width !== this.plot.width) this.plot.setSize(size);
  }

  private size(): { width: number; height: number } {
    const width = this.element.clientWidth;
    return { width, height: width >= WIDE_PX ? 360 : 280 };
  }

  private options(): uPlot.Options {
    const { course } = this;
    const font = `13px ${getComputedStyle(document.body).fontFamily}`;
    const grid = { stroke: theme.colour("--rule"), width: 1 };
    const axis = { stroke: theme.colour("--ink-soft"), font, grid, ticks: { show: false } };
    const tick = axes.ticks(course, this.language);
    const write = (value: number) => value.toLocaleString(this.language);
    return {
      ...this.size(),
      legend: { show: false },
      padding: [22, 26, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      tzDate: (time) => uPlot.tzDate(new Date(time * 1000), course.timezone),
      scales: { x: { range: () => [course.since, course.until] }, y: { range: () => axes.range(course) } },
      axes: [
        { ...axis, grid: { show: false }, values: (_, times, __, ___, apart) => tick(times, apart), space: 64, size: 32 },
        { ...axis, values: (_, values) => values.map(write), size: 56, ...(course.decimals === 0 ? { incrs: axes.WHOLE } : {}) },
      ],
      series: [{}, ...course.lines.map((_, index) => this.line(index))],
      hooks: {
        drawClear: [(plot) => paint.behind(plot, course)],
        draw: [(plot) => paint.before(plot, course, this.language)],
        // Before a plot is ready nothing lies anywhere in it: what is read stays as it is, and is marked then.
        setCursor: [(plot) => plot.status && this.point(plot)],
        ready: [(plot) => this.move(plot, this.place)],
      },
    };
  }

  private line(index: number): uPlot.Series {
    const stroke = strokes.colour(index);
    const bars = uPlot.paths.bars?.({ size: [0.9, 48], gap: 1, radius: 0.12 });
    if (this.course.isSum) return { stroke, fill: stroke, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
    return {
      stroke,
      width: 2,
      dash: strokes.dash(index),
      spanGaps: false,
      // A value between two gaps has no line: it is a dot.
      points: { size: 5, fill: stroke, filter: (_, series) => this.alone(series - 1) },
    };
  }

  private alone(index: number): number[] {
    const values = this.points.values[index] ?? [];
    return values.flatMap((value, n) => (value != null && values[n - 1] == null && values[n + 1] == null ? [n] : []));
  }

  /** Read what is under the pointer. */
  private point(plot: uPlot): void {
    const index = plot.cursor.idx;
    if (index == null) return this.read(document.activeElement === this.element ? this.place : null, false);
    this.read(this.points.places[index] ?? null, false);
  }

  private press(event: KeyboardEvent): void {
    const last = this.course.times.length - 1;
    const at = this.place ?? last;
    const places: Record<string, number> = {
      ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1,
      PageDown: at - PAGE, PageUp: at + PAGE, Home: 0, End: last,
    };
    const place = places[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.read(Math.min(last, Math.max(0, place)));
  }

  /** Read a value aloud: in the line below the chart, and to those who hear the page. */
  private read(place: number | null, moves = true): void {
    this.place = place;
    const text = place === null ? "" : this.said(place);
    this.reading.textContent = text || this.extent;
    this.element.setAttribute("aria-valuenow", String(place ?? 0));
    this.element.setAttribute("aria-valuetext", text);
    if (moves && this.plot?.status) this.move(this.plot, place);
  }

  private move(plot: uPlot, place: number | null): void {
    const time = place === null ? undefined : this.course.times[place];
    const left = time === undefined ? -10 : plot.valToPos(time + this.course.stepS / 2, "x");
    plot.setCursor({ left, top: time === undefined ? -10 : 1 }, false);
  }

  /** A time and what each line has there: “Fri 20 Nov, 14:05: 12.3 µg/m³, corrected for humidity 10.1 µg/m³”. */
  private said(place: number): string {
    const { course } = this;
    const write = writer(this.language, course.decimals);
    const time = axes.sayer(course, this.language)(course.times[place] ?? 0);
    const values = course.lines.map((line) => {
      const name = course.lines.length > 1 ? `${line.name} ` : "";
      const value = line.values[place];
      return name + (value == null ? this.doubt(line, place) : `${write(value)} ${course.unit}${this.ends(line, place)}`);
    });
    return `${time}: ${values.join(", ")}`;
  }

  /** Of a mean, the least and the most. */
  private ends(line: Course["lines"][number], place: number): string {
    const [low, high] = [line.lows[place], line.highs[place]];
    const write = writer(this.language, this.course.decimals);
    return low == null || high == null ? "" : ` (${write(low)} – ${write(high)})`;
  }

  /** Of a place without a value that counts: what was measured, and that it is not believed. */
  private doubt(line: Course["lines"][number], place: number): string {
    const { texts, unit, decimals, times } = this.course;
    const [, value, quality] = line.doubtful.find(([time]) => time === times[place]) ?? [];
    if (value === undefined) return texts.noData;
    const why = quality !== UNSURE ? texts.failed : line.isComputed ? texts.unsure : texts.suspect;
    return `${writer(this.language, decimals)(value)} ${unit} (${why})`;
  }
}
