/** Scales a vector to Euclidean length 1. Throws on zeros and on anything that is not a number. */
export function toUnitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length) || length === 0) throw new Error('The network gave no usable descriptor');
  return vector.map((value) => value / length);
}
