// Which names of places fit between the circles, and where: beside what is measured, a name is worth less.

export interface Named {
  readonly text: string;
  readonly kind: string;
  /** In pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Placed {
  readonly index: number;
  /** How far below its place a name stands, in pixels; negative above it. */
  readonly down: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const GAP_PX = 3;
const NAME_GAP_PX = 6;

/** Place names in this order, the most important first; each on its place, below or above it, or not at all. */
export function place(names: readonly Named[], circles: readonly (readonly [number, number])[], radiusPx: number): Placed[] {
  const taken: Box[] = [];
  const placed: Placed[] = [];
  names.forEach((name, index) => {
    const aside = radiusPx + name.height / 2 + GAP_PX;
    const down = [0, aside, -aside].find((each) => isFree(box(name, each), taken, circles, radiusPx));
    if (down === undefined) return;
    taken.push(box(name, down));
    placed.push({ index, down });
  });
  return placed;
}

function box({ x, y, width, height }: Named, down: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y + down - height / 2, bottom: y + down + height / 2 };
}

function isFree(wanted: Box, taken: readonly Box[], circles: readonly (readonly [number, number])[], radiusPx: number): boolean {
  return !taken.some((each) => overlap(each, wanted)) && !circles.some((each) => touches(each, wanted, radiusPx));
}

function overlap(one: Box, other: Box): boolean {
  const isBeside = one.right + NAME_GAP_PX < other.left || other.right + NAME_GAP_PX < one.left;
  return !isBeside && one.bottom + GAP_PX > other.top && other.bottom + GAP_PX > one.top;
}

function touches([x, y]: readonly [number, number], { left, right, top, bottom }: Box, radiusPx: number): boolean {
  const [dx, dy] = [Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)];
  return Math.hypot(dx, dy) < radiusPx;
}
