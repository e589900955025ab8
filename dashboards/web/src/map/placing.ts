// Who is a circle with a number, and who a dot: where circles would cover each other, the more important one stays.
// What is found depends on the zoom, not on where the map lies: moving it costs nothing.

/** Places in a plane, found again by where they lie. */
export class Grid {
  private readonly cells = new Map<number, number[]>();

  constructor(
    private readonly xs: ArrayLike<number>,
    private readonly ys: ArrayLike<number>,
    private readonly cellSize: number,
  ) {}

  /** Add the place of an index. */
  add(index: number): void {
    const key = this.key(this.cell(this.xs[index] ?? 0), this.cell(this.ys[index] ?? 0));
    const known = this.cells.get(key);
    if (known) known.push(index);
    else this.cells.set(key, [index]);
  }

  /** Whether a place is nearer to this point than a distance, which is no more than a cell. */
  has(x: number, y: number, distance: number): boolean {
    const [column, row] = [this.cell(x), this.cell(y)];
    for (let dx = -1; dx <= 1; dx += 1) {
      for (let dy = -1; dy <= 1; dy += 1) {
        for (const index of this.cells.get(this.key(column + dx, row + dy)) ?? []) {
          if (Math.hypot((this.xs[index] ?? 0) - x, (this.ys[index] ?? 0) - y) < distance) return true;
        }
      }
    }
    return false;
  }

  private cell(value: number): number {
    return Math.floor(value / this.cellSize);
  }

  private key(column: number, row: number): number {
    // No two cells of a map of the earth share a key: there are fewer rows than this.
    return column * 16_777_216 + row;
  }
}

/** 1 for each place that is a circle, going through them in this order, the most important first. */
export function circles(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  order: ArrayLike<number>,
  distance: number,
): Uint8Array {
  const result = new Uint8Array(xs.length);
  const grid = new Grid(xs, ys, distance);
  for (let place = 0; place < order.length; place += 1) {
    const index = order[place] ?? 0;
    if (grid.has(xs[index] ?? 0, ys[index] ?? 0, distance)) continue;
    grid.add(index);
    result[index] = 1;
  }
  return result;
}

/** The indices by importance, highest first; of equals, the first one first, so that nothing flickers. */
export function byImportance(importance: Float64Array): Uint32Array {
  const order = Uint32Array.from(importance, (_, index) => index);
  return order.sort((one, other) => (importance[other] ?? 0) - (importance[one] ?? 0) || one - other);
}

// Public places are rounded to a grid, so two stations may stand at one point. They are drawn as far apart as it takes
// to tell them apart when one looks closely, which is less than the grid's step.
const STEP_DEG = 0.0006;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Move places that coincide a little apart, in place: along a spiral, the first one stays. */
export function partTwins(longitudes: Float64Array, latitudes: Float64Array): void {
  const seen = new Map<string, number>();
  longitudes.forEach((longitude, index) => {
    const latitude = latitudes[index] ?? 0;
    const key = `${longitude} ${latitude}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    if (!before) return;
    const [distance, angle] = [STEP_DEG * Math.sqrt(before), before * GOLDEN_ANGLE];
    longitudes[index] = longitude + (distance * Math.cos(angle)) / Math.cos((latitude * Math.PI) / 180);
    latitudes[index] = latitude + distance * Math.sin(angle);
  });
}
