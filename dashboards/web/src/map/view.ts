// The map itself: MapLibre on its ground, with the stations' layers and the names of places.
import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapLibre, NavigationControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Atlas } from "./atlas";
import { type MapConfig, text } from "./config";
import * as ground from "./ground";
import * as here from "./here";
import { StationLayers } from "./layers";
import { Label, Pin } from "./marks";
import * as mercator from "./mercator";
import { Names } from "./names";
import * as palette from "./palette";
import type { Window } from "./scene";
import * as theme from "../theme";

// So that a circle at the region's edge is seen whole, and the credits cover none.
const PADDING_PX = { top: 28, right: 28, bottom: 40, left: 28 };
const RADIUS_PX = { wide: 21, narrow: 17 };
const NARROW = "(max-width: 40rem)";
const PLACE_ZOOM = 11.5;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export interface Pointed {
  /** Empty where it is not to be written. */
  readonly name: string;
  readonly place: [longitude: number, latitude: number];
}

export interface Watcher {
  painted(): void;
  /** Another part of the map is seen. */
  moved(): void;
  /** The map has come to rest. */
  settled(): void;
  /** Everything is drawn. */
  idle(): void;
  /** A place was clicked, in Mercator units; `reachPx` is how far beside it a station may be. */
  clicked(x: number, y: number, reachPx: number): void;
  /** Who is at a place in Mercator units, and where in degrees; null is nobody. */
  hovered(x: number, y: number): Pointed | null;
  /** Other colours. */
  repainted(): void;
}

/** The map on the page. Throws where the browser has no WebGL. */
export class View {
  readonly map: MapLibre;
  readonly atlas: Atlas;
  readonly layers: StationLayers;
  readonly names: Names;
  readonly origin: readonly [number, number];
  readonly radiusPx = window.matchMedia(NARROW).matches ? RADIUS_PX.narrow : RADIUS_PX.wide;
  private readonly ground: ground.Ground;
  private readonly keeper: here.Keeper;
  private readonly pin: Pin;
  private readonly label: Label;

  constructor(container: HTMLElement, config: MapConfig, watcher: Watcher) {
    const [west, south, east, north] = config.bounds;
    this.origin = [mercator.x((west + east) / 2), mercator.y((south + north) / 2)];
    this.ground = ground.chosen(config.tiles);
    this.map = make(container, config, this.ground);
    this.atlas = new Atlas(this.radiusPx, this.map.getPixelRatio());
    this.layers = new StationLayers(this.origin, this.atlas, () => watcher.painted());
    this.names = new Names(this.map, config.language);
    this.keeper = new here.Keeper(this.map);
    this.pin = new Pin(this.map);
    this.label = new Label(this.map);
    this.tone();
    ground.insist(this.map, this.ground);
    this.map.once("style.load", () => this.dress());
    this.attend(watcher);
  }

  /** West, north, east, south of what is seen, in Mercator units. */
  get window(): Window {
    const bounds = this.map.getBounds();
    const [west, east] = [mercator.x(bounds.getWest()), mercator.x(bounds.getEast())];
    return [west, mercator.y(bounds.getNorth()), east, mercator.y(bounds.getSouth())];
  }

  /** Begin at a place instead of the whole region. */
  begin(longitude: number, latitude: number): void {
    this.map.jumpTo({ center: [longitude, latitude], zoom: PLACE_ZOOM });
    this.keeper.begin();
  }

  /** Go to a place, at least as near as shows its surroundings; by a jump where motion is not wanted. */
  fly(longitude: number, latitude: number): void {
    const target = { center: [longitude, latitude] as [number, number], zoom: Math.max(this.map.getZoom(), PLACE_ZOOM) };
    if (calm.matches) this.map.jumpTo(target);
    else this.map.flyTo({ ...target, maxDuration: 2500 });
  }

  /** Mark what was found. */
  mark(name: string, longitude: number, latitude: number): void {
    this.pin.put(name, longitude, latitude);
  }

  /** Bring a place into view that is out of it, or at its very edge. */
  reveal(longitude: number, latitude: number): void {
    const { x, y } = this.map.project([longitude, latitude]);
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const edge = 2 * this.radiusPx;
    if (x > edge && x < clientWidth - edge && y > edge && y < clientHeight - edge) return;
    this.map.easeTo({ center: [longitude, latitude], animate: !calm.matches });
  }

  /** The stations lie between the ground and the names, their circles above both. */
  private dress(): void {
    const firstName = this.map.getLayersOrder().find((id) => this.map.getLayer(id)?.type === "symbol");
    this.map.addLayer(this.layers.dots, firstName);
    this.map.addLayer(this.layers.circles);
    this.names.repaint();
  }

  private tone(): void {
    const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    this.layers.tones = { rim: palette.colour("--paper"), accent: palette.colour("--accent"), shadow: isDark ? 0.5 : 0.22 };
  }

  private attend(watcher: Watcher): void {
    const at = ({ lng, lat }: { lng: number; lat: number }): [number, number] => [mercator.x(lng), mercator.y(lat)];
    this.map.on("move", () => watcher.moved());
    this.map.on("moveend", () => watcher.settled());
    this.map.on("idle", () => watcher.idle());
    this.map.on("click", (event) => watcher.clicked(...at(event.lngLat), isTouch(event.originalEvent) ? 22 : 12));
    this.map.on("mousemove", (event) => {
      const pointed = watcher.hovered(...at(event.lngLat));
      this.map.getCanvas().style.cursor = pointed ? "pointer" : "";
      this.label.show(pointed?.name ?? "", pointed?.place ?? [0, 0], this.radiusPx);
    });
    this.map.on("webglcontextrestored", () => {
      this.layers.restore();
      watcher.repainted();
    });
    theme.onChange(() => {
      this.tone();
      ground.repaint(this.map, this.ground);
      this.names.repaint();
      watcher.repainted();
    });
  }
}

function isTouch(event: MouseEvent): boolean {
  return event instanceof PointerEvent && event.pointerType === "touch";
}

function make(container: HTMLElement, config: MapConfig, chosen: ground.Ground): MapLibre {
  setWorkerUrl(workerUrl);
  const map = new MapLibre({
    container,
    style: ground.style(chosen),
    ...(here.read() ?? { bounds: [...config.bounds], fitBoundsOptions: { padding: PADDING_PX } }),
    ...(chosen.bounds ? { maxBounds: chosen.bounds } : {}),
    maxZoom: chosen.maxZoom,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    maxPitch: 0,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    locale: {
      "Map.Title": text(config, "map"),
      "NavigationControl.ZoomIn": text(config, "zoomIn"),
      "NavigationControl.ZoomOut": text(config, "zoomOut"),
      "Popup.Close": text(config, "close"),
      "CooperativeGesturesHandler.WindowsHelpText": text(config, "zoomWithCtrl"),
      "CooperativeGesturesHandler.MacHelpText": text(config, "zoomWithCommand"),
      "CooperativeGesturesHandler.MobileHelpText": text(config, "twoFingers"),
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}
