import type { ParsedUrlQuery } from 'node:querystring';
import type { ParameterRule } from './contract.ts';
import type { Schema } from './document.ts';

const integer = /^-?(?:0|[1-9]\d*)$/;
const maxBigint = 2n ** 63n - 1n;
const minBigint = -(2n ** 63n);

/**
 * Gives parameters the types that the document says they have, and their defaults. What cannot be read so stays
 * text, for the validation to find; unknown ones are passed on for the same reason.
 */
export function readParameters(
  given: ParsedUrlQuery | Readonly<Record<string, string>>,
  rules: readonly ParameterRule[],
): Record<string, unknown> {
  const values: Record<string, unknown> = { ...given };
  for (const { name, schema, items } of rules) {
    const text = given[name];
    if (text === undefined) {
      if (schema.default !== undefined) values[name] = schema.default;
    } else if (typeof text === 'string') {
      values[name] =
        schema.type === 'array' && items !== undefined
          ? text.split(',').map((item) => readOne(item, items))
          : readOne(text, schema);
    }
  }
  return values;
}

function readOne(text: string, { type }: Schema): unknown {
  if (type !== 'integer' || !integer.test(text)) return text;
  const value = BigInt(text);
  if (value > maxBigint || value < minBigint) return text;
  // No id comes near 2^53, so nothing is found by the nearest number that JavaScript can hold either.
  return Math.max(Math.min(Number(value), Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER);
}
