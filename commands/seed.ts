import { seedVolume } from '../db/faces/seedVolume.ts';
import { readNetworks } from '../extraction/catalogue/catalogue.ts';
import { findNetwork, lengthOf, type Network } from '../extraction/catalogue/network.ts';
import { loadConfig } from '../platform/config.ts';
import { defineCommand, runCommand, UsageError, wholeNumber } from './cli/options.ts';
import { withProgress } from './cli/progress.ts';
import { withAccount } from './accounts/adminAccount.ts';

interface Options {
  readonly faces: number;
  readonly events: number;
  readonly versions: string;
  readonly seed: number;
  readonly account?: string;
}

await runCommand(
  defineCommand(
    'npm run seed --',
    'Fills the database with faces and events without images; the same seed gives the same rows.',
  )
    .option('--faces <n>', 'faces', wholeNumber(0, 100_000_000), 0)
    .option('--events <n>', 'events', wholeNumber(0, 100_000_000), 0)
    .option('--versions <list>', 'descriptor versions of every object', '1')
    .option('--seed <n>', 'seed of the rows', wholeNumber(0, 2_147_483_647), 1)
    .option('--account <login>', 'login of their account; default: the first administrator')
    .action(seed),
);

async function seed({ faces, events, ...options }: Options): Promise<void> {
  const config = loadConfig();
  const networks = readNetworks(config);
  const versions = options.versions.split(',').map((text) => toVersion(networks, text));
  const login = options.account ?? config.adminLogin;
  await withAccount(config, 'seed', login, async (db, accountId) => {
    const { listId } = await withProgress('rows', faces + events, ({ update }) =>
      seedVolume(db, { ...{ accountId, faces, events, versions, seed: options.seed }, onProgress: update }),
    );
    process.stdout.write(`${faces} faces and ${events} events of ${login}, list ${listId}\n`);
  });
}

function toVersion(networks: readonly Network[], text: string): { version: number; dimension: number } {
  const version = Number(text.trim());
  const dimension = lengthOf(findNetwork(networks, version, 'face'));
  if (dimension === null) throw new UsageError(`--versions: no network has the version '${text}'`);
  return { version, dimension };
}
