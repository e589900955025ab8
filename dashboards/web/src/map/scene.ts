// The stations on the map as they are now: where, how large, in which order; and how they move from one value to the next.
import type { Property } from "../config";
import type { Atlas } from "./atlas";
import type { Stations } from "./documents";
import { Instances } from "./layers";
import { Labels, Looks } from "./looks";
import * as mercator from "./mercator";
import type { Palette } from "./palette";
import * as placing from "./placing";

const DOT_PX = { least: 2.2, most: 5.5 };
// How close circles may come, in their own widths: the more stations there are, the more room each gets.
const CLOSENESS = { least: 0.96, most: 1.7 };
const GLIDE_MS = 800;
const NEWS_MS = 1600;
const GROWTH_MS = 90;
const SETTLED_PX = 0.1;
// Zooming in goes through many zooms; who is a circle is asked again after so much of it.
const ZOOM_STEP = 0.08;
const CHOSEN = 2;
// A circle whose value is about to be stale is so much smaller.
const AGED_SHRINK = 0.16;

interface Glide {
  readonly from: number;
  readonly to: number;
  readonly start: number;
}

/** West, north, east and south of a part of the map, in Mercator units. */
export type Window = readonly [west: number, north: number, east: number, south: number];

/** All stations of a property. */
export class Scene {
  /** What is shown: a value that glides is on its way to the station's. */
  readonly shown: Float64Array;
  private readonly places: Float32Array;
  private readonly xs: Float64Array;
  private readonly ys: Float64Array;
  private looks: Looks;
  private isCircle: Uint8Array;
  private radii: Float32Array;
  private order: Uint32Array = new Uint32Array();
  private zoom = NaN;
  private spacing = 1;
  private frameAt = 0;
  private readonly glides = new Map<number, Glide>();
  private readonly news = new Map<number, number>();
  private chosen = -1;

  constructor(
    readonly stations: Stations,
    readonly property: Property,
    private readonly labels: Labels,
    private readonly atlas: Atlas,
    palette: Palette,
    private readonly staleAfterS: number,
    readonly radiusPx: number,
    origin: readonly [number, number],
  ) {
    const count = stations.numbers.length;
    placing.partTwins(stations.longitudes, stations.latitudes);
    this.xs = Float64Array.from(stations.longitudes, mercator.x);
    this.ys = Float64Array.from(stations.latitudes, mercator.y);
    this.places = new Float32Array(count * 2);
    this.xs.forEach((x, index) => this.places.set([x - origin[0], (this.ys[index] ?? 0) - origin[1]], index * 2));
    this.shown = stations.values.slice();
    this.isCircle = new Uint8Array(count);
    this.radii = new Float32Array(count);
    this.looks = this.dressed(palette);
  }

  /** Take the colours of another theme. */
  repaint(palette: Palette, now: number): void {
    this.looks = this.dressed(palette);
    this.restyle(now);
  }

  /** Look at all values again, at a time in Unix seconds; `keep` lets circles stay circles while time runs. */
  restyle(now: number, keep = false): void {
    this.looks.dressAll(this.shown, now, keep ? this.isCircle : null);
    this.order = placing.byImportance(this.looks.importance);
    this.zoom = NaN;
  }

  /** A new value of a station has arrived; it glides there from the one before. */
  renew(index: number, value: number, time: number, quality: number, isCalm: boolean): void {
    if (time < (this.stations.times[index] ?? NaN)) return;
    this.stations.values[index] = value;
    this.stations.times[index] = time;
    this.stations.qualities[index] = quality;
    this.glide(index, value, isCalm);
  }

  /** Show values that were all measured at one time. */
  pass(values: Float64Array, time: number): void {
    this.glides.clear();
    this.news.clear();
    this.shown.set(values);
    this.stations.values.set(values);
    this.stations.times.fill(time);
    this.stations.qualities.fill(1);
    this.restyle(time, true);
  }

  private glide(index: number, to: number, isCalm: boolean): void {
    const from = this.shown[index] ?? NaN;
    if (isCalm || Number.isNaN(from) || Number.isNaN(to)) {
      this.shown[index] = to;
      return;
    }
    this.glides.set(index, { from, to, start: performance.now() });
    this.news.set(index, performance.now());
  }

  /** Ring a station, or none. */
  choose(index: number): void {
    this.chosen = index;
  }

  /** Whether a station has a circle here, and whose it is that covers it if not, is a matter of zoom alone. */
  place(zoom: number): void {
    if (Math.abs(zoom - this.zoom) < ZOOM_STEP) return;
    this.zoom = zoom;
    const scale = mercator.worldPx(zoom);
    const distance = 2 * this.radiusPx * this.closeness(scale);
    this.isCircle = placing.circles(this.xs, this.ys, this.order, distance / scale);
  }

  /** The places of circles in Mercator units. */
  circlePlaces(): [number, number][] {
    return [...this.order].filter((each) => this.isCircle[each]).map((each) => [this.xs[each] ?? 0, this.ys[each] ?? 0]);
  }

  /** One frame of what moves; whether anything still does. `now` is the time shown in Unix seconds. */
  step(now: number, isCalm: boolean): boolean {
    const at = performance.now();
    const share = isCalm || !this.frameAt ? 1 : 1 - Math.exp((this.frameAt - at) / GROWTH_MS);
    this.frameAt = at;
    for (const [index, glide] of this.glides) this.advance(index, glide, at, now);
    for (const [index, start] of this.news) if (at - start > NEWS_MS) this.news.delete(index);
    const isGrowing = this.grow(share);
    if (!isGrowing && !this.glides.size && !this.news.size) this.frameAt = 0;
    return isGrowing || this.glides.size + this.news.size > 0;
  }

  /** What the painter needs of the stations within a window; the first `circlesFrom` are dots. */
  instances(window: Window): { instances: Instances; circlesFrom: number } {
    const seen = this.order.filter((index) => this.isWithin(index, window));
    const instances = new Instances(seen.length);
    let next = 0;
    const isLarge = (index: number): boolean => (this.radii[index] ?? 0) > this.dotPx + 0.5 || this.newsOf(index) > 0;
    // The most important is painted last, over all others.
    for (let place = seen.length - 1; place >= 0; place -= 1) {
      const index = seen[place] ?? 0;
      if (!isLarge(index)) this.write(instances, next++, index);
    }
    const circlesFrom = next;
    for (let place = seen.length - 1; place >= 0; place -= 1) {
      const index = seen[place] ?? 0;
      if (isLarge(index)) this.write(instances, next++, index);
    }
    return { instances, circlesFrom };
  }

  /** The station at a point of the map, or -1: of circles the topmost, of dots the nearest one within reach. */
  at(x: number, y: number, reachPx: number): number {
    const scale = mercator.worldPx(this.zoom);
    let [best, nearest] = [-1, reachPx];
    for (const index of this.order) {
      const distance = Math.hypot((this.xs[index] ?? 0) - x, (this.ys[index] ?? 0) - y) * scale;
      if (this.isCircle[index] && distance <= this.radiusPx + 1) return index;
      if (distance < nearest) [best, nearest] = [index, distance];
    }
    return best;
  }

  /** The stations within a window of the map, the nearest to its centre first, at most so many. */
  near(window: Window, most: number): number[] {
    const [west, north, east, south] = window;
    const [x, y] = [(west + east) / 2, (north + south) / 2];
    const far = (index: number): number => Math.hypot((this.xs[index] ?? 0) - x, (this.ys[index] ?? 0) - y);
    const inside = [...this.order.filter((index) => this.isWithin(index, window))];
    return inside.sort((one, other) => far(one) - far(other)).slice(0, most);
  }

  private isWithin(index: number, [west, north, east, south]: Window): boolean {
    const [x, y] = [this.xs[index] ?? 0, this.ys[index] ?? 0];
    return x >= west && x <= east && y >= north && y <= south;
  }

  private get dotPx(): number {
    return Math.min(DOT_PX.most, Math.max(DOT_PX.least, this.spacing * 0.28));
  }

  private dressed(palette: Palette): Looks {
    return new Looks(this.stations, this.property, palette, this.labels, this.atlas, this.staleAfterS);
  }

  /** How many circles' widths apart circles are; also learns how crowded it is at this scale. */
  private closeness(scale: number): number {
    const extent = (places: Float64Array): number => Math.max(1e-9, places.reduce(max, 0) - places.reduce(min, 1)) * scale;
    this.spacing = Math.sqrt((extent(this.xs) * extent(this.ys)) / Math.max(1, this.xs.length));
    return Math.min(CLOSENESS.most, Math.max(CLOSENESS.least, 1.9 - this.spacing / (2 * this.radiusPx)));
  }

  private advance(index: number, { from, to, start }: Glide, at: number, now: number): void {
    const part = Math.min(1, (at - start) / GLIDE_MS);
    this.shown[index] = from + (to - from) * (1 - (1 - part) ** 3);
    this.looks.dress(index, this.shown[index] ?? NaN, now);
    if (part === 1) this.glides.delete(index);
  }

  /** Let circles grow and shrink towards the size they are to have; whether any still does. */
  private grow(share: number): boolean {
    let moves = false;
    for (let index = 0; index < this.radii.length; index += 1) {
      const target = this.isCircle[index] ? this.radiusPx * (1 - AGED_SHRINK * (this.looks.aged[index] ?? 0)) : this.dotPx;
      const missing = target - (this.radii[index] ?? 0);
      const isThere = Math.abs(missing) < SETTLED_PX;
      this.radii[index] = isThere ? target : (this.radii[index] ?? 0) + missing * share;
      moves ||= !isThere && share < 1;
    }
    return moves;
  }

  private newsOf(index: number): number {
    if (index === this.chosen) return CHOSEN;
    const start = this.news.get(index);
    return start === undefined ? 0 : Math.min(0.999, (performance.now() - start) / NEWS_MS);
  }

  private write({ floats, bytes }: Instances, place: number, index: number): void {
    const [float, byte, four] = [place * Instances.FLOATS, place * Instances.BYTES, index * 4];
    floats[float] = this.places[index * 2] ?? 0;
    floats[float + 1] = this.places[index * 2 + 1] ?? 0;
    for (let part = 0; part < 4; part += 1) {
      bytes[byte + 8 + part] = this.looks.fills[four + part] ?? 0;
      bytes[byte + 12 + part] = this.looks.inks[four + part] ?? 0;
      bytes[byte + 16 + part] = this.looks.labels[four + part] ?? 0;
    }
    floats[float + 5] = this.radii[index] ?? 0;
    floats[float + 6] = this.newsOf(index);
  }
}

function max(one: number, other: number): number {
  return Math.max(one, other);
}

function min(one: number, other: number): number {
  return Math.min(one, other);
}
