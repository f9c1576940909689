import canonicalizeModule from 'canonicalize';

// The package declares an ES module and is a CommonJS one.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** The canonical JSON (RFC 8785) of a value: what is signed and hashed. */
export function canonicalJson(value: object): Buffer {
  return Buffer.from(canonicalize(value) ?? '', 'utf8');
}
