import { formatCount } from '../../../views/assets/words.js';
import type { DocumentSchema } from './schemaView.ts';

const formats: Readonly<Record<string, string>> = {
  uuid: 'UUID',
  'date-time': 'date-time',
  'filter-time': 'date-time or relative time',
  'uri-reference': 'URL',
  'notification-url': 'URL',
  cron: 'cron expression',
  'time-zone': 'time zone',
};

const longestPattern = 40;

/** `inner`: what an array or a map is of. */
export function typeOf(schema: DocumentSchema, inner: DocumentSchema | null): string {
  if (schema.items !== undefined) return `array of ${pluralOf(typeOf(inner ?? {}, null))}`;
  if (inner !== null) return `map of ${pluralOf(typeOf(inner, null))}`;
  const name = formats[schema.format ?? ''];
  if (name !== undefined) return name;
  const types = [schema.type ?? []].flat();
  if (types.length > 0) return types.join(' or ');
  const [value] = valuesOf(schema);
  if (value !== undefined) return typeof (schema.const ?? schema.enum?.[0]);
  const isObject = schema.properties ?? schema.oneOf ?? schema.if;
  return isObject === undefined ? 'any value' : 'object';
}

function pluralOf(type: string): string {
  return type === 'any value'
    ? 'any values'
    : type.startsWith('array')
      ? type.replace('array', 'arrays')
      : `${type}s`;
}

/** The only values that it may have, as JSON writes them; texts without their quotation marks. */
export function valuesOf(schema: DocumentSchema): string[] {
  const values = 'const' in schema ? [schema.const] : (schema.enum ?? []);
  return values.filter((value) => value !== null).map(shown);
}

/** What else a value has to be, or is if it is left out; short sentences without a full stop. */
export function limitsOf(schema: DocumentSchema, inner: DocumentSchema | null): string[] {
  const holder = inner ?? schema;
  return [
    between(schema.minItems, schema.maxItems, 'items'),
    between(holder.minimum, holder.maximum, ''),
    between(holder.minLength, holder.maxLength, 'characters'),
    schema.uniqueItems === true ? 'each once' : '',
    patternOf(schema),
    'default' in schema ? `default ${schema.default === '' ? 'an empty text' : shown(schema.default)}` : '',
    'example' in schema && typeof schema.example !== 'object' ? `for example ${shown(schema.example)}` : '',
  ].filter((text) => text !== '');
}

/** A long one tells a reader less than its example does. */
function patternOf({ pattern = '', format = '' }: DocumentSchema): string {
  const isTold = pattern === '' || pattern.length > longestPattern || formats[format] !== undefined;
  return isTold ? '' : `matches ${pattern}`;
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  const of = unit === '' ? '' : ` ${unit}`;
  if (least !== undefined && most !== undefined) {
    return least === most
      ? `${formatCount(least)}${of}`
      : `${formatCount(least)} to ${formatCount(most)}${of}`;
  }
  if (most !== undefined) return `at most ${formatCount(most)}${of}`;
  // Everything has at least none.
  return least === undefined || least === 0 ? '' : `at least ${formatCount(least)}${of}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
