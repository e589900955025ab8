// A station's value in words: for its card, for the list of stations in view, for whoever does not see colours.
import { type Band, type Config, type Property } from "../config";
import { writer } from "../numbers";
import { bandAt, classOf, text } from "./config";
import type { Name, Stations } from "./documents";
import { stateOf, SUSPECT } from "./looks";

export interface Told {
  readonly code: string;
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly band: Band | null;
  readonly time: string;
  readonly timeIso: string;
  readonly isCurrent: boolean;
  /** What is to be said of its quality, or nothing. */
  readonly doubt: string;
  readonly simulated: boolean;
}

/** Tells what stations say at a time. */
export class Teller {
  private readonly clock: Intl.DateTimeFormat;

  constructor(private readonly config: Config) {
    this.clock = clockOf(config, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }

  /** Everything about one station's value. */
  tell(stations: Stations, property: Property, index: number, name: Name | undefined, now: number): Told {
    const state = stateOf(stations, index, now, this.config.staleAfterS);
    const [value, time] = [stations.values[index] ?? NaN, stations.times[index] ?? NaN];
    const band = state === "current" ? bandAt(property, classOf(property, value, stations.levels.get(index))) : null;
    return {
      code: name?.code ?? "",
      name: name?.name ?? "",
      value: Number.isNaN(value) ? "–" : writer(this.config.language, property.decimals)(value + 0),
      unit: property.unit,
      band: band && (this.own(name?.code ?? "", band) ?? band),
      time: Number.isNaN(time) ? "" : this.clock.format(time * 1000),
      timeIso: Number.isNaN(time) ? "" : new Date(time * 1000).toISOString(),
      isCurrent: state === "current" || state === "failed",
      doubt: this.doubt(state, stations.qualities[index] ?? 1),
      simulated: name?.simulated ?? false,
    };
  }

  /** The same in a line. */
  line(told: Told): string {
    const value = told.value === "–" || !told.isCurrent ? text(this.config, "noValue") : `${told.value} ${told.unit}`;
    const simulated = told.simulated ? text(this.config, "simulation") : "";
    return [told.name, value, told.band?.word, told.doubt, simulated].filter(Boolean).join(", ");
  }

  /** A gauge's own word for a class stands in its row of the table, if that is on the page. */
  private own(code: string, band: Band): Band | undefined {
    if (!band.code.startsWith("level-") || !code) return undefined;
    const cell = document.querySelector<HTMLElement>(`tr[data-station="${CSS.escape(code)}"] [data-bands]`);
    return (JSON.parse(cell?.dataset["bands"] ?? "[]") as Band[]).find((each) => each.rank === band.rank);
  }

  private doubt(state: string, quality: number): string {
    if (state === "failed") return text(this.config, "failed");
    return state === "current" && quality === SUSPECT ? text(this.config, "suspect") : "";
  }
}

/** Times in the page's language and the region's zone; English as it is written in Europe. */
export function clockOf(config: Config, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = config.language === "en" ? "en-GB" : config.language;
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: config.timezone });
}
