// The last seven days below the map: a slider that plays, hour by hour; its right end is the present.
import * as clock from "../clock";
import { type MapConfig, text } from "./config";
import { clockOf } from "./telling";

const HOUR_S = 3600;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOURS = 7 * 24;
// Later than this, there is no room for a day's name.
const LAST_NAMED = HOURS - 12;
// Seven days in forty seconds: long enough to see a storm come, short enough to see it go.
const HOURS_A_SECOND = HOURS / 40;
// Ten pictures a second are motion; more would be work.
const STEP_MS = 100;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export interface Watcher {
  /** A time in Unix seconds is passed, or shown while the slider is being moved; null is the present. */
  pass(at: number | null): void;
  /** A time is there to stay. */
  rest(at: number | null): void;
  /** Whether what happened at a time is here; if not, it is asked for. */
  isReady(at: number): boolean;
}

/** The slider. */
export class Timeline {
  private readonly button = document.createElement("button");
  private readonly range = document.createElement("input");
  private readonly label = document.createElement("output");
  private readonly toNow = document.createElement("button");
  private readonly days = document.createElement("ol");
  private readonly long: Intl.DateTimeFormat;
  private readonly weekday: Intl.DateTimeFormat;
  private readonly date: Intl.DateTimeFormat;
  private readonly hour: Intl.DateTimeFormat;
  /** The full hour at the right end; `place` counts from there. */
  private end = lastHour();
  private place = HOURS;
  private frame = 0;
  private steppedAt = 0;
  private restTimer = 0;

  constructor(
    parent: HTMLElement,
    private readonly config: MapConfig,
    private readonly watcher: Watcher,
  ) {
    this.long = clockOf(config, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
    this.weekday = clockOf(config, { weekday: "short" });
    this.date = clockOf(config, { day: "numeric", month: "numeric" });
    this.hour = new Intl.DateTimeFormat("en-GB", { hour: "numeric", hourCycle: "h23", timeZone: config.timezone });
    this.build(parent);
    this.go(config.at);
    this.name();
    // The present moves on, and the days with it.
    window.setInterval(() => this.renew(), config.fastMotion ? SECOND_MS : MINUTE_MS);
  }

  /** The time shown; null is the present. */
  get at(): number | null {
    return this.timeAt(this.place);
  }

  get isPlaying(): boolean {
    return this.frame !== 0;
  }

  /** Show a time without telling anybody; outside the seven days, the end that is nearer. */
  go(at: number | null): void {
    const hours = at === null ? HOURS : HOURS - (this.end - at) / HOUR_S;
    this.place = Math.min(HOURS, Math.max(0, hours));
    this.write(at);
  }

  /** Stop playing. */
  stop(): void {
    if (!this.frame) return;
    window.cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.place = Math.round(this.place);
    this.write(this.at);
    this.dress();
    this.watcher.rest(this.at);
  }

  private build(parent: HTMLElement): void {
    Object.assign(this.range, { type: "range", min: "0", max: String(HOURS), step: "1", id: "time-shown" });
    this.range.ariaLabel = text(this.config, "time");
    Object.assign(this.button, { type: "button", className: "play" });
    Object.assign(this.toNow, { type: "button", className: "to-now", textContent: text(this.config, "present") });
    this.label.className = "shown";
    this.label.htmlFor.add("time-shown");
    // The slider says the same as it is moved.
    this.label.setAttribute("aria-live", "off");
    this.days.className = "days";
    this.days.setAttribute("aria-hidden", "true");
    const track = document.createElement("div");
    track.className = "track";
    track.append(this.range, this.days);
    parent.append(this.button, this.label, track, this.toNow);
    this.button.addEventListener("click", () => (this.isPlaying ? this.stop() : this.play()));
    this.toNow.addEventListener("click", () => this.choose(HOURS));
    this.range.addEventListener("input", () => this.choose(Number(this.range.value)));
    this.dress();
  }

  private timeAt(place: number): number | null {
    return place >= HOURS ? null : this.end - (HOURS - place) * HOUR_S;
  }

  /** Somebody has moved it: what is passed is shown at once, the rest when it stands still. */
  private choose(place: number): void {
    window.cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.place = place;
    this.write(this.at);
    this.dress();
    this.watcher.pass(this.at);
    window.clearTimeout(this.restTimer);
    this.restTimer = window.setTimeout(() => this.watcher.rest(this.at), 300);
  }

  private play(): void {
    window.clearTimeout(this.restTimer);
    this.renew();
    if (this.place >= HOURS) this.place = 0;
    this.steppedAt = performance.now();
    this.frame = window.requestAnimationFrame((now) => this.turn(now));
    this.dress();
  }

  private turn(now: number): void {
    this.frame = window.requestAnimationFrame((next) => this.turn(next));
    const passed = now - this.steppedAt;
    const least = calm.matches ? 1000 / HOURS_A_SECOND : STEP_MS;
    if (passed < least) return;
    // A page that was hidden goes on where it was.
    const hours = calm.matches ? 1 : (Math.min(passed, 3 * STEP_MS) / 1000) * HOURS_A_SECOND;
    const place = Math.min(HOURS, this.place + hours);
    this.steppedAt = now;
    if (place < HOURS && !this.watcher.isReady(this.timeAt(place) ?? this.end)) return;
    this.place = place;
    this.write(this.at);
    if (place >= HOURS) this.stop();
    else this.watcher.pass(this.at);
  }

  private write(at: number | null): void {
    const words = at === null ? text(this.config, "present") : this.long.format(at * 1000);
    this.range.value = String(this.place);
    this.range.style.setProperty("--passed", `${(this.place / HOURS) * 100}%`);
    this.range.setAttribute("aria-valuetext", words);
    if (this.label.textContent !== words) this.label.textContent = words;
    this.toNow.disabled = at === null;
  }

  private dress(): void {
    this.button.ariaLabel = text(this.config, this.isPlaying ? "pause" : "play");
    this.button.title = this.button.ariaLabel;
    this.button.dataset["state"] = this.isPlaying ? "playing" : "paused";
  }

  /** Let the right end be the present again. The time shown stays; it is farther from there now. */
  private renew(): void {
    const end = lastHour();
    if (end === this.end) return;
    const { at } = this;
    this.end = end;
    this.go(at);
    this.name();
  }

  /** The names of the days below the slider, each where it begins. */
  private name(): void {
    const marks: HTMLElement[] = [];
    for (let place = 0; place < LAST_NAMED; place += 1) {
      const time = (this.end - (HOURS - place) * HOUR_S) * 1000;
      if (Number(this.hour.format(time)) === 0) marks.push(this.mark(place, time));
    }
    this.days.replaceChildren(...marks);
  }

  private mark(place: number, time: number): HTMLElement {
    const mark = document.createElement("li");
    const date = document.createElement("span");
    date.className = "date";
    date.textContent = this.date.format(time);
    mark.style.setProperty("--at", String(place / HOURS));
    mark.append(this.weekday.format(time), " ", date);
    return mark;
  }
}

/** The full hour before the present, in Unix seconds. */
function lastHour(): number {
  return Math.floor(clock.now() / HOUR_S) * HOUR_S;
}
