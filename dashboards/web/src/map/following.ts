// What is measured while one looks on: on the map and in the table at once.
import * as clock from "../clock";
import { type Change as Live, follow } from "../live";
import type { Shown } from "./address";
import type { MapConfig } from "./config";
import type { Picture } from "./picture";
import * as status from "../status";
import type { Table } from "./table";

// The hour of rain up to now is a sum of what fell each time: what it is, the server says.
const MADE_OF: Readonly<Record<string, string>> = { rain: "rain_1h" };
const RELOAD_MS = 2000;
// The sentence and the tiles change slowly; they are asked for again after so long at the soonest.
const NEWS_MS = 10_000;
// In fast motion an hour passes in less than that.
const NEWS_IN_FAST_MOTION_MS = 1500;

export interface Watcher {
  /** What the map shows has to be asked for anew. */
  reload(): void;
  /** What is shown beside the map may be behind, too: for a while nothing was told. */
  missed(): void;
  /** What the table shows of rain has to be asked for anew. */
  rain(): void;
  /** Something was measured: what the page says of the region may be different now. */
  news(): void;
}

/** Follows the region's live stream for as long as the page lives. */
export class Following {
  private readonly timers = new Map<string, number>();

  constructor(
    private readonly config: MapConfig,
    private readonly shown: () => Shown,
    private readonly picture: Picture,
    private readonly table: Table,
    private readonly watcher: Watcher,
  ) {
    const properties = Object.keys(config.properties).map((code) => Object.keys(MADE_OF).find((raw) => MADE_OF[raw] === code) ?? code);
    const query = properties.map((code) => `&property=${code}`).join("");
    follow(`${config.live}${query}`, {
      show: (changes) => this.show(changes),
      lost: () => status.say("stream", config.texts["lost"]),
      back: () => status.clear("stream"),
      reload: () => {
        this.watcher.reload();
        this.watcher.missed();
      },
    });
  }

  private show(some: readonly Live[]): void {
    for (const { time } of some) clock.advance(Date.parse(time) / 1000);
    if (!some.length || this.shown().at !== null) return;
    const own = some.filter(({ property }) => property === this.shown().property);
    if (own.length) this.picture.change(own);
    for (const change of some) this.table.show(change);
    if (some.some(({ property }) => MADE_OF[property] === this.shown().property)) this.later("reload", RELOAD_MS);
    if (some.some(({ property }) => property in MADE_OF)) this.later("rain", RELOAD_MS);
    this.later("news", this.config.fastMotion ? NEWS_IN_FAST_MOTION_MS : NEWS_MS);
  }

  private later(what: keyof Watcher, afterMs: number): void {
    if (this.timers.has(what)) return;
    this.timers.set(
      what,
      window.setTimeout(() => {
        this.timers.delete(what);
        if (this.shown().at === null) this.watcher[what]();
      }, afterMs),
    );
  }
}
