// Values that the server has written into the page (table, cards), kept up to date in place.
import * as bands from "./bands";
import { bandOf, type Config } from "./config";
import { Gliding, writer } from "./numbers";
import { isCurrent, type Latest, type Station } from "./stations";

/** The values of one station within an element: everything below it that carries `data-property`. */
export class Values {
  private readonly numbers = new Map<Element, Gliding>();
  private readonly clock: Intl.DateTimeFormat;

  constructor(
    private readonly root: Element,
    private readonly config: Config,
  ) {
    const locale = config.language === "en" ? "en-GB" : config.language;
    this.clock = new Intl.DateTimeFormat(locale, {
      day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: config.timezone,
    });
  }

  /** Show what is newest. */
  show(station: Station): void {
    for (const cell of this.cells()) this.update(cell, station);
    const byTime = Object.values(station.properties.latest).sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
    const newest = byTime.at(-1);
    if (newest) this.date(this.root.querySelector(":scope > .time"), newest);
  }

  private cells(): NodeListOf<HTMLElement> {
    return this.root.querySelectorAll<HTMLElement>("[data-property]");
  }

  private update(cell: HTMLElement, station: Station): void {
    const code = cell.dataset["property"] ?? "";
    const latest = station.properties.latest[code];
    const property = this.config.properties[code];
    const value = cell.querySelector<HTMLElement>("[data-value]");
    if (!latest || !property || !value) return;
    const isStale = !isCurrent(latest, this.config.staleAfterS);
    this.number(value).show(latest.value, writer(this.config.language, property.decimals));
    value.parentElement?.classList.remove("none");
    value.parentElement?.classList.toggle("stale", isStale);
    cell.querySelector(".unit")?.removeAttribute("hidden");
    const chip = cell.querySelector<HTMLElement>("[data-band]");
    if (chip) bands.label(chip, isStale ? null : bandOf(property, latest.value));
    this.date(cell.querySelector(".time"), latest);
  }

  private number(element: Element): Gliding {
    const known = this.numbers.get(element) ?? new Gliding(element);
    this.numbers.set(element, known);
    return known;
  }

  /** When a value was measured, and whether that says nothing of now. */
  private date(element: Element | null, latest: Latest): void {
    if (!element) return;
    const time = document.createElement("time");
    time.dateTime = latest.time;
    time.textContent = this.clock.format(new Date(latest.time));
    const words = isCurrent(latest, this.config.staleAfterS) ? [] : [` · ${this.config.texts["notCurrent"]}`];
    element.replaceChildren(time, ...words);
  }
}
