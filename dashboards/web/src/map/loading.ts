// The map's documents, each asked for when it is needed, and no sooner.
import { type Reason, clear, say } from "../status";
import { moment } from "./address";
import type { MapConfig } from "./config";
import { type MapDocument, type Name, names, type NamesDocument, stations, type Stations } from "./documents";
import { Frames } from "./frames";
import type { Place } from "./names";
import { json, Wanted } from "./trying";

const DAY_S = 86_400;

/** What is known of places and stations so far. */
export interface Known {
  readonly places: readonly Place[];
  readonly names: ReadonlyMap<number, Name>;
}

/** What the server knows of a region, as far as it has been asked for. Answers other than 200 are thrown. */
export class Documents {
  /** The names of places, and those of stations: the one is there without the other. */
  readonly places: Wanted<readonly Place[]>;
  readonly names: Wanted<ReadonlyMap<number, Name>>;
  private readonly frames = new Map<string, Frames>();

  constructor(private readonly config: MapConfig) {
    const about = (reason: Reason) => ({ lost: () => say(reason, config.texts["lost"]), back: () => clear(reason) });
    this.places = new Wanted(() => json<readonly Place[]>(config.places), about("places"));
    this.names = new Wanted<ReadonlyMap<number, Name>>(
      async () => names(await json<NamesDocument>(`${config.data}/names`)),
      about("names"),
    );
  }

  /** What the stations of a property measured, as of a time. */
  async stations(property: string, at: number | null): Promise<Stations> {
    // This address stands in the page's head, too: the browser asks while it still reads the script.
    const query = `property=${property}${at === null ? "" : `&at=${moment(at)}`}`;
    return stations(await json<MapDocument>(`${this.config.data}/map?${query}`));
  }

  /** The names of places and stations, as far as they can be had just now. */
  async known(): Promise<Known> {
    await Promise.all([this.places.want(), this.names.want()]);
    return { places: this.places.value ?? [], names: this.names.value ?? new Map() };
  }

  /** Whether a property's frames of a time are here; if not, they are asked for, and those of the day after as well. */
  isReady(property: string, at: number): boolean {
    const frames = this.framesOf(property);
    void frames.load(at);
    frames.prepare(at + DAY_S);
    return frames.has(at);
  }

  /** The values of stations at a time; null where they could not be had. */
  async frame(property: string, at: number, numbers: Int32Array): Promise<Float64Array | null> {
    const frames = this.framesOf(property);
    const loaded = frames.load(at);
    if (!frames.has(at)) await loaded;
    return frames.has(at) ? frames.at(at, numbers) : null;
  }

  private framesOf(property: string): Frames {
    const known = this.frames.get(property);
    if (known) return known;
    const frames = new Frames(`${this.config.data}/frames`, property, this.config.properties[property]?.decimals ?? 1);
    this.frames.set(property, frames);
    return frames;
  }
}
