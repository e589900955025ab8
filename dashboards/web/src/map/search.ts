// The search for places and stations: a combobox with a list (WAI-ARIA Authoring Practices) over the page's own form,
// which asks the server where no row of the list is chosen.
import { type MapConfig, text } from "./config";
import { fit } from "./fold";
import type { Known } from "./loading";
import type { Place } from "./names";

const MOST = 8;
const LEAST_LETTERS = 1;

export interface Found {
  readonly text: string;
  readonly kind: "place" | "station";
  /** A place's row. */
  readonly place?: Place;
  /** A station's number. */
  readonly number?: number;
}

/** The best rows for what was typed: what begins so first, then the more important. */
export function find(typed: string, known: Known): Found[] {
  const rows: { found: Found; rank: number }[] = [];
  for (const place of known.places) {
    const rank = fit(typed, place[0]);
    if (rank !== null) rows.push({ found: { text: place[0], kind: "place", place }, rank: rank * 4 + (place[3] === "municipality" ? 1 : 0) });
  }
  for (const [number, { name }] of known.names) {
    const rank = fit(typed, name);
    if (rank !== null) rows.push({ found: { text: name, kind: "station", number }, rank: rank * 4 + 2 });
  }
  return rows.sort((one, other) => one.rank - other.rank).slice(0, MOST).map(({ found }) => found);
}

/** The search field. */
export class Search {
  private readonly list = document.createElement("ul");
  private readonly word = document.createElement("span");
  private rows: readonly Found[] = [];
  private active = -1;
  private known: Known = { places: [], names: new Map() };

  /**
   * @param know asked for when somebody comes to the field
   * @param chosen called with the row that was chosen
   */
  constructor(
    private readonly input: HTMLInputElement,
    private readonly config: MapConfig,
    private readonly know: () => Promise<Known>,
    private readonly chosen: (found: Found) => void,
  ) {
    this.list.id = "matches";
    this.list.className = "matches";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.ariaLabel = input.labels?.[0]?.textContent?.trim() ?? "";
    this.word.className = "unseen";
    this.word.setAttribute("role", "status");
    input.after(this.list, this.word);
    this.announceAsCombobox();
    // With a map, what is found is looked for there.
    input.form?.setAttribute("action", `/${config.language}/#search`);
    this.attend();
  }

  private announceAsCombobox(): void {
    const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "matches" };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
  }

  private attend(): void {
    this.input.addEventListener("focus", () => void this.learn());
    this.input.addEventListener("input", () => void this.learn().then(() => this.look()));
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    // The field keeps the focus while a row is clicked.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const place = [...this.list.children].findIndex((row) => row.contains(event.target as Node));
      this.choose(place);
    });
  }

  private async learn(): Promise<void> {
    this.known = await this.know();
  }

  private look(): void {
    const typed = this.input.value.trim();
    this.rows = typed.length < LEAST_LETTERS ? [] : find(typed, this.known);
    this.active = -1;
    this.list.replaceChildren(...this.rows.map((row, place) => this.row(row, place)));
    this.expand(this.rows.length > 0);
    const found = this.rows.length ? text(this.config, "found", { count: String(this.rows.length) }) : text(this.config, "nothingFound");
    this.word.textContent = typed ? found : "";
    this.word.className = typed && !this.rows.length ? "matches none" : "unseen";
  }

  private row({ text: name, kind }: Found, place: number): HTMLElement {
    const row = document.createElement("li");
    row.id = `match-${place}`;
    row.setAttribute("role", "option");
    row.ariaSelected = "false";
    const note = document.createElement("span");
    note.className = "kind";
    note.textContent = text(this.config, kind);
    row.append(name, " ", note);
    return row;
  }

  private press(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      if (this.list.hidden) this.input.value = "";
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.active >= 0) {
      this.choose(this.active);
    } else {
      return;
    }
    event.preventDefault();
  }

  private step(by: number): void {
    if (this.list.hidden) this.look();
    const count = this.rows.length;
    if (!count) return;
    this.active = this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count;
    [...this.list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === this.active)));
    this.input.setAttribute("aria-activedescendant", `match-${this.active}`);
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  private choose(place: number): void {
    const row = this.rows[place];
    if (!row) return;
    this.input.value = row.text;
    this.close();
    this.chosen(row);
  }

  private close(): void {
    this.active = -1;
    this.word.className = "unseen";
    this.expand(false);
  }

  private expand(isOpen: boolean): void {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.input.removeAttribute("aria-activedescendant");
  }
}
