// Web Mercator as MapLibre has it: the world is a square from 0 to 1, 512 pixels wide at zoom 0.

const WORLD_PX = 512;

/** From west to east, 0 to 1. */
export function x(longitude: number): number {
  return (180 + longitude) / 360;
}

/** From north to south, 0 to 1. */
export function y(latitude: number): number {
  return (180 - (180 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360))) / 360;
}

/** How wide the world is at a zoom, in pixels. */
export function worldPx(zoom: number): number {
  return WORLD_PX * 2 ** zoom;
}
