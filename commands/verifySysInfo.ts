import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isSignedBy, keyFile } from '../platform/signingKey.ts';
import { loadConfig } from '../platform/config.ts';
import { printable } from '../platform/printable.ts';
import { defineCommand, runCommand } from './cli/options.ts';

const longestAnswerMs = 5_000;

await runCommand(
  defineCommand('npm run verify-sys-info --', 'Checks the signature of a saved GET /luna_sys_info.')
    .argument('<file>', 'file with the saved answer, JSON')
    .option(
      '--key <file|address>',
      'public key, PEM: a file, or http…/docs/sys-info.pub; default: the one of this DATA_DIR',
    )
    .action(async (file: string, { key }: { key?: string }) => {
      const document = parseObject(file, await read(file));
      if (!isSignedBy(document, await readKey(key))) throw new Error(`${file} does NOT match its signature`);
      process.stdout.write(`${printable(file)} matches its signature\n`);
    }),
);

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

function parseObject(file: string, text: string): object {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document;
  } catch {
    // Said below.
  }
  throw new Error(`${file} does not hold a JSON object`);
}

async function readKey(place: string | undefined): Promise<KeyObject> {
  if (place === undefined) {
    const { sysInfoKey, dataDir } = loadConfig();
    return toKey('the key of this installation', sysInfoKey ?? (await read(keyFile(dataDir))));
  }
  return toKey(place, /^https?:/.test(place) ? await fetchText(place) : await read(place));
}

function toKey(place: string, text: string): KeyObject {
  try {
    return createPublicKey(text);
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
