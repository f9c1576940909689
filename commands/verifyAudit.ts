import { createDatabase } from '../db/sql/connection.ts';
import { loadConfig } from '../platform/config.ts';
import { printable } from '../platform/printable.ts';
import { createChainCheck, type ChainCheckOptions } from './audit/chainCheck.ts';
import { checkDatabase, checkedText, type Checked } from './audit/checkDatabase.ts';
import { readHeads, readLines } from './audit/readLines.ts';
import { defineCommand, runCommand } from './cli/options.ts';
import { keyOption, readKeys } from './cli/readKey.ts';
import { getAnsweringDatabase } from './system/databaseUrl.ts';

interface Options {
  readonly key?: string;
  readonly heads?: string;
  readonly partial?: boolean;
}

const shownFaults = 20;

await runCommand(
  defineCommand(
    'npm run verify-audit --',
    'Checks that no entry of the audit was altered, removed or inserted.',
  )
    .argument('[file]', 'exported audit, NDJSON; default: the database of DATABASE_URL')
    .option(...keyOption)
    .option('--heads <file>', 'signed heads that were kept elsewhere, one a line; a log in JSON will do')
    .option('--partial', 'the file was exported with filters: removed entries cannot be found')
    .action(async (file: string | undefined, options: Options) => {
      const check: ChainCheckOptions = {
        publicKeys: await readKeys(options.key),
        partial: options.partial ?? false,
        keptHeads: options.heads === undefined ? [] : await readHeads(options.heads),
      };
      const { faults, summary } = await (file === undefined ? ofDatabase(check) : ofFile(file, check));
      process.stdout.write(`${printable(summary)}\n`);
      if (faults.length === 0) return;
      const more = faults.length - shownFaults;
      const shown = [...faults.slice(0, shownFaults), ...(more > 0 ? [`and ${more} more`] : [])];
      throw new Error(`the audit does NOT match its chain\n  ${shown.join('\n  ')}`);
    }),
);

async function ofFile(file: string, options: ChainCheckOptions): Promise<Checked> {
  const check = createChainCheck(options);
  for await (const line of readLines(file)) check.take(line);
  const { faults, entries, heads } = check.finish();
  return { faults, summary: `${file}: ${checkedText(entries, heads)}` };
}

/** All of it as it was at one moment. */
async function ofDatabase(options: ChainCheckOptions): Promise<Checked> {
  const url = await getAnsweringDatabase(loadConfig());
  const db = createDatabase({ url, applicationName: 'luna-admin verify', maxConnections: 1 });
  try {
    return await db.snapshot((reader) => checkDatabase(reader, options));
  } finally {
    await db.close();
  }
}
