import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { loadConfig } from '../../platform/config.ts';
import { keyFile } from '../../platform/crypto/signingKey.ts';

/** What an option that takes it says. */
export const keyOption = [
  '--key <file|address>',
  'public key, PEM: a file, which may hold former ones too, or http…/docs/sys-info.pub; default: the one of this DATA_DIR',
] as const;

const longestAnswerMs = 5_000;

/** The public keys that a signature is checked with: the present one, and those that it has followed. */
export async function readKeys(place: string | undefined): Promise<KeyObject[]> {
  if (place === undefined) {
    const { sysInfoKey, dataDir } = loadConfig();
    return toKeys('the key of this installation', sysInfoKey ?? (await readText(keyFile(dataDir))));
  }
  return toKeys(place, /^https?:/.test(place) ? await fetchText(place) : await readText(place));
}

export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

export function parseObject(file: string, text: string): object {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document;
  } catch {
    // Said below.
  }
  throw new Error(`${file} does not hold a JSON object`);
}

function toKeys(place: string, text: string): KeyObject[] {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? [text];
  try {
    return blocks.map((block) => createPublicKey(block));
  } catch (error) {
    throw new Error(`${place} does not hold a PEM key`, { cause: error });
  }
}

async function fetchText(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(longestAnswerMs) }).catch(
    (error: unknown) => {
      throw new Error(`${address} does not answer`, { cause: error });
    },
  );
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.text();
}
