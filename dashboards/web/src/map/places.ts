// Names that help to find one's way. They are said by the table, too, so nothing reads them aloud.
import { type Map as MapLibre, Marker } from "maplibre-gl";
import type { MapConfig } from "../config";
import type { Circle } from "./spread";

type Place = readonly [name: string, longitude: number, latitude: number];

const TOWNS: readonly Place[] = [
  ["Flensburg", 9.4366, 54.7826],
  ["Schleswig", 9.5587, 54.5157],
  ["Husum", 9.0513, 54.4766],
  ["Niebüll", 8.829, 54.787],
  ["Kappeln", 9.9312, 54.6614],
  ["Westerland", 8.3079, 54.9079],
  ["Tönning", 8.9459, 54.3169],
  ["Tønder", 8.866, 54.933],
  ["Sønderborg", 9.792, 54.9138],
  ["Aabenraa", 9.418, 55.044],
];

/** A town's name on the map. */
export type Name = Marker;

// Half the height of a name and the radius of a circle; how far below its town a name stands.
const CLEARANCE_PX = 27;
const BELOW_PX = 30;

/** Write the names of towns and seas on the map; returns the towns'. */
export function write(map: MapLibre, config: MapConfig): Name[] {
  add(map, "sea", config.seas.northSea, [8.02, 54.66]);
  add(map, "sea", config.seas.balticSea, [10.28, 54.72]);
  return TOWNS.map(([name, longitude, latitude]) => add(map, "town", name, [longitude, latitude]));
}

/** Hide the names that a circle covers. */
export function hideCovered(map: MapLibre, names: readonly Name[], circles: readonly Circle[]): void {
  for (const name of names) {
    const { x, y } = map.project(name.getLngLat());
    const element = name.getElement();
    const reach = element.offsetWidth / 2 + CLEARANCE_PX - 8;
    const isCovered = circles.some((each) => Math.abs(each.x - x) < reach && Math.abs(each.y - y - BELOW_PX) < CLEARANCE_PX);
    element.classList.toggle("covered", isCovered);
  }
}

function add(map: MapLibre, kind: string, name: string, place: [number, number]): Name {
  const element = document.createElement("span");
  element.className = `place ${kind}`;
  element.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.textContent = name;
  element.append(text);
  return new Marker({ element }).setLngLat(place).addTo(map);
}
