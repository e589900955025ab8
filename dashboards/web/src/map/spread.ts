// Circles that would lie on top of each other are moved apart, as little as it takes: each number can be read and hit.

export interface Circle {
  readonly x: number;
  readonly y: number;
}

const ROUNDS = 60;

/** How far each circle is moved so that their centres are so many pixels apart. The same always move the same way. */
export function offsets(circles: readonly Circle[], distancePx: number): [number, number][] {
  const moved = circles.map(({ x, y }): [number, number] => [x, y]);
  for (let round = 0; round < ROUNDS && pushApart(moved, distancePx); round += 1);
  return moved.map(([x, y], index) => [x - (circles[index]?.x ?? x), y - (circles[index]?.y ?? y)]);
}

/** One round over all pairs; whether any was too close. */
function pushApart(places: [number, number][], distancePx: number): boolean {
  let close = false;
  places.forEach((one, index) => {
    for (const other of places.slice(index + 1)) {
      const [dx, dy] = [other[0] - one[0], other[1] - one[1]];
      const distance = Math.hypot(dx, dy);
      if (distance >= distancePx - 0.5) continue;
      // Two at the very same place part along a direction of their own.
      const angle = distance > 0.01 ? Math.atan2(dy, dx) : index + 0.5;
      const step = (distancePx - distance) / 2;
      const [sx, sy] = [Math.cos(angle) * step, Math.sin(angle) * step];
      one[0] -= sx;
      one[1] -= sy;
      other[0] += sx;
      other[1] += sy;
      close = true;
    }
  });
  return close;
}
