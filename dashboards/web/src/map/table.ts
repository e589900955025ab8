// The table below the map, kept up to date with what is measured while one looks at it.
import * as bands from "../bands";
import { type Band, bandOf } from "../config";
import * as clock from "../clock";
import type { Change } from "../live";
import { Gliding, writer } from "../numbers";
import { type MapConfig, text } from "./config";
import type { Stations } from "./documents";
import { clockOf } from "./telling";

const SUSPECT = 3;
const FAILED = 4;

/** The rows of the page as it is at the moment: parts of it are swapped now and then. */
export class Table {
  private readonly clock: Intl.DateTimeFormat;
  private readonly numbers = new WeakMap<Element, Gliding>();

  constructor(private readonly config: MapConfig) {
    this.clock = clockOf(config, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }

  /** Show a new value, where its station is in the table. */
  show(change: Change): void {
    const row = document.querySelector<HTMLElement>(`tr[data-station="${CSS.escape(change.station)}"]`);
    const cell = row?.querySelector<HTMLElement>(`[data-property="${change.property}"]`);
    if (!row || !cell) return;
    this.write(cell, change);
    this.date(row, Date.parse(change.time) / 1000, change.time);
  }

  /** Show what a document says of the stations that are in the table. */
  take(stations: Stations): void {
    const rows = new Map([...stations.numbers].map((number, index) => [String(number), index]));
    for (const row of document.querySelectorAll<HTMLElement>("tr[data-number]")) {
      const index = rows.get(row.dataset["number"] ?? "") ?? -1;
      const [value, time] = [stations.values[index] ?? NaN, stations.times[index] ?? NaN];
      if (Number.isNaN(value) || Number.isNaN(time)) continue;
      const [station, quality] = [row.dataset["station"] ?? "", stations.qualities[index] ?? 1];
      const at = new Date(time * 1000).toISOString();
      this.show({ station, property: stations.property, method: "", time: at, value, quality });
    }
  }

  /** Let what has become old say so. */
  age(): void {
    for (const time of document.querySelectorAll<HTMLTimeElement>("tr[data-station] .time time")) {
      const row = time.closest("tr");
      const at = Date.parse(time.dateTime) / 1000;
      if (!row || !this.isStale(at)) continue;
      this.date(row, at, time.dateTime);
      row.querySelectorAll(".value:not(.none)").forEach((value) => value.classList.add("stale"));
      row.querySelectorAll<HTMLElement>("[data-band]").forEach((chip) => bands.label(chip, null));
    }
  }

  private isStale(time: number): boolean {
    return Math.abs(clock.now() - time) > this.config.staleAfterS;
  }

  private write(cell: HTMLElement, { property: code, value, time, quality }: Change): void {
    const property = this.config.properties[code];
    const shown = cell.querySelector<HTMLElement>("[data-value]");
    if (!property || !shown) return;
    const isStale = this.isStale(Date.parse(time) / 1000);
    this.number(shown).show(value, writer(this.config.language, property.decimals));
    shown.parentElement?.classList.remove("none");
    shown.parentElement?.classList.toggle("stale", isStale);
    cell.querySelector(".unit")?.removeAttribute("hidden");
    const own = cell.dataset["bands"];
    const scale = own ? { ...property, bands: JSON.parse(own) as Band[] } : property;
    const hasClass = !isStale && quality !== FAILED && !(property.bands[0]?.code.startsWith("level-") && !own);
    const chip = cell.querySelector<HTMLElement>("[data-band]");
    if (chip) bands.label(chip, hasClass ? bandOf(scale, value) : null);
    this.flag(cell.querySelector<HTMLElement>("[data-flag]"), quality);
  }

  private flag(element: HTMLElement | null, quality: number): void {
    if (!element) return;
    const name = quality === FAILED ? "flagFailed" : quality === SUSPECT ? "flagSuspect" : "";
    element.hidden = name === "";
    const words = element.querySelector("span:not(.sign)");
    if (words) words.textContent = name && text(this.config, name);
    const sign = element.querySelector(".sign");
    if (sign && name) sign.textContent = quality === FAILED ? "×" : "?";
  }

  private number(element: Element): Gliding {
    const known = this.numbers.get(element) ?? new Gliding(element);
    this.numbers.set(element, known);
    return known;
  }

  /** When something was measured last, and whether that says nothing of now. */
  private date(row: Element, at: number, iso: string): void {
    const cell = row.querySelector(":scope > .time");
    if (!cell) return;
    const known = Date.parse(cell.querySelector("time")?.dateTime ?? "") / 1000;
    if (known > at) return;
    const time = document.createElement("time");
    time.dateTime = iso;
    time.textContent = this.clock.format(at * 1000);
    cell.replaceChildren(time, ...(this.isStale(at) ? [` · ${text(this.config, "notCurrent")}`] : []));
  }
}
