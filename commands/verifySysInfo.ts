import { isSignedBy } from '../platform/crypto/signingKey.ts';
import { printable } from '../platform/printable.ts';
import { defineCommand, runCommand } from './cli/options.ts';
import { keyOption, parseObject, readKeys, readText } from './cli/readKey.ts';

await runCommand(
  defineCommand('npm run verify-sys-info --', 'Checks the signature of a saved GET /luna_sys_info.')
    .argument('<file>', 'file with the saved answer, JSON')
    .option(...keyOption)
    .action(async (file: string, { key }: { key?: string }) => {
      const document = parseObject(file, await readText(file));
      if (!isSignedBy(document, await readKeys(key))) throw new Error(`${file} does NOT match its signature`);
      process.stdout.write(`${printable(file)} matches its signature\n`);
    }),
);
