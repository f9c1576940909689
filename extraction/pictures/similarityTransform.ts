import type { Point } from './canonicalWarp.ts';

/** x' = a·x − b·y + dx, y' = b·x + a·y + dy: turning, scaling and shifting, no shearing. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly dx: number;
  readonly dy: number;
}

/** The similarity that brings `from` nearest to `to` in the sense of least squares. */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const middleFrom = middle(from);
  const middleTo = middle(to);
  let spread = 0;
  let along = 0;
  let across = 0;
  for (const [index, point] of from.entries()) {
    const target = to[index];
    if (target === undefined) throw new Error('As many points as targets are needed');
    const x = point.x - middleFrom.x;
    const y = point.y - middleFrom.y;
    const u = target.x - middleTo.x;
    const v = target.y - middleTo.y;
    spread += x * x + y * y;
    along += x * u + y * v;
    across += x * v - y * u;
  }
  if (spread === 0) throw new Error('The points coincide');
  const a = along / spread;
  const b = across / spread;
  return {
    a,
    b,
    dx: middleTo.x - a * middleFrom.x + b * middleFrom.y,
    dy: middleTo.y - b * middleFrom.x - a * middleFrom.y,
  };
}

export function invertSimilarity({ a, b, dx, dy }: Similarity): Similarity {
  const square = a * a + b * b;
  const inverseA = a / square;
  const inverseB = -b / square;
  return {
    a: inverseA,
    b: inverseB,
    dx: -(inverseA * dx - inverseB * dy),
    dy: -(inverseB * dx + inverseA * dy),
  };
}

function middle(points: readonly Point[]): Point {
  const count = points.length;
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / count,
    y: points.reduce((sum, { y }) => sum + y, 0) / count,
  };
}
