// A station's page: its values and its chart, kept up to date. A value that arrives is shown at once; then the part of
// the page that changes is asked for as the server would write it now - chart, table and what a value means.
import { Cards, type StationConfig } from "./cards";
import { Chart } from "./chart";
import * as clock from "../clock";
import { read } from "../config";
import * as course from "./course";
import { follow } from "../live";
import * as status from "../status";

// Not more often, however fast it measures; in between, what is on its way is asked for once.
const PERIOD_MS = 3000;
// While nothing comes: a gap grows, and a day ends.
const IDLE_MS = 5 * 60_000;
const AGEING_MS = 15_000;
// A week of values over a slow line.
const PATIENCE_MS = 20_000;

class StationPage {
  private readonly cards: Cards;
  private askedAt = 0;
  private timer = 0;
  private isAsking = false;
  private isLost = false;

  constructor(
    private readonly config: StationConfig,
    private readonly chart: Chart,
  ) {
    clock.set(config);
    this.cards = new Cards(document.getElementById("now") ?? document.body, config);
    follow(config.live, {
      show: (changes) => {
        for (const change of changes) {
          clock.advance(Date.parse(change.time) / 1000);
          this.cards.show(change);
        }
        this.soon();
      },
      lost: () => this.say(true),
      back: () => this.say(false),
      reload: () => this.soon(),
    });
    window.setInterval(() => this.cards.age(), AGEING_MS);
    window.setInterval(() => this.soon(), IDLE_MS);
    document.addEventListener("visibilitychange", () => this.soon());
  }

  /** Ask once what is new, as soon as it is time; not while nobody looks. */
  private soon(): void {
    if (document.hidden || this.timer) return;
    const wait = Math.max(0, this.askedAt + PERIOD_MS - Date.now());
    this.timer = window.setTimeout(() => void this.ask(), wait);
  }

  private async ask(): Promise<void> {
    this.timer = 0;
    if (this.isAsking) return this.soon();
    this.isAsking = true;
    this.askedAt = Date.now();
    try {
      const response = await fetch(this.config.fragment, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.take(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch {
      // What follows is asked for with the next value; the stream says when nothing comes at all.
    } finally {
      this.isAsking = false;
    }
  }

  private take(fresh: Document): void {
    this.cards.take(fresh);
    this.cards.age();
    const went = course.read(fresh);
    if (went) this.chart.show(went, fresh.getElementById("chart-caption")?.textContent ?? "");
    for (const part of ["#course-csv", "#course-key", "#course-table"]) {
      const [old, other] = [document.querySelector(part), fresh.querySelector(part)];
      if (old && other) old.replaceWith(other);
    }
  }

  private say(isLost: boolean): void {
    if (this.isLost && !isLost) this.soon();
    this.isLost = isLost;
    if (isLost) status.say("stream", this.config.texts["lost"]);
    else status.clear("stream");
  }
}

const config = document.getElementById("status");
const element = document.getElementById("chart");
const caption = document.getElementById("chart-caption");
const went = course.read(document);
if (config && element && caption && went) {
  const settings = read<StationConfig>(config);
  new StationPage(settings, new Chart(element, caption, settings.language, went));
}
