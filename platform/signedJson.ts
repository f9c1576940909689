import canonicalizeModule from 'canonicalize';
import { sign, verify, type KeyObject } from 'node:crypto';

// The package declares an ES module and is a CommonJS one.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** The document with its `signature`: Ed25519 over the canonical JSON (RFC 8785) of the rest, base64. */
export function signJson<Document extends object>(
  document: Document,
  privateKey: KeyObject,
): Document & { signature: string } {
  // As a reader will see it: without what JSON leaves out.
  const plain = JSON.parse(JSON.stringify(document)) as Document;
  return { ...plain, signature: sign(null, bytesOf(plain), privateKey).toString('base64') };
}

/** Whether the document is, but for spaces and the order of its fields, what the owner of the key has signed. */
export function isSignedBy(document: object, publicKey: KeyObject): boolean {
  const { signature, ...rest } = document as { signature?: unknown };
  if (typeof signature !== 'string') return false;
  return verify(null, bytesOf(rest), publicKey, Buffer.from(signature, 'base64'));
}

function bytesOf(value: object): Buffer {
  return Buffer.from(canonicalize(value) ?? '', 'utf8');
}
