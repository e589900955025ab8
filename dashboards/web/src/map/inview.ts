// The stations in view as a list, for who does not point at them: nearest to the map's centre first, in the order in
// which one would come upon them. It is one stop of the tab key; arrow keys go through it, Enter opens the card.
import { type MapConfig, text } from "./config";

export const MOST = 50;

export interface Entry {
  readonly index: number;
  readonly code: string;
  readonly line: string;
}

/** A listbox (WAI-ARIA Authoring Practices) that is seen while it has the focus. */
export class InView {
  private readonly list = document.createElement("ul");
  private entries: readonly Entry[] = [];
  private active = 0;

  /**
   * @param stepped called with the index of the station that was stepped to, or -1 when the list is left
   * @param opened called with the index of the station that is to be opened
   */
  constructor(
    parent: HTMLElement,
    config: MapConfig,
    private readonly stepped: (index: number) => void,
    private readonly opened: (index: number) => void,
  ) {
    this.list.className = "in-view unseen";
    this.list.tabIndex = 0;
    this.list.setAttribute("role", "listbox");
    this.list.ariaLabel = text(config, "nearest");
    this.list.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("focus", () => this.step(this.active));
    this.list.addEventListener("blur", () => this.stepped(-1));
    this.list.addEventListener("click", (event) => this.pick(event.target));
    parent.append(this.list);
  }

  /** Whether somebody is going through it: then it stays as it is. */
  get hasFocus(): boolean {
    return document.activeElement === this.list;
  }

  /** Show these. */
  show(entries: readonly Entry[]): void {
    this.entries = entries;
    this.active = 0;
    this.list.replaceChildren(...entries.map((entry, place) => option(entry, place)));
    this.list.hidden = entries.length === 0;
    this.list.removeAttribute("aria-activedescendant");
  }

  private press(event: KeyboardEvent): void {
    const last = this.entries.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.active + 1, ArrowRight: this.active + 1, ArrowUp: this.active - 1, ArrowLeft: this.active - 1, Home: 0, End: last,
    };
    const step = steps[event.key];
    if (step !== undefined) this.step(Math.min(last, Math.max(0, step)));
    else if (event.key === "Enter" || event.key === " ") this.open();
    else return;
    event.preventDefault();
  }

  private step(place: number): void {
    this.active = place;
    [...this.list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === place)));
    const option = this.list.children[place];
    if (option) this.list.setAttribute("aria-activedescendant", option.id);
    option?.scrollIntoView({ block: "nearest" });
    this.stepped(this.entries[place]?.index ?? -1);
  }

  private pick(target: EventTarget | null): void {
    const place = [...this.list.children].findIndex((each) => each === target);
    if (place < 0) return;
    this.step(place);
    this.open();
  }

  private open(): void {
    const entry = this.entries[this.active];
    if (entry) this.opened(entry.index);
  }
}

function option(entry: Entry, place: number): HTMLElement {
  const element = document.createElement("li");
  element.id = `in-view-${place}`;
  element.setAttribute("role", "option");
  element.ariaSelected = "false";
  element.dataset["station"] = entry.code;
  element.textContent = entry.line;
  return element;
}
