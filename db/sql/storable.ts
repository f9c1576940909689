/** PostgreSQL cannot take NUL in a text, wherever in a statement's values it stands; nothing is found by it. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\\0') : value;
  return Array.isArray(value) && value.some((each) => typeof each === 'string') ? value.map(storable) : value;
}
