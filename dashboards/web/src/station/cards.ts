// The cards of the newest values: each number at once when it arrives, and what it means once the server has said so.
import * as bands from "../bands";
import * as clock from "../clock";
import { bandOf, type Band, type Config } from "../config";
import type { Change } from "../live";
import { Gliding, writer } from "../numbers";

export interface StationConfig extends Config {
  /** The classes of a gauge's levels. */
  readonly levels: readonly Band[];
  readonly live: string;
  /** The part of the page that changes with what is measured. */
  readonly fragment: string;
}

// What stands on a card beside its number, and follows from it.
const PARTS = ["[data-flag]", "[data-trend]", "[data-meaning]", "[data-quality]", "[data-journey]"];

/** The cards below an element. */
export class Cards {
  private readonly numbers = new WeakMap<Element, Gliding>();

  constructor(
    private readonly root: Element,
    private readonly config: StationConfig,
  ) {}

  /** A value that has just arrived. */
  show(change: Change): void {
    const card = this.card(change.property);
    const property = this.config.properties[change.property];
    if (!card || !property || Date.parse(change.failed ?? change.time) < this.time(card)) return;
    this.number(card, change.value, property.decimals);
    this.label(card, change.property, change.value);
    this.date(card, change.time);
  }

  /** Take over what the server says of every value. */
  take(fresh: ParentNode): void {
    for (const card of this.cards()) {
      const other = fresh.querySelector<HTMLElement>(`[data-property="${card.dataset["property"]}"]`);
      if (other && this.time(other) >= this.time(card)) this.replace(card, other);
    }
  }

  /** Say of each value that has grown too old that it says nothing of now. */
  age(): void {
    for (const card of this.cards()) {
      const time = this.time(card);
      if (!Number.isNaN(time) && this.isStale(time)) this.grow(card);
    }
  }

  private cards(): NodeListOf<HTMLElement> {
    return this.root.querySelectorAll<HTMLElement>("[data-property]");
  }

  private card(property: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-property="${property}"]`);
  }

  private replace(card: HTMLElement, other: HTMLElement): void {
    for (const part of [...PARTS, ".value", "[data-band]", ".time"]) {
      const [old, fresh] = [card.querySelector(part), other.querySelector(part)];
      if (old && fresh && old.outerHTML !== fresh.outerHTML) old.replaceWith(fresh);
    }
    card.className = other.className;
  }

  private number(card: Element, value: number, decimals: number): void {
    const element = card.querySelector("[data-value]");
    if (!element) return;
    const known = this.numbers.get(element) ?? new Gliding(element);
    this.numbers.set(element, known);
    known.show(value, writer(this.config.language, decimals));
    element.parentElement?.classList.remove("none", "stale");
    card.querySelector(".unit")?.removeAttribute("hidden");
  }

  private label(card: HTMLElement, code: string, value: number): void {
    const property = this.config.properties[code];
    const chip = card.querySelector<HTMLElement>("[data-band]");
    if (!property || !chip) return;
    const own = code === "water_level" ? this.config.levels : property.bands;
    const band = bandOf({ ...property, bands: own }, value);
    bands.label(chip, band);
    bands.colour(card, band);
  }

  private date(card: Element, time: string): void {
    const locale = this.config.language === "en" ? "en-GB" : this.config.language;
    const format = new Intl.DateTimeFormat(locale, {
      day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: this.config.timezone,
    });
    const element = document.createElement("time");
    element.dateTime = time;
    element.textContent = format.format(new Date(time));
    card.querySelector(".time")?.replaceChildren(element);
  }

  private grow(card: HTMLElement): void {
    const value = card.querySelector(".value");
    if (!value || value.classList.contains("stale")) return;
    value.classList.add("stale");
    const chip = card.querySelector<HTMLElement>("[data-band]");
    if (chip) bands.label(chip, null);
    bands.colour(card, null);
    for (const part of ["[data-trend]", "[data-meaning]"]) card.querySelector(part)?.setAttribute("hidden", "");
    card.querySelector(".time")?.append(` · ${this.config.texts["notCurrent"]}`);
  }

  /** When a card's value was measured, in milliseconds; NaN where there is none. */
  private time(card: Element): number {
    return Date.parse(card.querySelector("time")?.dateTime ?? "");
  }

  private isStale(time: number): boolean {
    return Math.abs(clock.now() - time / 1000) > this.config.staleAfterS;
  }
}
