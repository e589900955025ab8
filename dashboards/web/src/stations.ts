// Stations as the API says them (GeoJSON).
import { now } from "./clock";
import type { Feature, FeatureCollection, Point } from "geojson";

export interface Latest {
  readonly value: number;
  readonly time: string;
}

export interface StationProperties {
  readonly name: string;
  readonly simulated: boolean;
  readonly latest: Readonly<Record<string, Latest>>;
}

export type Station = Feature<Point, StationProperties>;
export type Stations = FeatureCollection<Point, StationProperties>;

/** The newest value of a property, unless it says nothing of now. */
export function current(station: Station, property: string, staleAfterS: number): Latest | null {
  const latest = station.properties.latest[property];
  return latest && isCurrent(latest, staleAfterS) ? latest : null;
}

/** Whether a value says something of now: neither too old, nor from a clock that is as far ahead. */
export function isCurrent(latest: Latest, staleAfterS: number): boolean {
  return Math.abs(now() - Date.parse(latest.time) / 1000) <= staleAfterS;
}
