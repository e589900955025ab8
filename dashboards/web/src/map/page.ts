// The map page: what it shows stands in its address; scripts only make it quicker than asking for the page again.
import * as clock from "../clock";
import { read } from "../config";
import * as address from "./address";
import type { MapConfig } from "./config";
import { Documents } from "./loading";
import { Following } from "./following";
import { takeAnchor } from "./here";
import { Picture } from "./picture";
import { Search } from "./search";
import * as status from "../status";
import { Swap } from "./swap";
import { Table } from "./table";
import { Timeline } from "./timeline";
import { isPassing } from "./trying";

const AGEING_MS = 20_000;
const RETRY_MS = 5000;

class MapPage {
  private readonly picture: Picture;
  private readonly documents: Documents;
  private readonly swap = new Swap();
  private readonly timeline: Timeline;
  private readonly table: Table;
  private shown: address.Shown;
  private asked = 0;

  constructor(
    container: HTMLElement,
    private readonly config: MapConfig,
  ) {
    clock.set(config);
    this.shown = { property: config.property, at: config.at };
    this.documents = new Documents(config);
    const first = this.load();
    this.table = new Table(config);
    this.picture = new Picture(container, config, this.documents);
    this.timeline = new Timeline(bar(container), config, {
      pass: (at) => this.pass(at),
      rest: (at) => void this.show({ ...this.shown, at }),
      isReady: (at) => this.documents.isReady(this.shown.property, at),
    });
    new Following(config, () => this.shown, this.picture, this.table, {
      reload: () => void this.load(),
      missed: () => void this.swap.refresh(here()),
      rain: () => void this.fallen(),
      news: () => void this.swap.refresh(config.summary),
    });
    this.attend();
    void first.then(() => this.picture.beginRest());
    window.setInterval(() => this.age(), AGEING_MS);
  }

  /** Show something else: on the map, in the address, in the rest of the page. */
  private async show(shown: address.Shown, isNew = false): Promise<void> {
    const isOther = shown.property !== this.shown.property;
    this.shown = shown;
    const href = address.write(window.location.href, shown);
    if (isNew && isOther) window.history.pushState(null, "", href);
    else window.history.replaceState(window.history.state, "", href);
    this.dress();
    await Promise.all([this.load(), this.tell()]);
  }

  /** Let the rest of the page say what is shown; what the network does not bring is asked for again. */
  private async tell(): Promise<void> {
    const { shown } = this;
    const isTold = await this.swap.show(here());
    if (shown !== this.shown) return;
    if (isTold) return status.clear("page");
    status.say("page", this.config.texts["lost"]);
    window.setTimeout(() => shown === this.shown && void this.tell(), RETRY_MS);
  }

  /** Bring what is to be shown onto the map; what the network does not bring is asked for again. */
  private async load(): Promise<void> {
    const mine = (this.asked += 1);
    const { property, at } = this.shown;
    try {
      const stations = await this.documents.stations(property, at);
      if (mine !== this.asked || this.timeline?.isPlaying) return;
      if (at === null) clock.advance(stations.at);
      this.picture.show(stations, at);
      status.clear("map");
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (mine !== this.asked) return;
      status.say("map", this.config.texts["lost"]);
      window.setTimeout(() => mine === this.asked && void this.load(), RETRY_MS);
    }
  }

  /** Rain is not told as it is measured: what has fallen in an hour, the table takes from the map's document. */
  private async fallen(): Promise<void> {
    const code = "rain_1h";
    if (!document.querySelector(`[data-swap=table] [data-property=${code}]`)) return;
    try {
      this.table.take(await this.documents.stations(code, null));
    } catch (error) {
      // The next tip asks again.
      if (!isPassing(error)) throw error;
    }
  }

  /** A time is passed on the slider. */
  private pass(at: number | null): void {
    this.asked += 1;
    if (at === null) return;
    void this.documents.frame(this.shown.property, at, this.picture.numbers).then((values) => {
      if (values && this.timeline.at === at) this.picture.pass(values, at);
    });
  }

  private attend(): void {
    for (const choice of choices()) {
      choice.addEventListener("change", () => void this.show({ ...this.shown, property: choice.value }, true));
    }
    document.addEventListener("click", (event) => this.tile(event));
    window.addEventListener("popstate", () => this.back());
    const field = document.querySelector<HTMLInputElement>("#q");
    if (field) new Search(field, this.config, () => this.documents.known(), (found) => this.picture.goTo(found));
  }

  /** A tile of the summary shows its quantity on the map. */
  private tile(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-show]") : null;
    const property = link?.dataset["show"] ?? "";
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !isPlain || !(property in this.config.properties)) return;
    event.preventDefault();
    void this.show({ ...this.shown, property }, true);
    document.getElementById("map")?.scrollIntoView({ block: "nearest" });
  }

  private back(): void {
    const asked = address.read(window.location.search);
    const shown = { property: asked.property ?? this.config.property, at: asked.at };
    if (shown.property === this.shown.property && shown.at === this.shown.at) return;
    this.timeline.go(shown.at);
    void this.show(shown);
  }

  /** Let the page's controls say what is shown. */
  private dress(): void {
    for (const choice of choices()) choice.checked = choice.value === this.shown.property;
    for (const legend of document.querySelectorAll<HTMLElement>("[data-legend]")) {
      legend.hidden = legend.dataset["legend"] !== this.shown.property;
    }
    for (const field of document.querySelectorAll<HTMLInputElement>("form input[type=hidden][name=property]")) {
      field.value = this.shown.property;
    }
  }

  private age(): void {
    if (this.shown.at !== null || this.timeline.isPlaying) return;
    this.picture.age();
    this.table.age();
  }
}

/** The page's address as a server knows it. */
function here(): string {
  return window.location.pathname + window.location.search;
}

function choices(): NodeListOf<HTMLInputElement> {
  return document.querySelectorAll<HTMLInputElement>("input[type=radio][name=property]");
}

/** Where the slider stands: below the map, as part of it. */
function bar(container: HTMLElement): HTMLElement {
  const element = document.createElement("div");
  element.className = "timeline";
  container.after(element);
  return element;
}

const container = document.getElementById("map");
const anchor = takeAnchor();
if (container) new MapPage(container, read<MapConfig>(container));
// Only now the page has its whole height.
anchor?.scrollIntoView();
