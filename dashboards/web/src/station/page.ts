// A station's page: its values and its chart, kept up to date.
import { Chart } from "./chart";
import * as clock from "../clock";
import { read, type StationConfig } from "../config";
import { poll } from "../poll";
import { extend, type Observation } from "./series";
import type { Station } from "../stations";
import * as status from "../status";
import { Values } from "../values";

// A day of a station that measures every few seconds takes a while over a slow line.
const PATIENCE_MS = 30_000;

class StationPage {
  private readonly values: Values;
  private readonly chart: Chart;
  private readonly days = new Map<string, Observation[]>();
  // What is being asked for, and whether there was news meanwhile.
  private readonly asked = new Map<string, boolean>();
  private readonly lost = new Set<"values" | "day">();

  constructor(
    element: HTMLElement,
    private readonly config: StationConfig,
  ) {
    clock.set(config);
    this.values = new Values(document.querySelector(".cards") ?? document.body, config);
    this.chart = new Chart(element, config, (text) => {
      const caption = document.getElementById("chart-caption");
      if (caption) caption.textContent = text;
    });
    for (const choice of choices()) choice.addEventListener("change", () => void this.show());
    document.addEventListener("visibilitychange", () => {
      // What was missed meanwhile is asked for as a whole.
      if (!document.hidden) this.days.clear();
      if (!document.hidden) void this.show();
    });
    void this.show();
    poll<Station>(config.station, {
      show: (station) => {
        this.values.show(station);
        void this.show();
      },
      lost: () => this.say("values", true),
      back: () => this.say("values", false),
    });
  }

  /** Show the chosen property: what is known of its day at once, what is missing once it is there. */
  private async show(): Promise<void> {
    this.draw();
    await this.ask(chosen());
    this.draw();
  }

  /** Ask for what is missing of a property's day; once more where there was news meanwhile. */
  private async ask(code: string): Promise<void> {
    const isAsked = this.asked.has(code);
    this.asked.set(code, isAsked);
    if (isAsked) return;
    do {
      this.asked.set(code, false);
      await this.extend(code);
    } while (this.asked.get(code));
    this.asked.delete(code);
  }

  /** What fails is asked for again when the values are shown the next time. */
  private async extend(code: string): Promise<void> {
    const day = this.days.get(code) ?? [];
    const last = day.at(-1)?.time;
    try {
      const more = await observations(`${this.config.observations}&property=${code}${last ? `&from=${last}` : ""}`);
      this.days.set(code, extend(day, more));
      this.say("day", false);
    } catch {
      this.say("day", true);
    }
  }

  private say(part: "values" | "day", isLost: boolean): void {
    if (isLost) this.lost.add(part);
    else this.lost.delete(part);
    status.say(this.lost.size ? this.config.texts["lost"] : "");
  }

  private draw(): void {
    const property = this.config.properties[chosen()];
    const observations = this.days.get(chosen());
    if (property && observations) this.chart.show(property, observations);
  }
}

async function observations(url: string): Promise<Observation[]> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return ((await response.json()) as { observations: Observation[] }).observations;
}

function choices(): NodeListOf<HTMLInputElement> {
  return document.querySelectorAll<HTMLInputElement>("input[name=property]");
}

function chosen(): string {
  return [...choices()].find((choice) => choice.checked)?.value ?? "";
}

const element = document.getElementById("chart");
if (element) new StationPage(element, read<StationConfig>(element));
