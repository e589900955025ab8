// The map page: the map, the switch of what it shows, and the table below it, all kept up to date.
import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapLibre, NavigationControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import * as clock from "../clock";
import { type MapConfig, read } from "../config";
import { StationMarker } from "./markers";
import * as outline from "./outline";
import * as places from "./places";
import { poll } from "../poll";
import { offsets } from "./spread";
import type { Stations } from "../stations";
import * as status from "../status";
import * as theme from "../theme";
import { Values } from "../values";

// As far as the extract goes.
const EDGE: [number, number, number, number] = [7.3, 54.0, 11.0, 55.4];

// So that a circle at the region's edge is seen whole, and the credits cover none.
const PADDING_PX = { top: 12, right: 20, bottom: 36, left: 20 };

// Between circles that were moved apart.
const GAP_PX = 2;

class MapPage {
  private readonly map: MapLibre | null;
  private readonly markers = new Map<string, StationMarker>();
  private readonly rows = new Map<string, Values>();
  private names: places.Name[] = [];
  private stations: Stations = { type: "FeatureCollection", features: [] };

  constructor(
    private readonly container: HTMLElement,
    private readonly config: MapConfig,
  ) {
    clock.set(config);
    this.map = this.makeMap();
    for (const row of document.querySelectorAll<HTMLElement>("tr[data-station]")) {
      this.rows.set(row.dataset["station"] ?? "", new Values(row, config));
    }
    for (const choice of choices()) choice.addEventListener("change", () => this.show(false));
    poll<Stations>(config.stations, {
      show: (stations) => this.receive(stations),
      lost: () => status.say(config.texts["lost"]),
      back: () => status.say(""),
    });
  }

  /** The map; null, with a word to the reader, where the browser has no WebGL. */
  private makeMap(): MapLibre | null {
    const { texts, bounds } = this.config;
    try {
      setWorkerUrl(workerUrl);
      const map = new MapLibre({
        container: this.container,
        style: outline.style(),
        bounds: [...bounds],
        fitBoundsOptions: { padding: PADDING_PX },
        maxBounds: EDGE,
        maxZoom: 13,
        attributionControl: false,
        cooperativeGestures: true,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        locale: {
          "Map.Title": texts["map"] ?? "",
          "NavigationControl.ZoomIn": texts["zoomIn"] ?? "",
          "NavigationControl.ZoomOut": texts["zoomOut"] ?? "",
          "CooperativeGesturesHandler.WindowsHelpText": texts["zoomWithCtrl"] ?? "",
          "CooperativeGesturesHandler.MacHelpText": texts["zoomWithCommand"] ?? "",
          "CooperativeGesturesHandler.MobileHelpText": texts["twoFingers"] ?? "",
        },
      });
      map.addControl(new NavigationControl({ showCompass: false }), "top-right");
      map.touchZoomRotate.disableRotation();
      map.keyboard.disableRotation();
      this.names = places.write(map, this.config);
      map.on("zoom", () => this.spread());
      map.on("resize", () => this.spread());
      map.on("idle", () => (this.container.dataset["state"] = "idle"));
      theme.onChange(() => outline.repaint(map));
      return map;
    } catch {
      status.say(texts["noMap"]);
      this.container.closest("figure")?.setAttribute("hidden", "");
      return null;
    }
  }

  private receive(stations: Stations): void {
    this.stations = stations;
    this.show(true);
    for (const station of stations.features) this.rows.get(String(station.id))?.show(station);
  }

  /** Show the chosen property of every station that measures it. */
  private show(glide: boolean): void {
    const code = chosen();
    for (const legend of document.querySelectorAll<HTMLElement>("[data-legend]")) {
      legend.hidden = legend.dataset["legend"] !== code;
    }
    if (!this.map) return;
    const gone = new Set(this.markers.keys());
    for (const station of this.stations.features.toSorted(byName)) {
      const id = String(station.id);
      if (!this.measures(station, code)) continue;
      gone.delete(id);
      const marker = this.markers.get(id) ?? new StationMarker(this.map, station, this.config);
      this.markers.set(id, marker);
      marker.show(station, code, glide);
    }
    for (const id of gone) {
      this.markers.get(id)?.remove();
      this.markers.delete(id);
    }
    this.spread();
  }

  /** Whether a station measures a property, by the page or, for one newer than the page, by what it says. */
  private measures(station: Stations["features"][number], code: string): boolean {
    const isKnown = this.config.measured[String(station.id)]?.includes(code) ?? false;
    return isKnown || code in station.properties.latest;
  }

  /** Move circles apart that would cover each other, and hide the names that they cover. */
  private spread(): void {
    if (!this.map) return;
    const markers = [...this.markers.values()];
    const spots = markers.map((marker) => marker.place);
    const moved = offsets(spots, (markers[0]?.size ?? 0) + GAP_PX);
    markers.forEach((marker, index) => marker.moveAside(moved[index] ?? [0, 0]));
    const circles = spots.map(({ x, y }, index) => ({ x: x + (moved[index]?.[0] ?? 0), y: y + (moved[index]?.[1] ?? 0) }));
    places.hideCovered(this.map, this.names, circles);
  }
}

function byName(one: Stations["features"][number], other: Stations["features"][number]): number {
  return one.properties.name.localeCompare(other.properties.name);
}

function choices(): NodeListOf<HTMLInputElement> {
  return document.querySelectorAll<HTMLInputElement>("input[name=property]");
}

function chosen(): string {
  return [...choices()].find((choice) => choice.checked)?.value ?? "";
}

const container = document.getElementById("map");
if (container) new MapPage(container, read<MapConfig>(container));
