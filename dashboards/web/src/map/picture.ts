// What is seen of the stations: circles, names between them, the card of one, the list of those in view.
import * as clock from "../clock";
import type { Change } from "../live";
import { Card } from "./card";
import { type MapConfig, text } from "./config";
import type { Name, Stations } from "./documents";
import * as here from "./here";
import { InView, MOST } from "./inview";
import type { Documents } from "./loading";
import { Labels } from "./looks";
import * as palette from "./palette";
import { Scene, type Window } from "./scene";
import type { Found } from "./search";
import * as status from "../status";
import { Teller, type Told } from "./telling";
import { type Pointed, View } from "./view";

const HOVER_PX = 12;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

/** The map as far as it is drawn; without WebGL it is not there, and the page says so. */
export class Picture {
  private readonly view: View | null;
  private readonly card: Card | null = null;
  private readonly list: InView | null = null;
  private readonly teller: Teller;
  private scene: Scene | null = null;
  private names: ReadonlyMap<number, Name> = new Map();
  private at: number | null = null;
  private opened = -1;
  private frame = 0;
  private zoom = NaN;
  private drawn: Window = [0, 0, 0, 0];

  constructor(
    private readonly container: HTMLElement,
    private readonly config: MapConfig,
    private readonly documents: Documents,
  ) {
    this.teller = new Teller(config);
    this.view = this.makeView();
    if (!this.view) return;
    this.card = new Card(this.view.map, config, () => this.leave());
    this.list = new InView(container, config, (index) => this.step(index), (index) => this.open(index));
    this.describe(this.view);
    document.documentElement.classList.add("scripted");
    this.begin(this.view);
  }

  /** The numbers of the stations shown. */
  get numbers(): Int32Array {
    return this.scene?.stations.numbers ?? new Int32Array();
  }

  /** Show stations as of a time; null is the present. */
  show(stations: Stations, at: number | null): void {
    const property = this.config.properties[stations.property];
    if (!this.view || !property) return;
    const before = this.scene;
    const number = before?.stations.numbers[this.opened];
    this.at = at;
    const labels = new Labels(this.config.language, property.decimals);
    const { atlas, radiusPx, origin } = this.view;
    const colours = palette.of(property);
    this.scene = new Scene(stations, property, labels, atlas, colours, this.config.staleAfterS, radiusPx, origin);
    this.scene.restyle(this.now);
    this.opened = number === undefined ? -1 : stations.numbers.indexOf(number);
    if (this.opened < 0) this.card?.close();
    this.scene.choose(this.opened);
    this.refresh();
    this.settle();
  }

  /** Show values that were measured at a time that is only passed. */
  pass(values: Float64Array, at: number): void {
    this.at = at;
    this.scene?.pass(values, at);
    this.refresh();
  }

  /** Show new values; they glide there. */
  change(changes: readonly Change[]): void {
    const { scene } = this;
    if (!scene) return;
    const indices = this.indices(scene);
    for (const { station, value, time, quality } of changes) {
      const index = indices.get(station);
      if (index === undefined) continue;
      scene.renew(index, value, Date.parse(time) / 1000, quality, calm.matches || document.hidden);
    }
    scene.restyle(this.now, true);
    this.refresh();
    this.settle();
  }

  /** Let what has become old look old. */
  age(): void {
    this.scene?.restyle(this.now, true);
    this.refresh();
    this.settle();
  }

  /** Go to what a search has found. */
  goTo(found: Found): void {
    if (found.place) {
      this.view?.mark(found.place[0], found.place[1], found.place[2]);
      this.view?.fly(found.place[1], found.place[2]);
    }
    const index = found.number === undefined ? -1 : this.numbers.indexOf(found.number);
    if (index < 0 || !this.scene) {
      // A station that does not measure what is shown has its own page all the same.
      const code = this.names.get(found.number ?? -1)?.code;
      if (code) window.location.assign(`/${this.config.language}/stations/${code}`);
      return;
    }
    this.view?.fly(...this.placeOf(this.scene, index));
    this.open(index);
  }

  /** Load what the first picture does not need. */
  beginRest(): void {
    void this.documents.names.want((names) => {
      this.names = names;
      this.settle();
    });
    void this.documents.places.want((places) => {
      if (!this.config.tiles) this.view?.names.know(places);
      this.settle();
    });
    // Numbers drawn before it was there have another font.
    void document.fonts.ready.then(() => {
      this.repaint();
      this.settle();
    });
  }

  private get now(): number {
    return this.at ?? clock.now();
  }

  private makeView(): View | null {
    if (!document.createElement("canvas").getContext("webgl2")) {
      status.say("drawing", text(this.config, "noMap"));
      this.container.closest("figure")?.setAttribute("hidden", "");
      return null;
    }
    return new View(this.container, this.config, {
      painted: () => this.painted(),
      moved: () => this.move(),
      settled: () => this.settle(),
      idle: () => this.idle(),
      clicked: (x, y, reachPx) => this.open(this.scene?.at(x, y, reachPx) ?? -1),
      hovered: (x, y) => this.pointed(x, y),
      repainted: () => this.repaint(),
    });
  }

  /** Mark what the search in the address has found; the map begins there, unless the address says where. */
  private begin(view: View): void {
    const { found } = this.config;
    if (!found) return;
    view.mark(found.name, found.longitude, found.latitude);
    if (!here.read()) view.begin(found.longitude, found.latitude);
  }

  private describe({ map }: View): void {
    const keys = document.createElement("p");
    keys.id = "map-keys";
    keys.hidden = true;
    keys.textContent = text(this.config, "keys");
    this.container.append(keys);
    map.getCanvas().setAttribute("aria-describedby", keys.id);
  }

  /** Draw, and go on while something moves. */
  private refresh(): void {
    if (this.frame || !this.scene) return;
    this.frame = window.requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  /** The map moves: a new zoom, or a part of it that was not drawn, has to be drawn; anything else is there. */
  private move(): void {
    if (!this.view) return;
    const [west, north, east, south] = this.view.window;
    const [left, top, right, bottom] = this.drawn;
    const isThere = west >= left && north >= top && east <= right && south <= bottom;
    if (!isThere || this.view.map.getZoom() !== this.zoom) this.refresh();
  }

  private draw(): void {
    const { scene, view } = this;
    if (!scene || !view) return;
    this.zoom = view.map.getZoom();
    this.drawn = around(view.window);
    scene.place(this.zoom);
    const isMoving = scene.step(this.now, calm.matches);
    const { instances, circlesFrom } = scene.instances(this.drawn);
    view.layers.show(instances, circlesFrom);
    if (isMoving) this.refresh();
  }

  /** The map rests: names find their places between the circles, and the list says who is in view. */
  private settle(): void {
    const { scene, view, list } = this;
    if (!scene || !view || !list) return;
    scene.place(view.map.getZoom());
    view.names.write(scene.circlePlaces(), view.radiusPx);
    if (!list.hasFocus && this.names.size) {
      const near = scene.near(view.window, MOST);
      list.show(near.map((index) => ({ index, code: this.told(index).code, line: this.teller.line(this.told(index)) })));
    }
    if (this.opened >= 0) this.card?.fill(this.told(this.opened), scene.stations.property);
  }

  private repaint(): void {
    this.view?.atlas.forget();
    if (this.scene) this.scene.repaint(palette.of(this.scene.property), this.now);
    this.refresh();
  }

  private painted(): void {
    if (this.container.dataset["state"]) return;
    performance.mark("stations-painted");
    this.container.dataset["state"] = "painted";
  }

  private idle(): void {
    if (this.container.dataset["state"]) this.container.dataset["state"] = "idle";
  }

  private open(index: number): void {
    const { scene } = this;
    if (!scene || index < 0) {
      this.card?.close();
      return;
    }
    const told = this.told(index);
    if (!told.code) return;
    this.card?.open(told, scene.stations.property, this.placeOf(scene, index), this.view?.radiusPx ?? 0);
    this.opened = index;
    this.step(index);
  }

  /** Who is pointed at; the card that is open says its name itself. */
  private pointed(x: number, y: number): Pointed | null {
    const { scene } = this;
    const index = scene?.at(x, y, HOVER_PX) ?? -1;
    if (!scene || index < 0) return null;
    const name = this.names.get(scene.stations.numbers[index] ?? -1)?.name ?? "";
    return { name: index === this.opened ? "" : name, place: this.placeOf(scene, index) };
  }

  private leave(): void {
    this.opened = -1;
    this.step(-1);
  }

  /** Ring a station, and bring it into view. */
  private step(index: number): void {
    const { scene } = this;
    const ringed = index < 0 ? this.opened : index;
    scene?.choose(ringed);
    if (scene && index >= 0) this.view?.reveal(...this.placeOf(scene, index));
    this.refresh();
  }

  private told(index: number): Told {
    const scene = this.scene as Scene;
    const name = this.names.get(scene.stations.numbers[index] ?? -1);
    return this.teller.tell(scene.stations, scene.property, index, name, this.now);
  }

  private placeOf({ stations }: Scene, index: number): [number, number] {
    return [stations.longitudes[index] ?? 0, stations.latitudes[index] ?? 0];
  }

  private indices({ stations }: Scene): Map<string, number> {
    return new Map([...stations.numbers].map((number, index) => [this.names.get(number)?.code ?? "", index]));
  }
}

/** A window and as much again on each of its sides. */
function around([west, north, east, south]: Window): Window {
  const [width, height] = [east - west, south - north];
  return [west - width, north - height, east + width, south + height];
}
