// What counts as now: the reader's clock; in a region that runs in fast motion, how far its newest value has come.
import type { Config } from "./config";

let ahead: number | null = null;

/** Take a page's present: that of the server, which the reader's own clock need not share. */
export function set(config: Config): void {
  ahead = config.fastMotion ? config.present - Date.now() / 1000 : null;
}

/** In fast motion, go on to the time of a value that is newer than any before (Unix seconds). */
export function advance(time: number): void {
  if (ahead !== null && time > now()) ahead = time - Date.now() / 1000;
}

/** The present in Unix seconds. */
export function now(): number {
  return Date.now() / 1000 + (ahead ?? 0);
}
