// A station's card on the map: what it measured, and the way to its page.
import { type Map as MapLibre, Popup } from "maplibre-gl";
import * as bands from "../bands";
import { type MapConfig, text } from "./config";
import type { Told } from "./telling";

/** The one card of the map. */
export class Card {
  private popup: Popup | null = null;
  private body = document.createElement("div");
  private before: HTMLElement | null = null;

  constructor(
    private readonly map: MapLibre,
    private readonly config: MapConfig,
    private readonly closed: () => void,
  ) {}

  /** Open it at a place, beside a circle of this radius; the focus goes in, and back when it closes. */
  open(told: Told, property: string, place: [number, number], radiusPx: number): void {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const comesFromCard = this.popup?.getElement()?.contains(before) ?? false;
    const back = comesFromCard ? this.before : before;
    this.close();
    this.before = back;
    this.body = document.createElement("div");
    this.fill(told, property);
    const options = { offset: radiusPx + 4, closeOnClick: false, focusAfterOpen: false, maxWidth: "17rem", className: "station-card" };
    this.popup = new Popup(options).setLngLat(place).setDOMContent(this.body).addTo(this.map);
    this.attend(this.popup);
  }

  /** Show what is new of the same station. */
  fill(told: Told, property: string): void {
    const link = document.createElement("a");
    link.href = `/${this.config.language}/stations/${told.code}?property=${property}`;
    link.textContent = text(this.config, "toStation");
    const name = part("h3", "name", told.name);
    name.id = "card-name";
    const rows = [name, this.value(told), this.time(told), part("p", "doubt", told.doubt), part("p", "more", "", [link])];
    const badge = told.simulated ? [part("span", "simulation", text(this.config, "simulation"))] : [];
    name.append(...badge.flatMap((each) => [" ", each]));
    const hadFocus = this.body.contains(document.activeElement);
    this.body.replaceChildren(...rows.filter((row) => row.textContent));
    if (hadFocus) link.focus();
  }

  /** Close it, if it is open; the focus goes back to where it came from. */
  close(): void {
    this.popup?.remove();
  }

  private attend(popup: Popup): void {
    const element = popup.getElement();
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-labelledby", "card-name");
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    popup.on("close", () => this.leave(element));
    this.body.querySelector("a")?.focus({ preventScroll: true });
  }

  private leave(element: HTMLElement): void {
    const isInside = element.contains(document.activeElement) || document.activeElement === document.body;
    const before = this.before;
    this.popup = null;
    this.before = null;
    this.closed();
    if (isInside && before?.isConnected) before.focus({ preventScroll: true });
  }

  private value(told: Told): HTMLElement {
    const chip = part("span", "band", "");
    bands.label(chip, told.band);
    const number = part("span", told.isCurrent ? "value" : "value stale", told.value);
    if (told.value !== "–") number.append(" ", part("span", "unit", told.unit));
    return part("p", "reading", "", [number, " ", chip]);
  }

  private time(told: Told): HTMLElement {
    if (!told.time) return part("p", "time", text(this.config, "noValue"));
    const time = document.createElement("time");
    time.dateTime = told.timeIso;
    time.textContent = text(this.config, "measuredAt", { time: told.time });
    return part("p", "time", "", told.isCurrent ? [time] : [time, ` · ${text(this.config, "notCurrent")}`]);
  }
}

function part(tag: string, className: string, words: string, children: readonly (Node | string)[] = []): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = words;
  element.append(...children);
  return element;
}
