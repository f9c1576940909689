import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isSignedBy } from '../platform/signedJson.ts';
import { keyFile } from '../platform/signingKey.ts';
import { loadConfig } from '../platform/config.ts';
import { defineCommand, runCommand } from './options.ts';

await runCommand(
  defineCommand('npm run verify-sys-info --', 'Checks the signature of a saved GET /luna_sys_info.')
    .argument('<file>', 'the saved answer, JSON')
    .option(
      '--key <file|address>',
      'public key, PEM: a file, or http…/docs/sys-info.pub; default: the one of this DATA_DIR',
    )
    .action(async (file: string, { key }: { key?: string }) => {
      const document: unknown = JSON.parse(await readFile(file, 'utf8'));
      if (typeof document !== 'object' || document === null) throw new Error(`${file} holds no object`);
      if (!isSignedBy(document, await readKey(key)))
        throw new Error(`${file} is NOT what was signed with this key`);
      process.stdout.write(`${file} is what was signed\n`);
    }),
);

async function readKey(place: string | undefined): Promise<KeyObject> {
  if (place === undefined) {
    const { sysInfoKey, dataDir } = loadConfig();
    return createPublicKey(sysInfoKey ?? (await readFile(keyFile(dataDir), 'utf8')));
  }
  if (!/^https?:/.test(place)) return createPublicKey(await readFile(place, 'utf8'));
  const answer = await fetch(place);
  if (!answer.ok) throw new Error(`${place} answered ${answer.status}`);
  return createPublicKey(await answer.text());
}
