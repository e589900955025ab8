// A station's page: its values and its chart, kept up to date.
import "./chart.css";
import { Chart } from "./chart";
import { read, type StationConfig } from "./config";
import { poll } from "./poll";
import { append, type Observation } from "./series";
import type { Station } from "./stations";
import * as status from "./status";
import { Values } from "./values";

class StationPage {
  private readonly values: Values;
  private readonly chart: Chart;
  private readonly days = new Map<string, Observation[]>();
  private readonly asked = new Set<string>();

  constructor(
    element: HTMLElement,
    private readonly config: StationConfig,
  ) {
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
      news: (station) => this.receive(station),
      lost: () => status.say(config.texts["lost"]),
      back: () => {
        status.say("");
        void this.show();
      },
    });
  }

  private receive(station: Station): void {
    this.values.show(station);
    for (const [code, day] of this.days) {
      const latest = station.properties.latest[code];
      if (latest) this.days.set(code, append(day, latest));
    }
    void this.show();
  }

  /** Show the chosen property; its day is asked for once. */
  private async show(): Promise<void> {
    const code = chosen();
    if (!this.days.has(code)) await this.ask(code);
    this.draw();
  }

  /** Ask for a property's day. What fails is asked for again with the next news. */
  private async ask(code: string): Promise<void> {
    if (this.asked.has(code)) return;
    this.asked.add(code);
    try {
      this.days.set(code, await day(`${this.config.observations}&property=${code}`));
    } catch {
      status.say(this.config.texts["lost"]);
    }
    this.asked.delete(code);
  }

  private draw(): void {
    const property = this.config.properties[chosen()];
    const observations = this.days.get(chosen());
    if (property && observations) this.chart.show(property, observations);
  }
}

async function day(url: string): Promise<Observation[]> {
  const response = await fetch(url);
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
