import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../../../commands/system/cacheDir.ts';
import { runProgram } from '../../../embedded/runProgram.ts';
import { fetchingEnvironment } from '../../../platform/childEnvironment.ts';
import { environmentWith } from '../../../platform/config.ts';

const version = 'v1.8.0';
const goMinor = 25;

/** Where the program is once `installGateway` has made it. */
export const gatewayProgram = join(cacheDir, `versitygw-${version}`, 'versitygw');

/** Null: Go is there, and new enough. */
export async function whyNoGateway(): Promise<string | null> {
  if (existsSync(gatewayProgram)) return null;
  const found = await runProgram('go', ['version'], { env: goEnvironment() }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const minor = Number(/go1\.(\d+)/.exec(found)?.[1] ?? 0);
  if (minor >= goMinor) return null;
  return `needs Go 1.${goMinor} or newer to build versitygw; found: ${found.trim() || 'none'}`;
}

/**
 * versitygw in the project's cache: an S3 server that keeps objects in a folder and checks signatures. Built once from its Go
 * module, which the module proxy hands out by its checksum: five minutes of two cores, 84 MB.
 */
export async function installGateway(): Promise<string> {
  if (existsSync(gatewayProgram)) return gatewayProgram;
  const made = `${gatewayProgram}.new-${process.pid}`;
  await mkdir(made, { recursive: true });
  const module = `github.com/versity/versitygw/cmd/versitygw@${version}`;
  await runProgram('nice', ['-n', '10', 'go', 'install', module], {
    env: { ...goEnvironment(), GOBIN: made, GOFLAGS: '-mod=mod' },
    maxBuffer: 64 * 1024 * 1024,
  });
  await rename(join(made, 'versitygw'), gatewayProgram);
  await rm(made, { recursive: true });
  return gatewayProgram;
}

function goEnvironment(): Record<string, string> {
  const { GOPROXY, GOMODCACHE, GOCACHE, GOPATH } = environmentWith({});
  const own = { GOPROXY, GOMODCACHE, GOCACHE, GOPATH };
  return {
    ...fetchingEnvironment(),
    ...Object.fromEntries(
      Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}
