// The map's documents, each asked for when it is needed, and no sooner.
import { moment } from "./address";
import type { MapConfig } from "./config";
import { type MapDocument, type Name, names, type NamesDocument, stations, type Stations } from "./documents";
import { Frames } from "./frames";
import type { Place } from "./names";

const DAY_S = 86_400;

/** What the server knows of a region, as far as it has been asked for. Answers other than 200 are thrown. */
export class Documents {
  private readonly frames = new Map<string, Frames>();
  private asked: Promise<{ places: readonly Place[]; names: ReadonlyMap<number, Name> }> | null = null;

  constructor(private readonly config: MapConfig) {}

  /** What the stations of a property measured, as of a time. */
  async stations(property: string, at: number | null): Promise<Stations> {
    // This address stands in the page's head, too: the browser asks while it still reads the script.
    const query = `property=${property}${at === null ? "" : `&at=${moment(at)}`}`;
    return stations(await json<MapDocument>(`${this.config.data}/map?${query}`));
  }

  /** The names of places and stations; asked for once. */
  known(): Promise<{ places: readonly Place[]; names: ReadonlyMap<number, Name> }> {
    this.asked ??= Promise.all([json<Place[]>(this.config.places), json<NamesDocument>(`${this.config.data}/names`)])
      .then(([places, document]) => ({ places, names: names(document) }))
      .catch((error: unknown) => {
        this.asked = null;
        throw error;
      });
    return this.asked;
  }

  /** Whether a property's frames of a time are here; if not, they are asked for, and those of the day after as well. */
  isReady(property: string, at: number): boolean {
    const frames = this.framesOf(property);
    for (const time of [at, at + DAY_S]) frames.load(time).catch(ignore);
    return frames.has(at);
  }

  /** The values of stations at a time; null where they could not be had. */
  async frame(property: string, at: number, numbers: Int32Array): Promise<Float64Array | null> {
    const frames = this.framesOf(property);
    if (!frames.has(at)) {
      const isLoaded = await frames.load(at).then(() => true, () => false);
      if (!isLoaded) return null;
    }
    return frames.at(at, numbers);
  }

  private framesOf(property: string): Frames {
    const known = this.frames.get(property);
    if (known) return known;
    const frames = new Frames(`${this.config.data}/frames`, property, this.config.properties[property]?.decimals ?? 1);
    this.frames.set(property, frames);
    return frames;
  }
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw response;
  return (await response.json()) as T;
}

/** The slider waits for what is missing, and asks again. */
function ignore(): void {}
