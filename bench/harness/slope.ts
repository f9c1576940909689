export interface Slope {
  /** Of the value, per unit of the time. */
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
}

/** The straight line through points of a time and a value, by least squares. @throws RangeError below three points */
export function slopeOf(points: readonly (readonly [time: number, value: number])[]): Slope {
  if (points.length < 3) throw new RangeError('a slope with its error needs three points');
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const time = mean(points.map(([at]) => at));
  const value = mean(points.map(([, of]) => of));
  const sum = (of: (point: readonly [number, number]) => number) =>
    points.reduce((total, point) => total + of(point), 0);
  const spread = sum(([at]) => (at - time) ** 2);
  const slope = sum(([at, of]) => (at - time) * (of - value)) / spread;
  const residual = sum(([at, of]) => (of - value - slope * (at - time)) ** 2);
  return { slope, error: Math.sqrt(residual / (points.length - 2) / spread) };
}
